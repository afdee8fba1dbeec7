"""Numbers that were swapped, shifted by a row or given anew, among people who are called much the same: asked about,
with everybody whom it concerns, and never paired crosswise.
"""

from __future__ import annotations

from huma_tripletex.core.matching import Matching, Uncertain, match
from tests.core.build import OLA, employee, person

FATHER, SON, COUSIN = ({"date_of_birth": born} for born in ("1960-01-01", "1990-05-17", "1975-08-30"))
N5, N6, N7 = ({"employee_id": number} for number in "567")
PHONE = {"phone_number": "91234567"}
WHY = "employee_id_contradicted"
Row = dict[str, str]


def named(given: str, family: str = "Hansen") -> Row:
    return {"given_name": given, "family_name": family}


def matched(here: list[Row], there: list[Row]) -> Matching:
    """People are 1, 2, ... and employees 11, 12, ..."""
    people = [person(str(n), **row) for n, row in enumerate(here, 1)]
    return match(people, [employee(n, **row) for n, row in enumerate(there, 11)])


def paired(matching: Matching) -> dict[str, int]:
    return {pair.person_id: pair.employee_id for pair in matching.pairs}


def test_father_and_son_whose_numbers_were_swapped() -> None:
    matching = matched([OLA | FATHER | N5, OLA | SON | N6], [OLA | SON | N5, OLA | FATHER | N6])
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (11, 12), WHY),))


def test_a_father_who_has_his_sons_number_is_offered_both_employees() -> None:
    matching = matched([OLA | FATHER | N5], [OLA | SON | N5, OLA | FATHER | N6])
    assert matching == Matching(uncertain=(Uncertain(("1",), (11, 12), WHY),))
    matching = matched([OLA | FATHER | N5, OLA | SON | N6], [OLA | SON | N5])
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (11,), WHY),))


def test_a_number_without_zeros_is_not_believed_against_a_birth_either() -> None:
    near = {"date_of_birth": "1960-01-02"}
    matching = matched([OLA | FATHER | {"employee_id": "005"}], [OLA | near | N5, OLA | FATHER | N6])
    assert paired(matching) == {"1": 12}


def test_another_birth_beside_number_and_name_is_a_difference_where_nobody_else_is_called_so() -> None:
    assert paired(matched([OLA | FATHER | N5], [OLA | SON | N5])) == {"1": 11}
    everybody = matched([OLA | FATHER | N5, OLA | COUSIN | N6], [OLA | SON | N5, OLA | COUSIN | N6])
    assert paired(everybody) == {"1": 11, "2": 12}, "whoever has number and name alike is no rival"


def test_another_birth_is_asked_about_where_somebody_else_is_called_so() -> None:
    assert matched([OLA | FATHER | N5], [OLA | SON | N5, OLA | N6]).uncertain == (Uncertain(("1",), (11, 12), WHY),)
    assert matched([OLA | FATHER | N5, OLA | COUSIN], [OLA | SON | N5]).uncertain[0].why == WHY
    assert paired(matched([OLA | FATHER | N5 | PHONE], [OLA | SON | N5 | PHONE, OLA | N6])) == {"1": 11}


def test_numbers_swapped_between_two_of_one_given_name() -> None:
    lie = named("Ola", "Lie")
    matching = matched([OLA | FATHER | N5, lie | SON | N6], [lie | N5, OLA | N6])
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (11, 12), WHY),))


def test_numbers_swapped_between_two_whose_names_are_near() -> None:
    anna, anne = named("Anna"), named("Anne")
    matching = matched([anna | FATHER | N5, anne | SON | N6], [anne | N5, anna | N6])
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (11, 12), WHY),))


def test_rows_shifted_by_one() -> None:
    names = [named("Anna"), named("Anne"), named("Anne", "Moe")]
    numbers = [N5, N6, N7]
    here = [name | number for name, number in zip(names, numbers, strict=True)]
    there = [name | number for name, number in zip(names[1:] + names[:1], numbers, strict=True)]
    assert matched(here, there) == Matching(uncertain=(Uncertain(("1", "2", "3"), (11, 12, 13), WHY),))


def test_one_namesake_under_another_number_is_enough_to_ask() -> None:
    lie = named("Ola", "Lie")
    assert matched([OLA | N5], [lie | N5, OLA | N6]).uncertain == (Uncertain(("1",), (11, 12), WHY),)
    assert matched([OLA | N5, lie | N6], [lie | N5]).uncertain == (Uncertain(("1", "2"), (11,), WHY),)
    assert paired(matched([OLA | N5], [lie | N5])) == {"1": 11}, "married: nobody else is called so"


def test_a_namesake_who_is_accounted_for_makes_nobody_doubtful() -> None:
    lie = named("Ola", "Lie")
    assert paired(matched([OLA | N5, lie | N6], [lie | N5, lie | N6])) == {"1": 11, "2": 12}


def test_a_birth_that_is_the_same_says_more_than_a_namesake() -> None:
    lie = named("Ola", "Lie")
    matching = matched([OLA | SON | N5], [lie | SON | N5, OLA | N6])
    assert paired(matching) == {"1": 11}
