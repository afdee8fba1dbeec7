"""Finds what is due or abandoned. Needs nothing but the database, so it holds whatever happened to Redis or a worker.

Called by the worker's sweep thread every few seconds; the caller commits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from huma_tripletex.models.outbox import EntryState
from huma_tripletex.outbox.leasing import may_be_asked
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, state_is
from huma_tripletex.outbox.writing import AS_WRITTEN

AT_ONCE = 1000
ENDED: tuple[EntryState, ...] = ("done", "dismissed")


def release_expired(session: Session, now: datetime) -> int:
    """Ends leases that ran out: their entries wait again, as ones whose answer was lost. Returns how many entries.

    It counts as an attempt: an entry that kills its worker must come to an end some day.
    """
    expired = (
        select(LEASES.c.connection_id, LEASES.c.person_id)
        .where(LEASES.c.until <= now)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ending = delete(LEASES).where(tuple_(LEASES.c.connection_id, LEASES.c.person_id).in_(expired))
    ended = session.execute(ending.returning(LEASES.c.token, LEASES.c.person_id)).all()
    if not ended:
        return 0
    theirs = tuple_(ENTRIES.c.lease, ENTRIES.c.person_id).in_([tuple(row) for row in ended])
    waiting = {"state": "waiting", "lease": None, "unsure": True, "attempts": ENTRIES.c.attempts + 1}
    giving = update(ENTRIES).where(state_is("in_flight"), theirs).values(waiting)
    return len(session.execute(giving.returning(ENTRIES.c.id)).all())


def due_connections(session: Session, now: datetime) -> list[int]:
    """Connections that have something to send and may send it now, the one that waits longest first.

    Walks from connection to connection in the index of what waits, so that neither idle connections nor delivered
    entries nor the length of a queue cost anything.
    """
    busy = _busy().c.connection_id
    oldest = select(func.min(ENTRIES.c.not_before)).where(_waits(busy, now)).scalar_subquery()
    due = select(busy).where(oldest <= now, _may_send(busy, now)).order_by(oldest, busy)
    return list(session.execute(due, bind_arguments=AS_WRITTEN).scalars())


def prune(session: Session, keep_after: datetime) -> int:
    """Deletes at most a thousand entries that ended before `keep_after`; returns how many. Call again until it is 0."""
    old = (
        select(ENTRIES.c.id)
        .join_from(CONNECTIONS, ENTRIES, CONNECTIONS.c.id == ENTRIES.c.connection_id)
        .where(ENTRIES.c.settled_at < keep_after, state_is(*ENDED))
        .limit(AT_ONCE)
    )
    return len(session.execute(delete(ENTRIES).where(ENTRIES.c.id.in_(old)).returning(ENTRIES.c.id)).all())


def _busy() -> Any:
    """Every connection with something waiting, one index look-up each (a loose index scan)."""
    waiting = state_is("waiting")
    busy = select(func.min(ENTRIES.c.connection_id).label("connection_id")).where(waiting).cte("busy", recursive=True)
    further = select(func.min(ENTRIES.c.connection_id)).where(waiting, ENTRIES.c.connection_id > busy.c.connection_id)
    return busy.union_all(select(further.scalar_subquery()).where(busy.c.connection_id.is_not(None)))


def _may_send(connection_id: ColumnElement[int], now: datetime) -> Any:
    """As a value of its own, so that the one connection is looked up and not all of them joined."""
    run_is_due = exists().where(_waits(CONNECTIONS.c.id, now), ENTRIES.c.run_id.is_not(None))
    something = or_(CONNECTIONS.c.activated_at.is_not(None), run_is_due)
    return select(something).where(CONNECTIONS.c.id == connection_id, may_be_asked(now)).scalar_subquery()


def _waits(connection_id: ColumnElement[int], now: datetime) -> ColumnElement[bool]:
    return and_(ENTRIES.c.connection_id == connection_id, state_is("waiting"), ENTRIES.c.not_before <= now)
