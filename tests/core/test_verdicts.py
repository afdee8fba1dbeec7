"""The table of evidence: two who are alone in their systems, what is the same of them, and whether they are believed to
be one, asked about, or left two.
"""

from __future__ import annotations

from itertools import product

import pytest

from huma_tripletex.core.matching import match
from tests.core.build import employee, person

COLUMNS = ("employee_id", "email", "given_name", "family_name", "date_of_birth", "phone_number", "bank_account_number")
VALUES = {
    # what is in Huma, and what is in Tripletex where it is nearly the same, and where it is another
    "employee_id": ("7", None, "8"),
    "email": ("kari@fjord.no", None, "other@fjord.no"),
    "given_name": ("Kari", "Karin", "Ola"),
    "family_name": ("Hansen", "Hanson", "Berg"),
    "date_of_birth": ("1980-05-17", "1980-05-16", "1962-11-03"),
    "phone_number": ("91234567", None, "98765432"),
    "bank_account_number": ("86011117947", None, "12345678903"),
}
TABLE = """
number email given family birth phone account | verdict
     =     ?     =      =     ?     ?       ? | employee_id
     =     ?     =      =     =     ?       ? | employee_id
     =     !     =      =     !     ?       ? | employee_id                a number and a name: the date is a difference
     =     !     =      =     !     !       = | employee_id
     =     !     =      =     !     !       ? | employee_id_contradicted   a number given anew, to a namesake
     =     !     =      =     !     !       ! | employee_id_contradicted
     =     !     =      =     ~     !       ! | employee_id
     =     ?     =      ~     !     ?       ? | employee_id
     =     ?     =      !     =     !       ! | employee_id                married
     =     ?     =      !     ?     ?       ? | employee_id                married
     =     ?     =      !     ?     !       ? | employee_id_contradicted   and has another phone: maybe another Anne
     =     ?     ~      =     ?     !       ? | employee_id_contradicted   Marius and Markus
     =     ?     =      !     ?     !       ! | employee_id_contradicted   two of one given name, who count from 1
     =     =     =      !     ?     !       ! | employee_id
     =     =     =      !     !     =       = | employee_id_contradicted
     =     =     =      !     ~     =       = | employee_id_contradicted
     =     ?     ~      =     ?     ?       ? | employee_id                a slip in the name
     =     ?     ~      =     ~     ?       ? | employee_id
     =     ?     ~      =     ?     !       ! | employee_id_contradicted
     =     =     ~      =     !     =       = | employee_id_contradicted   mother and daughter
     =     ?     !      =     =     ?       ? | employee_id                another given name in daily use
     =     =     !      =     ?     =       = | employee_id_contradicted   spouses: all this is shared
     =     ?     !      =     ?     !       ? | employee_id_contradicted
     =     =     !      =     !     =       = | employee_id_contradicted
     =     ?     !      !     =     ?       ? | employee_id_contradicted   once in 18,000 who have a number in common
     =     =     !      !     =     ?       ? | employee_id
     =     =     !      !     ?     =       = | employee_id_contradicted
     =     ?     ?      ?     ?     ?       ? | employee_id_contradicted   a number and no name
     =     ?     ?      ?     =     ?       ? | employee_id
     ?     =     =      =     ?     ?       ? | email
     !     =     =      =     ?     ?       ? | email
     !     =     =      =     =     !       ! | email
     !     =     =      =     ?     !       ? | email_contradicted         father and son, one birth unknown
     !     =     =      =     ?     =       ! | email
     ?     =     =      =     !     =       = | email_contradicted         father and son
     ?     =     =      =     ~     =       = | email_contradicted         or a slip in the date
     ?     =     =      !     =     ?       ? | email                      married
     ?     =     =      !     ?     =       ? | email_contradicted         Anne Lie and Anne Berg at the reception
     ?     =     ~      =     =     =       = | email_contradicted         twins: Kari and Karin
     ?     =     !      =     =     =       = | email_contradicted         twins
     ?     =     !      =     ?     =       = | email_contradicted         spouses
     ?     =     !      =     !     =       = | email_contradicted
     ?     =     !      !     ?     ?       ? | email_contradicted
     ?     =     ?      ?     =     ?       ? | email
     !     !     =      =     =     !       ! | name_and_birth
     !     !     =      =     ?     =       ? | name_and_phone
     !     !     =      =     ?     =       ! | name_and_phone_contradicted
     ?     ?     =      =     !     =       = | name_and_phone_contradicted
     ?     ?     =      =     ~     =       ? | name_and_phone_contradicted
     ?     ?     =      ~     =     ?       ? | similar_name_and_birth
     ?     ?     ~      =     =     ?       ? | similar_name_and_birth
     ?     ?     ~      ~     =     ?       ? | alone
     ?     ?     =      !     =     ?       ? | similar_name_and_birth     married
     ?     !     =      !     =     !       ? | similar_name_and_birth
     !     ?     =      !     =     ?       ? | alone                      two of one given name, born on one day
     ?     ?     =      !     =     ?       ! | alone
     ?     ?     !      =     =     !       ! | alone                      twins who share nothing else
     ?     ?     !      =     =     =       ? | similar_name_and_phone     twins with their parents' phone
     !     ?     =      !     ?     =       ? | similar_name_and_phone     married
     ?     ?     =      ~     ?     =       ? | similar_name_and_phone
     ?     ?     ~      =     ?     =       ? | similar_name_and_phone
     ?     ?     ~      =     !     =       ? | alone                      mother and daughter
     ?     ?     !      =     ?     =       ? | alone                      spouses
     ?     ?     !      !     =     =       ? | birth_and_phone            a name in another alphabet
     !     ?     !      !     =     =       ! | birth_and_phone
     ?     ?     !      !     =     !       = | birth_and_account
     ?     ?     !      !     ?     =       ? | alone                      colleagues with one phone
     ?     ?     !      !     ~     =       ? | alone
     !     !     =      =     !     !       = | similar_name_and_account
     ?     ?     =      =     ~     !       = | similar_name_and_account
     ?     ?     =      !     ?     ?       = | similar_name_and_account
     ?     ?     !      =     ?     ?       = | similar_name_and_account
     ?     ?     !      =     !     ?       = | alone                      spouses with one account
     !     !     =      =     ~     !       ! | name_and_near_birth
     !     !     =      =     !     !       ! | alone                      two of one name
     ?     !     =      =     ?     !       ! | name_only
     !     ?     =      =     ?     ?       ? | alone
     ?     ?     =      ~     ?     ?       ? | similar_name               a letter, and nothing that tells
     ?     ?     ~      =     ?     ?       ? | similar_name
     !     ?     ~      =     ?     ?       ? | alone
     ?     ?     ~      =     ?     !       ? | alone
     ?     !     ~      =     ?     ?       ! | alone
     ?     ?     ~      =     ~     ?       ? | alone
     ?     ?     ~      ~     ?     ?       ? | alone
"""
ROWS = [line.split("|") for line in TABLE.strip().splitlines()[1:]]
CASES = [(tuple(marks.split()), verdict.split()[0]) for marks, verdict in ROWS]


