"""Forgets the names and values in plans and runs that have been kept long enough; what was done and why stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huma_tripletex.models.plan import PlanItem, SyncPlan
from huma_tripletex.models.run import SyncResult, SyncRun


def forget_values(session: Session, before: datetime) -> None:
    """Empties what plans made and runs ended before then have sealed. The caller commits."""
    plans = select(SyncPlan.id).where(SyncPlan.made_at < before)
    runs = select(SyncRun.id).where(SyncRun.ended_at < before)
    emptied = (
        update(PlanItem).where(PlanItem.plan_id.in_(plans), PlanItem.sealed.is_not(None)).values(sealed=None),
        update(SyncResult).where(SyncResult.run_id.in_(runs), SyncResult.sealed.is_not(None)).values(sealed=None),
        update(SyncRun).where(SyncRun.id.in_(runs), SyncRun.mail_state != "due").values(sealed_recipient=None),
    )
    for statement in emptied:
        session.execute(statement.execution_options(synchronize_session=False))
