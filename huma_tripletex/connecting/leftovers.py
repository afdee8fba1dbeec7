"""What a disconnected connection leaves behind besides its outbox: plans that will not be approved."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.models import PlanItem, SyncPlan, SyncRun

Sessions = scoped_session[Session] | Session


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
