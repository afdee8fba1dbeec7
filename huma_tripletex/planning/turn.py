"""Whose turn it is: every decision raises the plan's revision, so nobody decides about what they have not seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, true, update

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.lease import changed
from huma_tripletex.planning.refusals import ChangedMeanwhile, SeenOtherwise, Stale
from huma_tripletex.runtime import Runtime


def take_turn(
    runtime: Runtime, plan: SyncPlan, by: HostUser | None, revision: int | None, *, exactly: bool = False, **values: Any
) -> None:
    """Raises the revision. The row is held until the caller's commit, so the next one comes after this.

    Raises:
        Stale: the plan is no longer to be decided about.
        ChangedMeanwhile: somebody else has decided since `revision`. One's own choices do not collide: a page may
            send the next before it has heard of the last.
        SeenOtherwise: with `exactly`, anybody has; one's own choice in another window is none of this one.
    """
    now = runtime.clock()
    current = [SyncPlan.id == plan.id, SyncPlan.state == "ready", SyncPlan.expires_at > now]
    if revision is not None:
        mine = SyncPlan.decided_by == (by.id if by else "")
        current.append(SyncPlan.revision == revision if exactly else or_(SyncPlan.revision == revision, mine))
    who = {"decided_by": by.id if by else "", "decided_by_name": by.name if by else ""}
    news = {"revision": SyncPlan.revision + 1, "decided_at": now, **who, **values}
    won = changed(runtime.session, update(SyncPlan).where(*current).values(**news))
    runtime.session.refresh(plan)
    if won:
        return
    if plan.state != "ready":
        raise Stale(f"plan_{plan.state}")
    if plan.expires_at <= now:
        raise Stale("plan_expired")
    raise (SeenOtherwise if exactly else ChangedMeanwhile)(plan.decided_by_name)


def show_anew(runtime: Runtime, connection_id: int) -> None:
    """What was shown of plans that are open is no longer what would be done: it is shown again before it is approved.
    The caller commits.
    """
    open_ones = update(SyncPlan).where(SyncPlan.connection_id == connection_id, SyncPlan.state == "ready")
    changed(runtime.session, open_ones.values(revision=SyncPlan.revision + 1))


def not_tried(plan: SyncPlan) -> ColumnElement[bool]:
    """Items that were not run yet: those who were tried first are done."""
    tried = plan.counts.get("tried")
    return PlanItem.id.not_in(tried) if tried else true()


def conflicts_of(plan: SyncPlan, where: Any = Conflict) -> tuple[ColumnElement[bool], ...]:
    """The differences of a plan that are still to be run. `where`: Conflict, or an alias of it."""
    tried = plan.counts.get("tried")
    return (where.plan_id == plan.id, where.item_id.not_in(tried)) if tried else (where.plan_id == plan.id,)


def allows(choice: str) -> ColumnElement[bool]:
    """Whether a difference can be settled so. The list is JSON; both databases write it with quoted words."""
    return cast(Conflict.only, Text).contains(f'"{choice}"')
