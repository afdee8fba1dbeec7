"""How the outbox of a connection is doing, in numbers: for the page, `flask tripletex status` and the metrics alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, select
from sqlalchemy.orm import Session

from huma_tripletex.outbox.tables import BEGAN, ENTRIES, is_open, takes_part
from huma_tripletex.outbox.writing import AS_WRITTEN

SAMPLE = 500
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Figures:
    """`waiting` and `in_flight` count entries; of whoever is left out of every sync nothing waits or needs anybody.
    `p50`, `p95`: seconds from commit until Tripletex has confirmed, of late; of what was put back, from then on, for
    until then it waited for a human and not for us.
    """

    waiting: int
    in_flight: int
    parked_people: int
    oldest_waiting_at: datetime | None
    delivered_last_minute: int
    p50: float | None
    p95: float | None


def figures(session: Session, connection_id: int, now: datetime) -> Figures:
    """The figures of one connection, in three statements that read only what is open or recent."""
    ask = partial(session.execute, bind_arguments=AS_WRITTEN)
    states = {row.state: row for row in ask(_open(connection_id))}
    recent = ask(_recent_count(connection_id, now)).scalar_one()
    seconds = sorted(max(0.0, (there_at - began).total_seconds()) for began, there_at in ask(_latest(connection_id)))
    waiting, in_flight, parked = (states.get(state) for state in ("waiting", "in_flight", "parked"))
    return Figures(
        waiting=waiting.entries if waiting else 0,
        in_flight=in_flight.entries if in_flight else 0,
        parked_people=parked.people if parked else 0,
        oldest_waiting_at=waiting.oldest if waiting else None,
        delivered_last_minute=recent,
        p50=_percentile(seconds, 0.50),
        p95=_percentile(seconds, 0.95),
    )


def _open(connection_id: int) -> Select[Any]:
    people, oldest = func.count(distinct(ENTRIES.c.person_id)), func.min(BEGAN)
    return (
        select(ENTRIES.c.state, func.count().label("entries"), people.label("people"), oldest.label("oldest"))
        .where(ENTRIES.c.connection_id == connection_id, is_open(), takes_part())
        .group_by(ENTRIES.c.state)
    )


def _recent_count(connection_id: int, now: datetime) -> Select[Any]:
    return select(func.count()).where(_delivered(connection_id), ENTRIES.c.settled_at > now - MINUTE)


def _latest(connection_id: int) -> Select[Any]:
    newest = select(BEGAN, ENTRIES.c.settled_at).where(
        _delivered(connection_id), ENTRIES.c.settled_at.is_not(None), ENTRIES.c.sent_at.is_not(None)
    )
    return newest.order_by(ENTRIES.c.settled_at.desc()).limit(SAMPLE)


def _delivered(connection_id: int) -> ColumnElement[bool]:
    return and_(ENTRIES.c.connection_id == connection_id, ENTRIES.c.outcome == "delivered")


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that is at least as large as `share` of them."""
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None
