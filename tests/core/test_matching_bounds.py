"""The work of matching, and what it keeps, grow with the people: also where hundreds share a mailbox, an account, or a
family name with a day of birth, or are called the same.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from huma_tripletex.core import verdicts
from huma_tripletex.core.matching import Matching, match
from huma_tripletex.core.nearest import KEPT
from tests.core.build import employee, person

GIVEN = ("Ola", "Kari", "Per", "Anne", "Nils", "Liv", "Jan", "Eva", "Tor", "Ida")
FAMILY = ("Hansen", "Olsen", "Berg", "Moen", "Vik", "Dahl", "Lie", "Aas", "Foss", "Moe")
SIZE, FEW = 1000, 20
"""People on each side, and comparisons for each of them. Of a hundred who share something it would be fifty."""
Row = dict[str, str | None]
Maker = Callable[[int, str], Row]


def own(number: int, side: str) -> Row:
    """Names that are nobody else's, and near those of many."""
    return {"given_name": f"{GIVEN[number % 10]}{number}{side}", "family_name": FAMILY[number // 10 % 10]}


CROWDS: dict[str, Maker] = {
    "mailboxes of a hundred": lambda n, side: own(n, side) | {"email": f"post{n // 100}@fjord.no"},
    "accounts of a hundred": lambda n, side: own(n, side) | {"bank_account_number": f"{n // 100:011}"},
    "one switchboard": lambda n, side: own(n, side) | {"phone_number": "22334455"},
    "days of birth of a hundred of one family": lambda n, side: (
        own(n, side) | {"family_name": "Hansen", "date_of_birth": f"19{50 + n // 100}-01-01"}
    ),
    "one day of birth": lambda n, side: own(n, side) | {"date_of_birth": "1970-01-01"},
    "names of a hundred": lambda n, _side: {"given_name": GIVEN[n % 10], "family_name": "Hansen"},
    "one name": lambda _n, _side: {"given_name": "Ny", "family_name": "Ansatt"},
    "one name and mailbox": lambda _n, _side: {"given_name": "Ny", "family_name": "Ansatt", "email": "post@fjord.no"},
    "one number": lambda n, side: own(n, side) | {"employee_id": "0"},
    "one name, all days of birth": lambda n, side: {
        "given_name": "Ola",
        "family_name": "Hansen",
        "date_of_birth": f"{1950 + n % 50}-{1 + n // 50 % 12:02}-{(1 if side == 'h' else 15) + n // 600:02}",
    },
}


def crowd(make: Maker) -> Matching:
    people = [person(str(number), **make(number, "h")) for number in range(SIZE)]
    employees = [employee(number, **make(number, "t")) for number in range(SIZE)]
    Random(1).shuffle(employees)
    return match(people, employees)


@pytest.mark.parametrize("make", CROWDS.values(), ids=CROWDS.keys())
def test_nobody_is_compared_with_hundreds(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = {"births": 0, "names": 0}
    for what in compared:
        monkeypatch.setattr(verdicts, what, counted(compared, what))
    matching = crowd(make)
    assert max(compared.values()) <= FEW * 2 * SIZE
    offered = [len(found) for found in matching.nearest.values()]
    assert max(offered, default=0) <= KEPT


def counted(compared: dict[str, int], what: str) -> Callable[..., object]:
    original: Callable[..., object] = getattr(verdicts, what)

    def count(*args: object) -> object:
        compared[what] += 1
        return original(*args)

    return count


def test_hundreds_who_are_called_the_same_are_asked_and_each_is_offered_a_few() -> None:
    matching = crowd(CROWDS["one name"])
    (question,) = matching.uncertain
    assert (len(question.person_ids), len(question.employee_ids)) == (SIZE, SIZE)
    assert {len(found) for found in matching.nearest.values()} == {KEPT}
    assert set(matching.too_many_to_offer) == set(range(SIZE))


def test_of_hundreds_those_come_first_who_share_more() -> None:
    people = [person(str(n), given_name="Ny", family_name="Ansatt") for n in range(50)]
    people.append(
        person("p", given_name="Ny", family_name="Ansatt", bank_account_number="86011117947", employee_id="8")
    )
    employees = [employee(n, given_name="Ny", family_name="Ansatt") for n in range(50)]
    employees.append(
        employee(99, given_name="Ny", family_name="Ansatt", bank_account_number="86011117947", employee_id="9")
    )
    assert match(people, employees).nearest["p"][0] == 99


def test_whoever_was_ruled_out_gives_way_to_the_next() -> None:
    people = [person(str(n), given_name="Ny", family_name="Ansatt") for n in range(2)]
    employees = [employee(n, given_name="Ny", family_name="Ansatt") for n in range(30)]
    ruled_out = {("0", n) for n in range(25)}
    matching = match(people, employees, {}, ruled_out)
    assert matching.nearest["0"] == (25, 26, 27, 28, 29)
    assert len(matching.nearest["1"]) == KEPT


def test_a_few_are_all_offered() -> None:
    people = [person(str(n), given_name="Ny", family_name="Ansatt") for n in range(3)]
    employees = [employee(n, given_name="Ny", family_name="Ansatt") for n in range(KEPT)]
    matching = match(people, employees)
    assert all(found == tuple(range(KEPT)) for found in matching.nearest.values())
    assert matching.too_many_to_offer == ()


def test_in_a_crowd_the_same_name_in_another_spelling_is_still_found() -> None:
    people = [person(str(n), **own(n, "h"), phone_number="22334455") for n in range(100)]
    employees = [employee(n, **own(n, "t"), phone_number="22334455") for n in range(100)]
    people.append(person("b", given_name="Bjoern", family_name="Aasen", phone_number="22334455"))
    employees.append(employee(999, given_name="Bjørn", family_name="Åsen", phone_number="22334455"))
    assert match(people, employees).nearest["b"] == (999,)
