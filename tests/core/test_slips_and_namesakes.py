"""A slip of one letter where a date of birth is unknown, and a mailbox shared with one of two who are called the same:
asked about, for whoever is added twice is paid twice, and whoever is taken for the other one gets their pay.
"""

from __future__ import annotations

import pytest

from huma_tripletex.core.matching import Matching, Uncertain, match
from tests.core.build import employee, person

BORN = {"date_of_birth": "1990-05-17"}
POST = {"email": "ola@fjord.no"}
PHONE = {"phone_number": "91234567"}
Row = dict[str, str]


def named(name: str, **more: str) -> Row:
    given, family = name.rsplit(" ", 1)
    return {"given_name": given, "family_name": family, **more}


def matched(here: list[Row], there: list[Row]) -> Matching:
    """People are 1, 2, ... and employees 11, 12, ..."""
    people = [person(str(n), **row) for n, row in enumerate(here, 1)]
    return match(people, [employee(n, **row) for n, row in enumerate(there, 11)])


def both_ways(one: Row, other: Row) -> Matching:
    found = matched([one], [other])
    assert found == matched([other], [one])
    return found


SLIPS = [
    ("Kristin Hansen", "Kirstin Hansen"),
    ("Mohamed Ali", "Mohamad Ali"),
    ("Torbjørn Lie", "Torbjøn Lie"),
    ("Ingebjørg Moe", "Ingbjørg Moe"),
    ("Anne Katrin Vik", "Anne Karin Vik"),
    ("Ragnhild Hansen", "Ragnhild Hanson"),
    ("Ragnhild Sæterdal", "Ragnhild Sætredal"),
]


@pytest.mark.parametrize(("one", "other"), SLIPS)
@pytest.mark.parametrize("born", [BORN, {}])
def test_a_slip_of_one_letter_is_asked_about_where_a_birth_is_unknown(one: str, other: str, born: Row) -> None:
    asked = Matching(uncertain=(Uncertain(("1",), (11,), "similar_name"),))
    assert both_ways(named(one, **born), named(other)) == asked
    assert both_ways(named(one, **born, employee_id="7"), named(other, **PHONE)) == asked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ola Hansen", "Ole Hansen"),
        ("Kristin Hansen", "Kristina Berg"),
        ("Kristin Hansen", "Kirsten Hansen"),
        ("Anders Hansen", "Andreas Hansen"),
        ("Kristin Hansen", "Kirstin Hanson"),
        ("Kari Lie", "Kari Moe"),
    ],
)
def test_what_is_further_apart_or_short_is_another_name(one: str, other: str) -> None:
    assert both_ways(named(one), named(other)).uncertain == ()


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"employee_id": "7"}, {"employee_id": "8"}),
        (BORN, {"date_of_birth": "1961-11-03"}),
        (PHONE, {"phone_number": "98765432"}),
        ({"bank_account_number": "86011117947"}, {"bank_account_number": "12345678903"}),
    ],
)
def test_a_slip_tells_nothing_where_something_differs(mine: Row, theirs: Row) -> None:
    assert both_ways(named("Kristin Hansen", **mine), named("Kirstin Hansen", **theirs)).uncertain == ()


def test_whoever_was_recognised_is_nobodys_slip() -> None:
    mine = named("Kristin Hansen", **POST)
    found = matched([mine, named("Kirstin Hansen", employee_id="7")], [mine, named("Kirstin Hansen", employee_id="7")])
    assert len(found.pairs) == 2


OLA = named("Ola Hansen")
ACCOUNT = {"bank_account_number": "86011117947"}


@pytest.mark.parametrize("own", [PHONE, ACCOUNT])
@pytest.mark.parametrize("more", [{}, {"phone_number": "98765432"}, {"bank_account_number": "12345678903"}])
def test_a_mailbox_is_no_proof_where_a_namesake_has_the_rest(own: Row, more: Row) -> None:
    """Father and son: which of them is it who reads it?"""
    son = OLA | POST | own
    asked = (Uncertain(("1",), (11, 12), "email_contradicted"),)
    for mine, his, others in (({}, {}, {}), (BORN, {}, {}), ({}, BORN, {}), ({}, {}, BORN)):
        assert matched([son | mine], [OLA | POST | more | his, OLA | own | others]).uncertain == asked
    mirrored = matched([OLA | POST | more, OLA | own], [son])
    assert mirrored.uncertain == (Uncertain(("1", "2"), (11,), "email_contradicted"),)


def test_nor_is_a_phone_against_an_account() -> None:
    (asked,) = matched([OLA | PHONE | ACCOUNT], [OLA | PHONE, OLA | ACCOUNT]).uncertain
    assert asked == Uncertain(("1",), (11, 12), "name_and_phone_contradicted")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (OLA | POST | PHONE, [OLA | POST, OLA]),  # the namesake has nothing of theirs
        (OLA | POST | PHONE | BORN, [OLA | POST | BORN, OLA | PHONE]),  # the date of birth tells
        (OLA | POST | PHONE | ACCOUNT, [OLA | POST | ACCOUNT, OLA | PHONE]),  # two things in common
        (OLA | POST | PHONE, [OLA | POST, named("Ole Hansen") | PHONE]),  # nobody is called so
    ],
)
def test_a_mailbox_is_believed_otherwise(here: Row, there: list[Row]) -> None:
    assert [(one.employee_id, one.matched_by) for one in matched([here], there).pairs] == [(11, "email")]
