"""What speaks for and against a person and an employee being the same, in the marks that `core.verdicts` reads.

`=` the same, `~` nearly the same, `!` different, `?` unknown on one side at least. For what speaks besides a sign:
`+` something does, `-` one thing speaks against it and nothing for it, `x` two or more do, `0` neither.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from huma_tripletex.core.likeness import Traits
from huma_tripletex.core.spelling import Word, Words, is_near, is_same, is_slip

_GIVEN: Final = 0.7
"""How much two given names must have in common to be near: Anne and Anna, Kari and Karin, not Ola and Ole."""
_FAMILY: Final = 0.8
"""The same of family names: Hansen and Hanson, not Hansen and Jensen."""
_OWN: Final[dict[str, str]] = {"employee_id": "number", "email": "email", "name_and_phone": "phone"}
_AGAINST: Final = ("number", "phone", "account")
"""What one person has one of. An email address that differs says nothing: people have one at work and one at home."""
_FOR: Final = (*_AGAINST, "email")


def names(one: Traits, other: Traits) -> tuple[str, str]:
    """The marks of the given and of the family name, also where the two have changed places."""
    if one.called and one.called == other.called:
        return "=", "="
    given, family = _mark(one.given, other.given, _GIVEN), _mark(one.family, other.family, _FAMILY)
    if family != "=" and _mark(one.given, other.family, 1) == _mark(one.family, other.given, 1) == "=":
        return "=", "="
    return given, family


def is_slip_apart(one: Traits, other: Traits) -> bool:
    """Whether one letter of the given or of the family name is all that lies between two names."""
    given, family = _mark(one.given, other.given, 1), _mark(one.family, other.family, 1)
    if (given, family) == ("!", "="):
        return _slipped(one.given, other.given)
    return (given, family) == ("=", "!") and _slipped(one.family, other.family)


def births(one: Traits, other: Traits) -> str:
    """The mark of the dates of birth; `~` where a slip of the pen, or of a time zone, lies between them."""
    if not one.birth or not other.birth:
        return "?"
    if one.birth == other.birth:
        return "="
    return "~" if _slip(one.birth, other.birth) else "!"


def besides(by: str, one: Traits, other: Traits) -> str:
    """What speaks for or against them besides the sign `by` that brought them together, their names and births."""
    own, against = _OWN[by], 0
    for trait in _FOR:
        mine, theirs = getattr(one, trait), getattr(other, trait)
        if trait == own or not mine or not theirs:
            continue
        if mine == theirs:
            return "+"
        against += trait in _AGAINST
    return "0-x"[min(against, 2)]


def _mark(one: Words, other: Words, least: float) -> str:
    """Middle names come and go: all words of the shorter are in the longer. Anne Marie and Anne Lise are only near."""
    if not one or not other:
        return "?"
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if all(_has(longer, word) for word in shorter):
        return "="
    if least < 1 and any(is_same(a, b) or is_near(a, b, least) for a in shorter for b in longer):
        return "~"
    return "!"


def _slipped(one: Words, other: Words) -> bool:
    """Of names that are not the same: whether they are but for one word, and that by a letter."""
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    odd = [word for word in shorter if not _has(longer, word)]
    return len(odd) == 1 and any(is_slip(odd[0], word) for word in longer if not _has(shorter, word))


def _has(words: Words, wanted: Word) -> bool:
    return any(is_same(word, wanted) for word in words)


def _slip(one: str, other: str) -> bool:
    """One digit mistaken, two neighbours exchanged, day and month exchanged, or the day before or after."""
    if len(one) != len(other):
        return False
    apart = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) == 1 or one == f"{other[:4]}-{other[8:]}-{other[5:7]}":
        return True
    return _exchanged(one, other, apart) or _next_day(one, other)


def _exchanged(one: str, other: str, apart: list[int]) -> bool:
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    return one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]


def _next_day(one: str, other: str) -> bool:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) == 1
    except ValueError:
        return False
