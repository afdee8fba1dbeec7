"""Signs that pair nobody and are asked about: names alone, and names that are nearly the same beside something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from huma_tripletex.core.likeness import Traits, births_may_agree, differ, given_names_close, words_shared
from huma_tripletex.core.search import Field, Key, ask_where

Possible = Callable[[Traits, Traits], bool]
_SPELLED: Final = (("aa", "a"), ("ae", "a"), ("oe", "o"))
"""How people without a Norwegian keyboard write what is folded: Aase and Ase, Soelvi and Solvi."""


def name_rounds(field: Field) -> None:
    """Asks about those who are left and resemble each other, unless something speaks against it."""
    for people, employees in field.groups(_similar):
        field.ask(people, employees, "similar_name_and_birth", hold=False)
    for key, possible, why in WEAK:
        for people, employees in field.groups(key):
            ask_where(field, people, employees, possible, why)
    for people, employees in field.groups(lambda one: one.name):
        ask_where(field, people, employees, _name_may_do, "same_name")


def _similar(one: Traits) -> str:
    """First given and last family name with the date of birth: middle names come and go."""
    if not (one.given and one.family and one.birth):
        return ""
    return f"{one.given.split()[0]} {one.family.split()[-1]}\n{one.birth}"


def _same_words(one: Traits) -> str:
    """The words of the name in any order and spelling with the date of birth: given and family name change places."""
    if not (one.name and one.birth):
        return ""
    return f"{' '.join(sorted(_spelled(word) for word in one.name.split()))}\n{one.birth}"


def _spelled(word: str) -> str:
    for written, meant in _SPELLED:
        word = word.replace(written, meant)
    return word


def _family_and_birth(one: Traits) -> str:
    return f"{_spelled(one.family.split()[-1])}\n{one.birth}" if one.family and one.birth else ""


def _birth_and_phone(one: Traits) -> str:
    return f"{one.birth}\n{one.phone}" if one.birth and one.phone else ""


def _name_may_do(one: Traits, other: Traits) -> bool:
    return births_may_agree(one, other) and not differ(one.number, other.number)


def _any(_one: Traits, _other: Traits) -> bool:
    return True


def _same_account(one: Traits, other: Traits) -> bool:
    return births_may_agree(one, other) and words_shared(one, other)


WEAK: Final[tuple[tuple[Key, Possible, str], ...]] = (
    (_same_words, _any, "similar_name_and_birth"),
    (_family_and_birth, given_names_close, "similar_name_and_birth"),
    (_birth_and_phone, words_shared, "similar_name_and_birth"),
    (lambda one: one.account, _same_account, "similar_name_and_account"),
)
"""By what, where nothing speaks against it, and why it is asked."""
