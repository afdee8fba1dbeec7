"""The database's clock, and what to do when the clock is set back: moments that it wrote down while it ran ahead would
be waited for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from huma_tripletex.clock import Clock
from huma_tripletex.models.base import Instant
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, state_is
from huma_tripletex.outbox.writing import writing_connection
from huma_tripletex.runtime import Runtime

NOW_AND_THEN = 60.0
"""Seconds after which a process that does not sweep asks again."""
TELLING = select(func.clock_timestamp(type_=Instant))


def keep_time(runtime: Runtime, every: float = 0.0) -> None:
    """Lets a process go by the database's clock, where that has one of its own; unless it was asked less than `every`
    seconds ago.
    """
    session, clock = runtime.session(), runtime.clock
    if isinstance(clock, Clock) and clock.age >= every and dialect_of(session) == POSTGRESQL:
        writing_connection(session)  # so that making one is not taken for the way there
        clock.follow(lambda: tell(session))


def tell(session: Session) -> datetime:
    """The database's time at this very moment, whenever the transaction began."""
    told: datetime = writing_connection(session).execute(TELLING).scalar_one()
    return told


def set_right(session: Session, now: datetime, lease: timedelta) -> int:
    """Makes everything due that waits for a later moment, and no lease longer than `lease`. Returns how many entries.

    Some of it would have waited for its next attempt anyway; it goes a little earlier. The caller commits.
    """
    session.execute(update(LEASES).where(LEASES.c.until > now + lease).values(until=now + lease))
    session.execute(update(CONNECTIONS).where(CONNECTIONS.c.snoozed_until > now).values(snoozed_until=now))
    waiting = update(ENTRIES).where(state_is("waiting"), ENTRIES.c.not_before > now).values(not_before=now)
    return len(session.execute(waiting.returning(ENTRIES.c.id)).all())
