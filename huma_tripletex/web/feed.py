"""Everything that was written or is to be, in both directions, newest first: two streams of rows made into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import entries, into_huma
from huma_tripletex.web.causes import runs_of
from huma_tripletex.web.entries import Line

OPEN = {"waiting": ("waiting", "in_flight")}


@dataclass(frozen=True)
class Place:
    """How far somebody has read: the last entry and the last result that were shown; 0: none."""

    entry: int = 0
    result: int = 0

    @classmethod
    def read(cls, text: str) -> Place:
        entry, _, result = text.partition("-")
        return cls(int(entry) if entry.isdigit() else 0, int(result) if result.isdigit() else 0)

    def __str__(self) -> str:
        return f"{self.entry}-{self.result}"


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
    that state; `people`: only about these. Five queries, whatever the size.
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
    changes = entries.newest(runtime, connection, states=states, people=people, before=place.entry, limit=limit + 1)
    more: dict[str, Any] = {"people": people, "before": place.result, "limit": limit + 1}
    written = [] if show else into_huma.newest(runtime, connection, **more)
    streams: tuple[list[Found], ...] = (
        [(entry.captured_at, entry) for entry in changes],
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
    changes = [one.id for one in shown if isinstance(one, OutboxEntry)]
    written = [one[0].id for one in shown if not isinstance(one, OutboxEntry)]
    return Place(changes[-1] if changes else place.entry, written[-1] if written else place.result)
