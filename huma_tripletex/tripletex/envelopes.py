"""What all of Tripletex's answers have in common: the envelope of an object or a list, references, and text that may be
null, "", or not there at all, which is something else: Tripletex leaves out what a token may not see.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import UnsetType

T_co = TypeVar("T_co", covariant=True)


class Reply(msgspec.Struct):
    """The root of the replies: they hold people's values and tokens, so they show none."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, int]]:
        return []


class Single(Reply, Generic[T_co]):
    """The envelope of one object."""

    value: T_co


class Page(Reply, Generic[T_co], rename="camel"):
    """The envelope of a list. `fullResultSize` is deprecated and not exact (API2 issue 127), so it may be anything."""

    values: list[T_co]
    full_result_size: Any = None


class Reference(Reply):
    """`{"id": 1, "url": "..."}`"""

    id: int

    def shape(self) -> Reference:
        return self


Text: TypeAlias = str | UnsetType | None
Link: TypeAlias = Reference | UnsetType | None


def id_of(reference: Link) -> int | None:
    return reference.id if reference else None


def day(text: Text) -> str | None:
    """The ISO date, None when unset. Raises ValueError for anything that is not exactly YYYY-MM-DD."""
    if not text:
        return None
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("not a date")
    return text
