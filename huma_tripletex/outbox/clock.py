"""What to do when the clock is set back: moments that it wrote down while it ran ahead would be waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, state_is


def set_right(session: Session, now: datetime, lease: timedelta) -> int:
    """Makes everything due that waits for a later moment, and no lease longer than `lease`. Returns how many entries.

    Some of it would have waited for its next attempt anyway; it goes a little earlier. The caller commits.
    """
    session.execute(update(LEASES).where(LEASES.c.until > now + lease).values(until=now + lease))
    session.execute(update(CONNECTIONS).where(CONNECTIONS.c.snoozed_until > now).values(snoozed_until=now))
    waiting = update(ENTRIES).where(state_is("waiting"), ENTRIES.c.not_before > now).values(not_before=now)
    return len(session.execute(waiting.returning(ENTRIES.c.id)).all())
