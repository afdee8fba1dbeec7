"""Finds out what a plan would do, for the guards: four queries, whatever the size."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, func, or_, select

from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.guards import Reach, guards
from huma_tripletex.planning.sharing import ACCOUNT, sharers
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime

OVERWRITES = or_(
    and_(Conflict.choice.in_(("huma", "tripletex")), Conflict.kind == "conflict"),
    and_(Conflict.choice == "huma", Conflict.kind == "missing_in_huma"),
    and_(Conflict.choice == "tripletex", Conflict.kind == "missing_in_tripletex"),
)
"""Differences whose choice replaces or clears a value somewhere."""


def guards_of(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None = None) -> list[dict[str, Any]]:
    """The guards that a plan trips as it is decided now; `only`: for these items alone."""
    return guards(_reach(runtime, plan, only), runtime.settings, few=only is not None)


def _reach(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None) -> Reach:
    which = [*conflicts_of(plan), OVERWRITES]
    which += [Conflict.item_id.in_(only)] if only is not None else []
    people = select(func.count(Conflict.item_id.distinct())).where(*which)
    pairs = or_(PlanItem.kind == "matched", PlanItem.choice == "same")
    counts = plan.counts
    return Reach(
        matched=runtime.session.scalar(select(func.count()).where(PlanItem.plan_id == plan.id, pairs)) or 0,
        changed=runtime.session.scalar(people) or 0,
        accounts=runtime.session.scalar(people.where(Conflict.field == ACCOUNT)) or 0,
        sharers=sharers(runtime, plan, only),
        links=counts.get("links", 0),
        links_in_huma=counts.get("links_in_huma", 0),
        links_in_tripletex=counts.get("links_in_tripletex", 0),
    )
