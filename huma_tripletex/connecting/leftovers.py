"""What a disconnected connection leaves behind: changes that will not be sent, plans that will not be approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.models import OutboxEntry, PlanItem, SyncPlan, SyncRun

Sessions = scoped_session[Session] | Session


def dismiss_entries(session: Sessions, connection_id: int, now: datetime) -> int:
    """Dismisses what waits or is parked; connecting again compares anew, so nothing stays unseen. Answers how many.

    What is in flight is settled by its worker or, if that died, given back by the sweep and then found without a
    connection to be sent to.
    """
    open_ = (OutboxEntry.connection_id == connection_id, OutboxEntry.state.in_(("waiting", "parked")))
    dismissed: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(OutboxEntry)
        .where(*open_)
        .values(state="dismissed", outcome="dismissed", reason="disconnected", settled_at=now)
        .execution_options(synchronize_session=False)
    )
    return dismissed.rowcount


def discard_plans(session: Sessions, connection_id: int) -> None:
    """Discards open comparisons, empties their sealed values, and stops what was approved and is not over: whoever
    connects again compares anew.
    """
    going = (SyncRun.connection_id == connection_id, SyncRun.state.in_(("queued", "running")))
    session.execute(update(SyncRun).where(*going).values(state="cancelling"))
    plans = select(SyncPlan.id).where(SyncPlan.connection_id == connection_id)
    session.execute(
        update(PlanItem)
        .where(PlanItem.plan_id.in_(plans), PlanItem.sealed.is_not(None))
        .values(sealed=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(SyncPlan)
        .where(SyncPlan.connection_id == connection_id, SyncPlan.state.in_(("drafting", "ready")))
        .values(state="discarded", reason="disconnected", lease=None, leased_until=None)
    )
