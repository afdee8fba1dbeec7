"""Begins a comparison: one open plan for syncing per connection, so a new one puts the old one away."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy import select, update

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, PlanItem, SyncPlan
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.runtime import Runtime

Purpose = Literal["sync", "drift"]
OPEN = ("drafting", "ready")


def begin(runtime: Runtime, connection: Connection, by: HostUser | None, purpose: Purpose = "sync") -> SyncPlan:
    """A plan to be drafted; the caller commits and enqueues `task_queue.PLAN`. Capture begins now at the latest, so
    that an edit made while the plan is decided is not lost.

    Raises:
        NotPossible: the connection is disconnected or needs attention.
    """
    if connection.state not in ("connected", "paused"):
        raise NotPossible("not_connected" if not connection.is_open else connection.state_reason or "needs_attention")
    now = runtime.clock()
    _alone(runtime, connection)
    if connection.capturing_since is None and purpose == "sync":
        connection.capturing_since = now
    put_away(runtime, connection.id, purpose)
    plan = SyncPlan(
        connection_id=connection.id,
        purpose=purpose,
        made_by=by.id if by else "",
        made_by_name=by.name if by else "",
        made_at=now,
        expires_at=now + timedelta(hours=runtime.settings.plan_hours),
    )
    runtime.session.add(plan)
    runtime.session.flush()
    return plan


def current_plan(runtime: Runtime, connection: Connection) -> SyncPlan | None:
    """The plan that is drafted or can be decided about, if there is one that has not expired."""
    plans = select(SyncPlan).where(
        SyncPlan.connection_id == connection.id,
        SyncPlan.purpose == "sync",
        SyncPlan.state.in_(OPEN),
        SyncPlan.expires_at > runtime.clock(),
    )
    return runtime.session.scalars(plans.order_by(SyncPlan.id.desc()).limit(1)).first()


def discard(runtime: Runtime, plan: SyncPlan) -> None:
    """Puts a plan away, also while it is drafted: the worker notices at its next step. The caller commits."""
    _put_away(runtime, SyncPlan.id == plan.id)


def put_away(runtime: Runtime, connection_id: int, purpose: Purpose = "sync") -> None:
    """Discards every open plan of a connection."""
    _put_away(runtime, (SyncPlan.connection_id == connection_id) & (SyncPlan.purpose == purpose))


def _put_away(runtime: Runtime, which: object) -> None:
    session = runtime.session
    ids = list(session.scalars(select(SyncPlan.id).where(which, SyncPlan.state.in_(OPEN))))  # type: ignore[arg-type]
    if ids:
        discarded = {"state": "discarded", "lease": None, "leased_until": None}
        session.execute(update(SyncPlan).where(SyncPlan.id.in_(ids)).values(**discarded))
        session.execute(
            update(PlanItem)
            .where(PlanItem.plan_id.in_(ids))
            .values(sealed=None)
            .execution_options(synchronize_session=False)
        )


def _alone(runtime: Runtime, connection: Connection) -> None:
    """Two administrators who press at once come one after the other: an UPDATE holds the row on every database."""
    same = update(Connection).where(Connection.id == connection.id).values(organisation_id=connection.organisation_id)
    runtime.session.execute(same.execution_options(synchronize_session=False))
