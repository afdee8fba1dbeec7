"""People who are hard to tell apart, or hard to recognise: nobody is matched falsely, guessed or added twice."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from huma_tripletex.core.matching import match
from huma_tripletex.core.normalise import same
from tests.core.build import employee, person

MAY, ACCOUNT, PHONE = "1990-05-17", "12345678903", "91234567"
OLA, KARI = {"given_name": "Ola", "family_name": "Berg"}, {"given_name": "Kari", "family_name": "Berg"}
Row = dict[str, Any]


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def found(here: list[Row], there: list[Row]) -> tuple[dict[str, tuple[int, str]], dict[str, tuple[int, ...]]]:
    """Who is who, and who may be whom; people and employees are counted from 1."""
    people = [person(str(number), **row) for number, row in enumerate(here, start=1)]
    employees = [employee(number, **row) for number, row in enumerate(there, start=1)]
    matching = match(people, employees)
    pairs = {one.person_id: (one.employee_id, one.matched_by) for one in matching.pairs}
    return pairs, {who: one.employee_ids for one in matching.uncertain for who in one.person_ids}


SAME: list[tuple[str, Row, Row, str]] = [
    ("zeros that a spreadsheet took", {**OLA, "employee_id": "0042"}, {**OLA, "employee_id": "42"}, "employee_id"),
    (
        "zeros, and a date of birth",
        {**OLA, "employee_id": "7", "date_of_birth": MAY},
        {**OLA, "employee_id": "007", "date_of_birth": MAY},
        "employee_id",
    ),
    (
        "names that changed places",
        {"given_name": "Berg", "family_name": "Ola", "employee_id": "7"},
        {**OLA, "employee_id": "7"},
        "employee_id",
    ),
    (
        "capitals and spaces in an email",
        {**OLA, "email": " Ola.Berg@X.no "},
        {**OLA, "email": "ola.berg@x.NO"},
        "email",
    ),
    (
        "letters in two parts",
        {"given_name": nfd("Åge"), "family_name": nfd("Sæther-Ødegård"), "date_of_birth": MAY},
        {"given_name": " Åge ", "family_name": "Sæther  Ødegård", "date_of_birth": MAY},
        "name_and_birth",
    ),
    (
        "a middle name elsewhere",
        {"given_name": "Anne Marie", "family_name": "Berg", "date_of_birth": MAY},
        {"given_name": "Anne", "family_name": "Marie Berg", "date_of_birth": MAY},
        "name_and_birth",
    ),
    (
        "a phone number in two forms",
        {**OLA, "phone_number": "0047 912 34 567"},
        {**OLA, "phone_number": PHONE},
        "name_and_phone",
    ),
]
ASKED: list[tuple[str, Row, Row]] = [
    (
        "names that changed places",
        {"given_name": "Berg", "family_name": "Ola", "date_of_birth": MAY},
        {**OLA, "date_of_birth": MAY},
    ),
    (
        "aa for å",
        {"given_name": "Aase", "family_name": "Saether", "date_of_birth": MAY},
        {"given_name": "Åse", "family_name": "Sæther", "date_of_birth": MAY},
    ),
    (
        "oe for ø",
        {"given_name": "Soelvi", "family_name": "Moe", "date_of_birth": MAY},
        {"given_name": "Sølvi", "family_name": "Moe", "date_of_birth": MAY},
    ),
    (
        "a letter",
        {"given_name": "Anne", "family_name": "Berg", "date_of_birth": MAY},
        {"given_name": "Anna", "family_name": "Berg", "date_of_birth": MAY},
    ),
    (
        "a new family name, the phone as before",
        {**KARI, "date_of_birth": MAY, "phone_number": PHONE},
        {"given_name": "Kari", "family_name": "Lie", "date_of_birth": MAY, "phone_number": PHONE},
    ),
    (
        "a nickname, the account as before",
        {"given_name": "Per", "family_name": "Berg", "bank_account_number": ACCOUNT},
        {"given_name": "Petter", "family_name": "Berg", "bank_account_number": "1234.56.78903"},
    ),
    (
        "father and son with one phone",
        {**OLA, "phone_number": PHONE, "date_of_birth": "1960-01-01"},
        {**OLA, "phone_number": PHONE, "date_of_birth": MAY},
    ),
    (
        "a number given anew",
        {**OLA, "employee_id": "9", "date_of_birth": "1960-01-01"},
        {"given_name": "Lise", "family_name": "Moe", "employee_id": "9", "date_of_birth": MAY},
    ),
    (
        "a mailbox of two",
        {**OLA, "email": "post@x.no"},
        {"given_name": "Lise", "family_name": "Moe", "email": "post@x.no"},
    ),
    ("an address with a plus", {**OLA, "email": "ola+hr@x.no"}, {**OLA, "email": "ola@x.no"}),
]
APART: list[tuple[str, Row, Row]] = [
    ("twins", {**OLA, "date_of_birth": MAY}, {**KARI, "date_of_birth": MAY}),
    (
        "numbers that are the same but for zeros",
        {**OLA, "employee_id": "0042"},
        {"given_name": "Lise", "family_name": "Moe", "employee_id": "42"},
    ),
    ("addresses of one mailbox", {**OLA, "email": "post+ola@x.no"}, {**KARI, "email": "post+kari@x.no"}),
    (
        "a phone of two strangers",
        {**OLA, "phone_number": PHONE},
        {"given_name": "Lise", "family_name": "Moe", "phone_number": PHONE},
    ),
    (
        "a day of birth of two strangers",
        {**OLA, "date_of_birth": MAY, "employee_id": "5"},
        {"given_name": "Ola", "family_name": "Lie", "date_of_birth": MAY, "employee_id": "6"},
    ),
]


@pytest.mark.parametrize(("here", "there", "by"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_the_same_person(here: Row, there: Row, by: str) -> None:
    assert found([here], [there]) == ({"1": (1, by)}, {})


@pytest.mark.parametrize(("here", "there"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_maybe_the_same_person_is_asked(here: Row, there: Row) -> None:
    assert found([here], [there]) == ({}, {"1": (1,)})


@pytest.mark.parametrize(("here", "there"), [row[1:] for row in APART], ids=[row[0] for row in APART])
def test_two_people(here: Row, there: Row) -> None:
    assert found([here], [there]) == ({}, {})


def test_twins_are_told_apart_by_their_names() -> None:
    twins = [{**OLA, "date_of_birth": MAY}, {**KARI, "date_of_birth": MAY}]
    assert found(twins, twins[::-1])[0] == {"1": (2, "name_and_birth"), "2": (1, "name_and_birth")}


def test_twins_whose_numbers_were_mixed_up_are_not_guessed() -> None:
    here = [{**OLA, "date_of_birth": MAY, "employee_id": "5"}, {**KARI, "date_of_birth": MAY, "employee_id": "6"}]
    there = [{**KARI, "date_of_birth": MAY, "employee_id": "5"}, {**OLA, "date_of_birth": MAY, "employee_id": "6"}]
    pairs, asked = found(here, there)
    assert pairs == {}
    assert set(asked["1"]) == set(asked["2"]) == {1, 2}


def test_exactly_the_number_is_surer_than_the_number_without_zeros() -> None:
    rows = [{**OLA, "employee_id": "42"}, {**OLA, "employee_id": "0042"}]
    assert found(rows, rows[::-1])[0] == {"1": (2, "employee_id"), "2": (1, "employee_id")}


def test_a_number_without_zeros_does_not_keep_a_stranger_from_being_recognised_otherwise() -> None:
    ola = {**OLA, "date_of_birth": MAY}
    there = [{"given_name": "Lise", "family_name": "Moe", "employee_id": "42"}, ola]
    assert found([{**ola, "employee_id": "0042"}], there) == ({"1": (2, "name_and_birth")}, {})


def test_a_couple_with_one_phone_is_told_apart_by_the_given_names() -> None:
    rows = [{**OLA, "phone_number": PHONE}, {**KARI, "phone_number": PHONE}]
    assert found(rows, rows[::-1])[0] == {"1": (2, "name_and_phone"), "2": (1, "name_and_phone")}


FORMS: list[tuple[str, str, str]] = [
    ("phone_number", "+47 912 34 567", "91234567"),
    ("phone_number", "(0047) 91 23 45 67", "91234567"),
    ("phone_number", "0046 70-174 06 05", "+46701740605"),
    ("phone_number", "+47 12 34 56 78", "12345678"),
    ("bank_account_number", "1234.56.78903", "12345678903"),
    ("bank_account_number", "NO93 8601 1117 947", "86011117947"),
    ("given_name", nfd("Bjørn Åge"), "Bjørn  Åge "),
    ("family_name", "O\u2019Hara", "O'Hara"),
    ("family_name", "Li\u2013Strand", "Li-Strand"),
    ("date_of_birth", "17.05.1990", "1990-05-17"),
    ("date_of_birth", "1990/05/17", "1990-05-17"),
    ("employee_id", " 42", "42"),
]
VALUES: list[tuple[str, str, str]] = [
    ("phone_number", "070-174 06 05", "+46701740605"),
    ("phone_number", "91234567", "91234568"),
    ("bank_account_number", "12345678903", "12345678911"),
    ("employee_id", "0042", "42"),
    ("given_name", "Bjørn", "Bjorn"),
    ("given_name", "Anne Marie", "Anne-Marie"),
    ("family_name", "BERG", "Berg"),
    ("date_of_birth", "1990-05-17", "1990-07-15"),
]
"""Whoever corrects one of these wants it written: 0042 is another text than 42 in Tripletex, which keeps text."""


@pytest.mark.parametrize(("key", "one", "other"), FORMS)
def test_a_difference_of_form(key: str, one: str, other: str) -> None:
    assert same(key, one, other)


@pytest.mark.parametrize(("key", "one", "other"), VALUES)
def test_a_difference_of_value(key: str, one: str, other: str) -> None:
    assert not same(key, one, other)
