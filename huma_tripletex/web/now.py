"""What is true now: the figures of a connection, who needs attention, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass

from huma_tripletex import reporting
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import attention, entries, feed
from huma_tripletex.web.formatting import seconds
from huma_tripletex.web.notices import Notice

SHOWN = 5


@dataclass(frozen=True)
class Now:
    """`takes` and `oldest` are seconds. `held_up`: why nothing is sent at the moment although it should be, and what to
    do. `moving`: something is on its way, so it is worth looking again soon. `again`: what somebody has just tried
    again, and `came`: what came of it.
    """

    takes: float | None
    takes_more: str
    waiting: int
    oldest: float
    parked_people: int
    held_up: str
    moving: bool
    attention: tuple[entries.Line, ...]
    recent: tuple[entries.Line, ...]
    again: str = ""
    came: Notice | None = None


def look(runtime: Runtime, connection: Connection) -> Now:
    """A constant number of statements, however many people there are."""
    status = reporting.status(runtime, connection)
    facts = status.figures
    parked = attention.people(runtime, connection, limit=SHOWN) if facts.parked_people else []
    recent, _older = feed.page(runtime, connection, limit=SHOWN)
    return Now(
        takes=facts.p50,
        takes_more=_("95 of 100 in %(time)s", time=seconds(facts.p95)) if facts.p95 is not None else "",
        waiting=facts.waiting + facts.in_flight,
        oldest=status.oldest_waiting if status.oldest_waiting >= 1 else 0,
        parked_people=facts.parked_people,
        held_up=f"{status.why} {status.next_step}" if status.active and not status.flowing else "",
        moving=bool(facts.waiting or facts.in_flight) and connection.state == "connected",
        attention=tuple(parked),
        recent=tuple(recent),
    )
