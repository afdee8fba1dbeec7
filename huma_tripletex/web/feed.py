"""Everything that was written or is to be, in both directions, newest first: three streams of rows made into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import entries, into_huma
from huma_tripletex.web.causes import runs_of
from huma_tripletex.web.entries import Line

OPEN = {"waiting": ("waiting", "in_flight")}
BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LONGEST: Final = 16
"""Digits of a number in an address."""


@dataclass(frozen=True)
class Place:
    """How far somebody has read: the last entry, the last result and the last entry that was put back, which has the
    microsecond of that too; 0: none was shown.
    """

    entry: int = 0
    result: int = 0
    again: int = 0
    moment: int = 0

    @classmethod
    def read(cls, text: str) -> Place:
        parts = text.split("-")[: len(fields(cls))]
        return cls(*(int(part) if part.isdecimal() and len(part) <= LONGEST else 0 for part in parts))

    @property
    def put_back(self) -> tuple[datetime, int] | None:
        return (BEGIN + self.moment * MICROSECOND, self.again) if self.again else None

    def __str__(self) -> str:
        return f"{self.entry}-{self.result}-{self.again}-{self.moment}"


One = OutboxEntry | into_huma.Written
Found = tuple[datetime, One]


def page(
    runtime: Runtime,
    connection: Connection,
    *,
    show: str = "",
    people: Sequence[str] | None = None,
    place: Place | None = None,
    limit: int = 50,
) -> tuple[list[Line], Place | None]:
    """The lines that follow a place, and the place after them; None: there is nothing older. `show`: only entries in
    that state; `people`: only about these. Six queries, whatever the size.
    """
    place = place or Place()
    found = list(islice(_merged(runtime, connection, show, people, place, limit), limit + 1))
    shown = [one for _at, one in found[:limit]]
    lines = _lines(runtime, connection, shown)
    return lines, _after(shown, place) if len(found) > limit else None


def _merged(
    runtime: Runtime, connection: Connection, show: str, people: Sequence[str] | None, place: Place, limit: int
) -> Iterator[Found]:
    states = OPEN.get(show, (show,) if show else ())
    more: dict[str, Any] = {"people": people, "limit": limit + 1}
    changes = entries.newest(runtime, connection, states=states, before=place.entry, **more)
    again = entries.put_back(runtime, connection, states=states, before=place.put_back, **more)
    written = [] if show else into_huma.newest(runtime, connection, before=place.result, **more)
    streams: tuple[list[Found], ...] = (
        [(entry.captured_at, entry) for entry in changes],
        [(entry.again_at, entry) for entry in again if entry.again_at],
        [(run.approved_at, (result, run)) for result, run in written],
    )
    return merge(*streams, key=itemgetter(0), reverse=True)


def _lines(runtime: Runtime, connection: Connection, shown: Sequence[One]) -> list[Line]:
    """Names and runs are asked for once, for all of them."""
    changes = [one for one in shown if isinstance(one, OutboxEntry)]
    written = [one for one in shown if not isinstance(one, OutboxEntry)]
    people = [*(one.person_id for one in changes), *(result.person_id for result, _run in written)]
    names = entries.names_of(runtime, connection, [one for one in people if one])
    runs = runs_of(runtime, (one.run_id for one in changes))
    there = iter([entries.line(runtime, one, names.get(one.person_id, ""), runs) for one in changes])
    here = iter(into_huma.lines(runtime, connection, written, names))
    return [next(there) if isinstance(one, OutboxEntry) else next(here) for one in shown]


def _after(shown: Sequence[One], place: Place) -> Place:
    for one in shown:
        if not isinstance(one, OutboxEntry):
            place = replace(place, result=one[0].id)
        elif one.again_at is None:
            place = replace(place, entry=one.id)
        else:
            place = replace(place, again=one.id, moment=(one.again_at - BEGIN) // MICROSECOND)
    return place
