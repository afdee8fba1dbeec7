"""The rule of who is whom, as two tables: what is believed, and what is asked. Everything else is two people.

The marks are those of `core.evidence`; several in one place mean any of them. A number that is the same is believed
where the names are alike, unless somebody else fits better (`core.doubts`). A mailbox, a phone, an account or a family
name that is shared never outweighs given names that differ, or dates of birth that differ: families share them, and
numbers are given anew.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from huma_tripletex.core.evidence import besides, births, names
from huma_tripletex.core.likeness import Traits

_ANY: Final = "+0-x"
_BELIEVED: Final = (
    # by                given family  birth  besides
    ("employee_id", "=", "=~", "=~?", _ANY),  # the person
    ("employee_id", "=", "=~", "!", "+0"),  # and another date of birth, which is then shown as a difference
    ("employee_id", "=", "!?", "=", _ANY),  # married
    ("employee_id", "=", "!", "?", "+0"),
    ("employee_id", "=", "?", "?", "+0-"),
    ("employee_id", "~", "=~", "=", _ANY),  # a slip in the given name
    ("employee_id", "~", "=~", "~", "+0-"),
    ("employee_id", "~", "=~", "?", "+0"),
    ("employee_id", "!", "=~", "=", _ANY),  # goes by another given name
    ("employee_id", "~!", "!?", "=", "+"),
    ("employee_id", "?", "=~!?", "=", "+0-"),
    ("employee_id", "?", "=~?", "?", "+"),
    ("email", "=", "=~", "=", _ANY),
    ("email", "=", "=~", "?", "+0-"),
    ("email", "=", "!?", "=", _ANY),  # married
    ("email", "?", "=~?", "=", _ANY),
    ("name_and_phone", "=", "=~?", "=", _ANY),
    ("name_and_phone", "=", "=~?", "?", "+0-"),
)
_ASKED: Final = (
    # what is the same, given, family, birth
    ("birth", "=", "=~", "="),
    ("birth", "~", "=", "="),
    ("phone", "=", "=~?", "=~!?"),
    ("phone", "~", "=~", "=~?"),
    ("phone", "=", "!", "=~?"),  # married
    ("phone", "~", "!", "="),
    ("phone", "!", "=~", "="),  # twins, or a second given name
    ("account", "=", "=~?", "=~!?"),
    ("account", "=~", "!", "=~?"),
    ("account", "~", "=~", "=~?"),
    ("account", "!?", "=~?", "=~?"),
    ("email", "=", "=~?", "=~!?"),
    ("email", "=", "!", "=~?"),
    ("email", "~", "=~?", "=~?"),
    ("email", "!?", "=~?", "=?"),
    ("name", "=", "=~", "~"),  # and, where a birth is unknown, unless two employee IDs differ: see `core.weak_signs`
    ("name", "=", "=~", "?"),
)
"""For `email`: in a mailbox that several on one side have. A pair of two who alone have it is always asked about."""

ALIKE: Final = frozenset({("=", "="), ("=", "~")})
"""Given and family name: of people born on one day who share a phone or an account, and whose numbers are the same but
for zeros, those are believed.
"""
Marks = frozenset[tuple[str, ...]]


def _all(table: tuple[tuple[str, ...], ...]) -> Marks:
    return frozenset(marks for sign, *columns in table for marks in product((sign,), *columns))


BELIEVED: Final = _all(_BELIEVED)
ASKED: Final = _all(_ASKED)
_POSSIBLE_BIRTHS: Final = frozenset((sign, birth) for sign, _given, _family, birth in ASKED)


def is_believed(by: str, one: Traits, other: Traits) -> bool:
    """Whether two who have the sign `by` in common, and alone have it, are the same person."""
    return (by, *names(one, other), births(one, other), besides(by, one, other)) in BELIEVED


def may_be(sign: str, one: Traits, other: Traits) -> bool:
    """Whether it is asked about two who have the sign in common. The dates come first: names take longest."""
    birth = births(one, other)
    return (sign, birth) in _POSSIBLE_BIRTHS and (sign, *names(one, other), birth) in ASKED
