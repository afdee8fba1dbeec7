"""Which runs of a connection wait for Tripletex: a drain that has settled something lets them know at once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.models import SyncRun


def waiting_runs(session: scoped_session[Session] | Session, connection_id: int) -> list[int]:
    """Runs that have handed everything over and not ended."""
    chosen = select(SyncRun.id).where(
        SyncRun.connection_id == connection_id, SyncRun.state != "ended", SyncRun.handed_over_at.is_not(None)
    )
    return list(session.scalars(chosen.order_by(SyncRun.id)))
