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
_CLOSE: Final = 0.7
"""The same where more speaks for it: Anne and Anna, not Ola and Ole."""


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
    def number(self) -> str:
        """The employee ID without the zeros that it may begin with."""
        return self.employee_id.lstrip("0") or self.employee_id

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


def with_birth(one: Traits) -> str:
    """Name and date of birth as one sign; "" unless both are known."""
    return _together(one.name, one.birth)


def with_phone(one: Traits) -> str:
    """Name and phone number as one sign; "" unless both are known."""
    return _together(one.name, one.phone)


def births_may_agree(one: Traits, other: Traits) -> bool:
    """Whether nothing is known of two dates of birth that differ."""
    return not differ(one.birth, other.birth)


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
    births_differ, some_word = differ(one.birth, other.birth), words_shared(one, other)
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


def given_names_close(one: Traits, other: Traits) -> bool:
    """Whether the given names may be one with a letter mistaken; for people with family name and birth in common."""
    return _some_word_alike(one.given, other.given, _CLOSE)


def words_shared(one: Traits, other: Traits) -> bool:
    """Whether some part of the names may be the same; a name that is missing speaks for nothing."""
    return not one.name or not other.name or _some_word_alike(one.name, other.name)


def _together(name: str, sign: str) -> str:
    return f"{name}\n{sign}" if name and sign else ""


def _some_word_alike(one: str, other: str, least: float = _ALIKE) -> bool:
    return any(a == b or SequenceMatcher(None, a, b).ratio() >= least for a in one.split() for b in other.split())
