"""What speaks for and against a person and an employee being the same, apart from what brought them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.core.text import folded

_ALIKE: Final = 0.8
"""How much two words must have in common to be spellings of one name (Hansen and Hanssen, not Hansen and Jensen)."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Somebody of either system, as far as it helps to recognise them; "" where there is nothing. All canonical."""

    employee_id: str = field(repr=False)
    email: str = field(repr=False)
    given: str = field(repr=False)
    family: str = field(repr=False)
    birth: str = field(repr=False)
    phone: str = field(repr=False)
    account: str = field(repr=False)

    @property
    def name(self) -> str:
        """The whole name, folded, wherever the middle names stand."""
        return f"{self.given} {self.family}".strip()


def traits_of(values: Values, email: str | None) -> Traits:
    """The traits of somebody with these values."""
    return Traits(
        employee_id=normalise("employee_id", values.get("employee_id")) or "",
        email=folded_email(email),
        given=folded(values.get("given_name")),
        family=folded(values.get("family_name")),
        birth=normalise("date_of_birth", values.get("date_of_birth")) or "",
        phone=normalise("phone_number", values.get("phone_number")) or "",
        account=normalise("bank_account_number", values.get("bank_account_number")) or "",
    )


def folded_email(email: str | None) -> str:
    """An email address without regard to capitals and spaces."""
    return "".join((email or "").split()).casefold()


def differ(a: str, b: str) -> bool:
    """Whether both are known and not the same."""
    return bool(a and b and a != b)


def agree(a: str, b: str) -> bool:
    """Whether both are known and the same."""
    return bool(a) and a == b


def confirmed(one: Traits, other: Traits, *, besides: str) -> bool:
    """Whether something else than `besides` is the same on both sides and belongs to one person only."""
    return any(
        agree(getattr(one, trait), getattr(other, trait))
        for trait in ("employee_id", "email", "birth", "phone", "account")
        if trait != besides
    )


def same_person_is_plausible(one: Traits, other: Traits, *, by: str) -> bool:
    """Whether a shared employee ID or email address (`by`) may be believed.

    Not where both name and date of birth plainly differ, nor where the names have nothing in common and nothing else
    is the same: numbers are given anew, two systems count from 1, mailboxes are shared.
    """
    if names_alike(one, other):
        return True
    births_differ, some_word = differ(one.birth, other.birth), _words_shared(one, other)
    if births_differ and not some_word:
        return False
    if confirmed(one, other, besides=by):
        return True
    if births_differ or (by == "email" and differ(one.employee_id, other.employee_id)):
        return False
    return some_word


def names_alike(one: Traits, other: Traits) -> bool:
    """Whether given and family name each may be spellings of one name; a name that is missing speaks for nothing."""
    if not one.name or not other.name:
        return False
    if one.name == other.name:
        return True
    return _some_word_alike(one.given, other.given) and _some_word_alike(one.family, other.family)


def _words_shared(one: Traits, other: Traits) -> bool:
    return not one.name or not other.name or _some_word_alike(one.name, other.name)


def _some_word_alike(one: str, other: str) -> bool:
    return any(a == b or SequenceMatcher(None, a, b).ratio() >= _ALIKE for a in one.split() for b in other.split())
