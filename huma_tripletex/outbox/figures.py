"""How the outbox of connections is doing, in numbers: for the page, `flask tripletex status` and the metrics alike.

One connection and all of them are asked about with the same two statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, distinct, exists, func, select
from sqlalchemy.orm import Session

from huma_tripletex.core.reasons import PASSING
from huma_tripletex.models.seconds import Seconds
from huma_tripletex.outbox.tables import BEGAN, CONNECTIONS, ENTRIES, LEASES, is_open, takes_part
from huma_tripletex.outbox.writing import AS_WRITTEN

SAMPLE: Final = 200
"""So many of the latest deliveries of a connection tell how long one takes."""
MINUTE: Final = timedelta(minutes=1)
OPEN_ONES: Final = CONNECTIONS.c.state != "disconnected"


@dataclass(frozen=True)
class Figures:
    """`waiting` and `in_flight` count entries; of whoever is left out of every sync nothing waits or needs anybody.
    `p50`, `p95`: seconds from the edit until Tripletex has confirmed, of late; of what was put back, from then on, for
    until then it waited for a human and not for us. The edit is when the host's transaction wrote it: the moment of its
    commit, which may be much later, is not known inside it.

    `due_since`: when the first of what waits should have been taken, or of what is in flight should have come back.
    `held_up_by`: what Tripletex has answered to what waits that is not about one person, a key of `core.reasons`.
    `somebody_works`: a worker holds something, whosever it is.
    """

    waiting: int = 0
    in_flight: int = 0
    parked_people: int = 0
    oldest_waiting_at: datetime | None = None
    delivered_last_minute: int = 0
    p50: float | None = None
    p95: float | None = None
    due_since: datetime | None = None
    held_up_by: str = ""
    somebody_works: bool = False


def figures(session: Session, connection_id: int, now: datetime) -> Figures:
    """The figures of one connection; they read only what is open or recent."""
    return _figures(session, CONNECTIONS.c.id == connection_id, now).get(connection_id, Figures())


def figures_of_all(session: Session, now: datetime) -> Mapping[int, Figures]:
    """By its id the figures of every connection that is not disconnected."""
    return _figures(session, OPEN_ONES, now)


def _figures(session: Session, which: ColumnElement[bool], now: datetime) -> dict[int, Figures]:
    states = {(row.connection_id, row.state): row for row in _ask(session, _open(which))}
    return {
        row.id: _of(row, *(states.get((row.id, state)) for state in ("waiting", "in_flight", "parked")))
        for row in _ask(session, _recent(which, now))
    }


def _ask(session: Session, statement: Select[Any]) -> Iterable[Row[Any]]:
    return session.execute(statement, bind_arguments=AS_WRITTEN)


def _of(recent: Row[Any], waiting: Row[Any] | None, in_flight: Row[Any] | None, parked: Row[Any] | None) -> Figures:
    due = [row.due for row in (waiting, in_flight) if row and row.due]
    return Figures(
        waiting=waiting.entries if waiting else 0,
        in_flight=in_flight.entries if in_flight else 0,
        parked_people=parked.people if parked else 0,
        oldest_waiting_at=waiting.oldest if waiting else None,
        delivered_last_minute=recent.delivered,
        p50=None if recent.p50 is None else max(0.0, recent.p50),
        p95=None if recent.p95 is None else max(0.0, recent.p95),
        due_since=min(due, default=None),
        held_up_by=(waiting.held_up_by if waiting else None) or "",
        somebody_works=recent.somebody_works,
    )


def _open(which: ColumnElement[bool]) -> Select[Any]:
    """What has not ended, counted by connection and state."""
    theirs = and_(LEASES.c.connection_id == ENTRIES.c.connection_id, LEASES.c.person_id == ENTRIES.c.person_id)
    due = case((ENTRIES.c.state == "waiting", ENTRIES.c.not_before), (ENTRIES.c.state == "in_flight", LEASES.c.until))
    facts = (
        func.count().label("entries"),
        func.count(distinct(ENTRIES.c.person_id)).label("people"),
        func.min(BEGAN).label("oldest"),
        func.min(due).label("due"),
        func.max(case((ENTRIES.c.reason.in_(sorted(PASSING)), ENTRIES.c.reason))).label("held_up_by"),
    )
    joined = CONNECTIONS.join(ENTRIES, ENTRIES.c.connection_id == CONNECTIONS.c.id).outerjoin(LEASES, theirs)
    counting = select(ENTRIES.c.connection_id, ENTRIES.c.state, *facts).select_from(joined)
    return counting.where(which, is_open(), takes_part()).group_by(ENTRIES.c.connection_id, ENTRIES.c.state)


def _recent(which: ColumnElement[bool], now: datetime) -> Select[Any]:
    """One row for each connection. Each looks its own up in the index: what was delivered earlier costs nothing."""
    delivered = and_(ENTRIES.c.connection_id == CONNECTIONS.c.id, ENTRIES.c.outcome == "delivered")
    recent = select(func.count()).where(delivered, ENTRIES.c.settled_at > now - MINUTE).correlate(CONNECTIONS)
    return select(
        CONNECTIONS.c.id,
        recent.scalar_subquery().label("delivered"),
        _percentile(delivered, 0.50).label("p50"),
        _percentile(delivered, 0.95).label("p95"),
        exists().where(LEASES.c.until > now).label("somebody_works"),
    ).where(which)


def _percentile(delivered: ColumnElement[bool], share: float) -> ColumnElement[float | None]:
    """The smallest number of seconds that is at least as large as `share` of the latest ones."""
    whole = select(Seconds(BEGAN, ENTRIES.c.settled_at).label("seconds")).where(
        delivered, ENTRIES.c.settled_at.is_not(None), ENTRIES.c.sent_at.is_not(None)
    )
    latest = whole.order_by(ENTRIES.c.settled_at.desc()).limit(SAMPLE).correlate(CONNECTIONS).subquery("latest")
    below = func.cume_dist().over(order_by=latest.c.seconds).label("below")
    ranked = select(latest.c.seconds, below).subquery("ranked")
    return select(func.min(ranked.c.seconds)).where(ranked.c.below >= share).scalar_subquery()
