"""The database's clock, and what to do when the clock is set back: moments that it wrote down while it ran ahead would
be waited for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from huma_tripletex.models.base import Instant
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, state_is
from huma_tripletex.outbox.writing import AS_WRITTEN


def has_clock(session: Session) -> bool:
    """Whether the database may be on another machine than whoever asks."""
    return dialect_of(session) == POSTGRESQL


def tell(session: Session) -> datetime:
    """The database's time at this very moment, whenever the transaction began."""
    return session.execute(select(func.clock_timestamp(type_=Instant)), bind_arguments=AS_WRITTEN).scalar_one()


def set_right(session: Session, now: datetime, lease: timedelta) -> int:
    """Makes everything due that waits for a later moment, and no lease longer than `lease`. Returns how many entries.

    Some of it would have waited for its next attempt anyway; it goes a little earlier. The caller commits.
    """
    session.execute(update(LEASES).where(LEASES.c.until > now + lease).values(until=now + lease))
    session.execute(update(CONNECTIONS).where(CONNECTIONS.c.snoozed_until > now).values(snoozed_until=now))
    waiting = update(ENTRIES).where(state_is("waiting"), ENTRIES.c.not_before > now).values(not_before=now)
    return len(session.execute(waiting.returning(ENTRIES.c.id)).all())
