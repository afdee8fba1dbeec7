"""Signs that pair nobody and are asked about: a birth, phone, account or mailbox beside names that are alike, and names
alone.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from huma_tripletex.core.evidence import births, is_slip_apart, names
from huma_tripletex.core.likeness import Traits, birth_and_account, birth_and_phone, together
from huma_tripletex.core.search import Field, Key, ask_where
from huma_tripletex.core.verdicts import may_be

FEW: Final = 1
"""So many comparisons for each of those who have only their first name and their date of birth in common: in a large
firm some have that by chance, and in an import many were born on the first of January.
"""
SEVERAL: Final = 3
"""So many pairs with two numbers show whether the systems number alike."""
_WEAK: Final[tuple[tuple[str, Key, str], ...]] = (
    ("email", lambda one: one.email, "email_twice"),
    ("birth", lambda one: one.birth, "similar_name_and_birth"),
    ("phone", lambda one: one.phone, "similar_name_and_phone"),
    ("account", lambda one: one.account, "similar_name_and_account"),
)
"""What is the same, and why it is asked."""


def weak_rounds(field: Field) -> None:
    """Asks about those who are left and resemble each other, unless something speaks against it."""
    field.numbers_tell = _numbers_tell(field)
    for sign, key, why in _WEAK:
        narrower = tuple(partial(_with, part, key) for part in (_first, _last))
        ask_where(field, key, narrower, partial(may_be, sign), why, partial(_with, _called, key))
    for key, why in ((birth_and_account, "birth_and_account"), (birth_and_phone, "birth_and_phone")):
        for people, employees in field.groups(key):
            field.ask_apart(people, employees, why)
    married = partial(_may_have_married, field.numbers_tell)
    ask_where(field, partial(_with, _first, _born), (), married, "similar_name_and_birth", each=FEW)
    for people, employees in field.groups(_called):
        _ask_by_name(field, people, employees)
    ask_where(field, lambda one: one.number, (), _called_the_same, "same_name")
    ask_where(field, _first_and_last, (), _may_be_called, "similar_name")
    for initials in (_initial_and_last, _first_and_initial):
        ask_where(field, initials, (), _may_be_misspelt, "similar_name")
    ask_where(field, _called_and_born, (), _born_nearly, "name_and_near_birth")


def _with(part: Key, sign: Key, one: Traits) -> str:
    return together(part(one), sign(one))


def _ask_by_name(field: Field, people: list[str], employees: list[int]) -> None:
    """People who are called the same may be the same where nothing tells: where a date of birth is unknown on one side,
    and a number. (The same date or number has brought its people together before.) So nobody need be compared.
    """
    why = "name_only" if len(people) == len(employees) == 1 else "same_name"
    for born, numbered in ((True, True), (True, False), (False, True), (False, False)):
        here = [one for one in people if _knows(field, one, born, numbered)]
        there = [one for one in employees if _leaves_open(field, one, born, numbered)]
        if here and there:
            field.ask_apart(here, there, why)


def _knows(field: Field, one: str, born: bool, numbered: bool) -> bool:
    return bool(field.people[one].birth) == born and _is_numbered(field, one, field.people[one]) == numbered


def _leaves_open(field: Field, other: int, born: bool, numbered: bool) -> bool:
    traits = field.employees[other]
    return not (born and traits.birth) and not (numbered and _is_numbered(field, other, traits))


def _is_numbered(field: Field, one: str | int, traits: Traits) -> bool:
    """A number that seems to be another's tells nothing, and none does where each system has its own."""
    return field.numbers_tell and bool(traits.number) and one not in field.misnumbered


def _numbers_tell(field: Field) -> bool:
    """Not where everybody found so far has another number on the other side."""
    both = ((field.people[one].number, field.employees[other].number) for one, (other, _) in field.paired.items())
    known = [here == there for here, there in both if here and there]
    return len(known) < SEVERAL or any(known)


def _may_have_married(numbers_tell: bool, one: Traits, other: Traits) -> bool:
    """Of those with one first name, born on one day: unless a number or an account says that they are two."""
    if names(one, other) != ("=", "!"):
        return False
    differ = numbers_tell and _differ(one.number, other.number)
    return not differ and not _differ(one.account, other.account)


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _may_be_called(one: Traits, other: Traits) -> bool:
    return not (one.number and other.number) and may_be("name", one, other)


def _may_be_misspelt(one: Traits, other: Traits) -> bool:
    """Of those whose names begin alike: by a letter, where a date of birth is unknown and nothing speaks against it."""
    differ = any(_differ(getattr(one, trait), getattr(other, trait)) for trait in ("number", "phone", "account"))
    return births(one, other) == "?" and not differ and is_slip_apart(one, other)


def _called_the_same(one: Traits, other: Traits) -> bool:
    """Of those whose numbers are the same but for zeros."""
    return one.called == other.called and births(one, other) != "!"


def _born_nearly(one: Traits, other: Traits) -> bool:
    return births(one, other) == "~"


def _first(one: Traits) -> str:
    return one.given[0].text if one.given else ""


def _last(one: Traits) -> str:
    return one.family[-1].text if one.family else ""


def _first_and_last(one: Traits) -> str:
    return together(_first(one), _last(one))


def _initial_and_last(one: Traits) -> str:
    return together(_first(one)[:1], _last(one))


def _first_and_initial(one: Traits) -> str:
    return together(_first(one), _last(one)[:1])


def _born(one: Traits) -> str:
    return one.birth


def _called(one: Traits) -> str:
    return one.called


def _called_and_born(one: Traits) -> str:
    return one.called if one.birth else ""
