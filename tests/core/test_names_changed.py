"""People whose names are written otherwise or were changed, and who have a date of birth and one thing more in common:
asked about, since whoever is added twice is paid twice; but not whoever has it in common by chance.
"""

from __future__ import annotations

from huma_tripletex.core.matching import Matching, Uncertain, match
from tests.core.build import employee, person

BORN = {"date_of_birth": "1990-05-17"}
RECEPTION = {"phone_number": "91234567"}
IVAN, LATIN = (
    {"given_name": "Иван", "family_name": "Петров", **BORN},
    {"given_name": "Ivan", "family_name": "Petrov", **BORN},
)


def test_names_in_another_alphabet() -> None:
    for same, why in ((RECEPTION, "birth_and_phone"), ({"bank_account_number": "86011117947"}, "birth_and_account")):
        matching = match([person("1", **IVAN, **same)], [employee(9, **LATIN, **same)])
        assert matching == Matching(uncertain=(Uncertain(("1",), (9,), why),))


def test_a_birth_and_a_phone_are_seen_among_all_who_have_the_phone() -> None:
    """More have the phone of the reception than are compared one by one."""
    others = [
        {
            "given_name": letter * 4,
            "family_name": letter * 5,
            "date_of_birth": f"1970-01-{n + 1:02}",
        }
        for n, letter in enumerate("abcdefghijklmnopqrst")
    ]
    people = [person("1", **IVAN, **RECEPTION), *(person(f"h{n}", **one, **RECEPTION) for n, one in enumerate(others))]
    theirs = [one | {"date_of_birth": f"1980-01-{n + 1:02}"} for n, one in enumerate(reversed(others))]
    employees = [
        employee(9, **LATIN, **RECEPTION),
        *(employee(n, **one, **RECEPTION) for n, one in enumerate(theirs, 20)),
    ]
    asked = [question for question in match(people, employees).uncertain if "1" in question.person_ids]
    assert asked == [Uncertain(("1",), (9,), "birth_and_phone")]


def test_whoever_was_ruled_out_is_not_asked_about_again() -> None:
    people, employees = [person("1", **IVAN, **RECEPTION)], [employee(9, **LATIN, **RECEPTION)]
    matching = match(people, employees, {}, {("1", 9)})
    assert matching == Matching(only_in_huma=("1",), only_in_tripletex=(9,))


def test_many_of_one_given_name_and_birth_are_not_asked_about() -> None:
    """In lists those whose date of birth is unknown were often born on the first of January."""
    new_year = {"given_name": "Mohammed", "date_of_birth": "1990-01-01"}
    here = [person(str(n), **new_year, family_name=name) for n, name in enumerate(("Ali", "Noor", "Said"))]
    there = [employee(n, **new_year, family_name=name) for n, name in enumerate(("Warsame", "Hussein", "Yusuf"), 10)]
    assert not match(here, there).uncertain
    assert match(here[:2], there[:2]).uncertain


def test_numbers_tell_nothing_where_each_system_has_its_own() -> None:
    """A firm whose payroll numbers its people anew: who has married is not two people for that."""
    others = range(20, 24)
    both = [born("Kari", f"Nordmann{number}", f"198{number - 20}-02-03", str(number)) for number in others]
    people = [person(f"p{number}", **values) for number, values in zip(others, both, strict=True)]
    there = [
        employee(number, **{**values, "employee_id": str(500 + number)})
        for number, values in zip(others, both, strict=True)
    ]
    people += [person("ingvild", **born("Ingvild", "Berg", "1990-05-06", "1"))]
    there += [employee(1, **born("Ingvild", "Strand", "1990-05-06", "501"))]
    people += [person("sigrid", **born("Sigrid", "Aasmundstad", "1991-05-06", "2"))]
    there += [employee(2, given_name="Sigrid", family_name="Aasmundstad", employee_id="502")]

    found = match(people, there)

    assert {one.person_id for one in found.pairs} == {f"p{number}" for number in others}
    assert found.only_in_huma == ()
    assert {one for asked in found.uncertain for one in asked.person_ids} == {"ingvild", "sigrid"}


def born(given: str, family: str, birth: str, number: str) -> dict[str, str]:
    return {"given_name": given, "family_name": family, "date_of_birth": birth, "employee_id": number}
