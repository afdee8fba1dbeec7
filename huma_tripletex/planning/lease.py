"""A plan is drafted by one worker at a time, which shows that it lives. If it stops, another begins anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.models import SyncPlan
from huma_tripletex.runtime import Runtime

ATTEMPTS = 3
"""A comparison that killed its worker so often would kill the next one too."""


class Lost(Exception):
    """The plan is no longer ours: it was discarded, or another worker took it over."""


class Stopped(Exception):
    """The worker is shutting down; the plan is handed back."""


def due_plans(session: scoped_session[Session] | Session, now: datetime) -> list[int]:
    """Plans that nobody works on: just begun, or abandoned by a worker that died."""
    due = select(SyncPlan.id).where(SyncPlan.state == "drafting", _free(now))
    return list(session.scalars(due.order_by(SyncPlan.id)))


def take(runtime: Runtime, plan_id: int) -> str | None:
    """The lease of a plan, or None if it is not to be had. Commits."""
    now, token = runtime.clock(), uuid4().hex
    taken = (
        update(SyncPlan)
        .where(SyncPlan.id == plan_id, SyncPlan.state == "drafting", _free(now))
        .values(lease=token, leased_until=now + runtime.settings.lease_time, attempts=SyncPlan.attempts + 1)
    )
    won = changed(runtime.session, taken)
    runtime.session.commit()
    return token if won else None


def release(runtime: Runtime, plan_id: int, token: str) -> None:
    """Hands a plan back, so that another worker need not wait for the lease to end. Commits."""
    back = update(SyncPlan).where(SyncPlan.id == plan_id, SyncPlan.lease == token)
    runtime.session.execute(back.values(lease=None, leased_until=None, attempts=SyncPlan.attempts - 1))
    runtime.session.commit()


def changed(session: scoped_session[Session] | Session, statement: Any) -> int:
    """How many rows an UPDATE or DELETE touched."""
    result = cast("CursorResult[Any]", session.execute(statement.execution_options(synchronize_session=False)))
    return result.rowcount


def _free(now: datetime) -> Any:
    return or_(SyncPlan.leased_until.is_(None), SyncPlan.leased_until < now)
