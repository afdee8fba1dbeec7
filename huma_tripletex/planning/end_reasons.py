"""Why somebody's employment ends: chosen person by person beside the last workday, and sealed with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from huma_tripletex.core.employments import END_REASONS
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.turn import not_tried, take_turn
from huma_tripletex.runtime import Runtime


def choose_end_reasons(
    runtime: Runtime,
    plan: SyncPlan,
    reasons: Mapping[int, str],
    *,
    by: HostUser | None = None,
    revision: int | None = None,
) -> None:
    """Decides by the ids of items what Tripletex is told of an ending; whether it ends is another choice. The caller
    commits.

    Raises:
        NotPossible: Tripletex knows no such reason, or somebody of them is not of this plan or has no last workday.
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    if not reasons:
        return
    if not set(END_REASONS).issuperset(reasons.values()):
        raise NotPossible("choice_not_possible")
    take_turn(runtime, plan, by, revision)
    chosen = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.id.in_(reasons), not_tried(plan))
    items, seals = runtime.session.scalars(chosen).all(), seals_of(runtime, plan)
    if len(items) != len(reasons):
        raise NotPossible("not_in_this_plan")
    for item in items:
        content = seals.open(item.position, item.sealed)
        if not content.end_reason:
            raise NotPossible("choice_not_possible")
        if content.end_reason != reasons[item.id]:
            item.sealed = seals.seal(item.position, replace(content, end_reason=reasons[item.id]))