def verdict(marks: tuple[str, ...], *, mirrored: bool = False) -> str:
    """By what the two are paired, why they are asked about, or `alone`."""
    here = {key: VALUES[key][0] for key in COLUMNS}
    there = {key: _there(key, mark) for key, mark in zip(COLUMNS, marks, strict=True)}
    if mirrored:
        here, there = there, here
    matching = match([person("1", **here)], [employee(9, **there)])
    assert len(matching.pairs) + len(matching.uncertain) + len(matching.only_in_huma) == 1
    (found,) = [one.matched_by for one in matching.pairs] + [one.why for one in matching.uncertain] or ["alone"]
    return found


def _there(key: str, mark: str) -> str | None:
    same, near, other = VALUES[key]
    return {"=": same, "~": near, "!": other, "?": None}[mark]


@pytest.mark.parametrize(("marks", "expected"), CASES, ids=["".join(marks) for marks, _ in CASES])
def test_the_table(marks: tuple[str, ...], expected: str) -> None:
    assert verdict(marks) == expected
    assert verdict(marks, mirrored=True) == expected


EVERYTHING = list(product("=!?", "=!?", "=~!?", "=~!?", "=~!?", "=!?", "=!?"))
SIGNS = ("employee_id", "email", "name_and_birth", "name_and_phone")


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, ...], str]:
    """Of all there is."""
    return {marks: verdict(marks) for marks in EVERYTHING}


def test_births_that_differ_are_believed_only_beside_a_number_and_the_name(
    verdicts: dict[tuple[str, ...], str],
) -> None:
    for (number, _email, given, family, birth, _phone, _account), found in verdicts.items():
        if found in SIGNS and birth in "~!":
            assert number == "="
            assert given in ("=" if birth == "!" else "=~")
            assert family in "=~"


def test_given_names_that_differ_are_believed_only_beside_a_number_and_a_birth(
    verdicts: dict[tuple[str, ...], str],
) -> None:
    believed = [marks for marks, found in verdicts.items() if found in SIGNS and marks[2] == "!"]
    assert believed
    assert all(marks[0] == marks[4] == "=" for marks in believed)


def test_what_families_share_is_never_enough_without_the_given_name(verdicts: dict[tuple[str, ...], str]) -> None:
    """Twins have all of this in common, and spouses but the birth."""
    for marks in product("!?", "=!?", "~!", "=", "=~!?", "=!?", "=!?"):
        assert verdicts[marks] not in SIGNS


def test_nobody_who_is_called_the_same_is_added_beside_the_same_number_mailbox_phone_account_or_birth(
    verdicts: dict[tuple[str, ...], str],
) -> None:
    for marks, found in verdicts.items():
        number, email, given, family, birth, phone, account = marks
        if given == "=" and family in "=~" and "=" in (number, email, birth, phone, account):
            assert found != "alone", marks
        if "=" in (number, email):
            assert found != "alone", marks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ola Hansen", "Ola Hanssen"),
        ("Aase Soelvi Moe", "Åse Sølvi Moe"),
        ("Kristoffer Dahl", "Christofer Dahl"),
        ("Cathrine Lie", "Katrine Lie"),
        ("Anne-Marie Berg", "Anne Marie Berg"),
        ("Anne Marie Berg", "Anne Berg"),
        ("Ola Berg", "Ola Lie Berg"),
        ("Berg Ola", "Ola Berg"),
        ("Alex Vik", "Alexander Vik"),
        ("Stine Vik", "Kristine Vik"),
        ("Sara Foss", "Sarah Foss"),
    ],
)
def test_ordinary_names_are_believed_by_email_and_by_number(one: str, other: str) -> None:
    for sign in ({"email": "someone@fjord.no"}, {"employee_id": "7"}):
        assert matched(one, other, sign, {"date_of_birth": "1990-01-02"}) == {"1"}
        assert matched(one, other, sign, {}) == {"1"}
    assert matched(one, other, {"phone_number": "91234567"}, {}) != set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kari Berg", "Karin Berg"),
        ("Anne Marie Berg", "Anne Lise Berg"),
        ("Tor Berg", "Torunn Berg"),
        ("Jan Berg", "Janne Berg"),
        ("Christian Berg", "Christine Berg"),
        ("Ola Berg", "Ole Berg"),
        ("Mari Berg", "Marie Berg"),
    ],
)
def test_names_that_twins_have_are_asked_about(one: str, other: str) -> None:
    shared = {"date_of_birth": "1990-01-02", "phone_number": "91234567", "bank_account_number": "86011117947"}
    assert matched(one, other, {"email": "family@fjord.no"}, shared) == {"?"}
    assert matched(one, other, {}, shared) == {"?"}


def matched(one: str, other: str, sign: dict[str, str], more: dict[str, str]) -> set[str]:
    """`1`: paired, `?`: asked, nothing: alone."""
    given, family = one.rsplit(" ", 1)
    given_there, family_there = other.rsplit(" ", 1)
    here = person("1", given_name=given, family_name=family, **sign, **more)
    matching = match([here], [employee(9, given_name=given_there, family_name=family_there, **sign, **more)])
    return {"1" for _ in matching.pairs} | {"?" for _ in matching.uncertain}
