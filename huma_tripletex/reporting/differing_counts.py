"""How much is still different after a run, in numbers: the same for the page, the mail and the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select

from huma_tripletex.gateway.still_different import (
    WHY_VALUE,
    people_left,
    values_left,
    way_of_person,
    way_of_value,
    why_value,
)
from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncRun
from huma_tripletex.reporting.differing import scope
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Left:
    """`chosen`, `not_chosen` and `impossible` are values, of `differing` people who are in both systems. The others are
    people: not added though they could be, who cannot be added, in doubt or apart, and never synced.
    """

    chosen: int = 0
    not_chosen: int = 0
    impossible: int = 0
    differing: int = 0
    not_added: int = 0
    cannot_be_added: int = 0
    unsettled: int = 0
    left_out: int = 0

    @property
    def values(self) -> int:
        return self.chosen + self.not_chosen + self.impossible

    @property
    def people(self) -> int:
        """People about whom the two systems still differ. Of whoever is never synced nobody knows."""
        return self.differing + self.not_added + self.cannot_be_added + self.unsettled

    @property
    def lines(self) -> int:
        """Values, and people who are not about a value."""
        return self.values + self.told - self.differing

    @property
    def told(self) -> int:
        """Everybody who is listed."""
        return self.people + self.left_out


def left_of(runtime: Runtime, run: SyncRun) -> Left:
    """The numbers of a run, from its plan as approved, in as many queries for all as for one. A run that takes another
    back leaves nothing: it had no plan.
    """
    return Left() if run.undoes is not None else _count(runtime, run.plan_id, scope(runtime, run))


def people_left_of(runtime: Runtime, runs: Sequence[SyncRun]) -> Mapping[int, int]:
    """By run about how many people the systems still differed after it, as `Left.people` says; none for undos. Two
    statements for all runs of whole plans, and some for each try on a few people.
    """
    syncs = [run for run in runs if run.undoes is None]
    plans = {plan.id: plan for plan in runtime.session.scalars(_plans(syncs))} if syncs else {}
    tried = {run.id: left_of(runtime, run).people for run in syncs if plans[run.plan_id].counts.get("tried")}
    whole = [run for run in syncs if run.id not in tried]
    by_plan = _people_by_plan(runtime, {run.plan_id for run in whole}) if whole else {}
    return {**tried, **{run.id: by_plan[run.plan_id] for run in whole}}


def _plans(runs: Sequence[SyncRun]) -> Select[SyncPlan]:
    return select(SyncPlan).where(SyncPlan.id.in_({run.plan_id for run in runs}))


def _people_by_plan(runtime: Runtime, plan_ids: Set[int]) -> Counter[int]:
    here, item = PlanItem.plan_id.in_(plan_ids), PlanItem.id == Conflict.item_id
    differing = select(PlanItem.plan_id, func.count(PlanItem.id.distinct())).join(Conflict, item)
    alone = select(PlanItem.plan_id, func.count()).where(people_left(PlanItem.plan_id), PlanItem.kind != "left_out")
    found: Counter[int] = Counter()
    for counted in (differing.where(values_left(PlanItem.plan_id)), alone):
        for plan_id, people in runtime.session.execute(counted.where(here).group_by(PlanItem.plan_id)):
            found[plan_id] += people
    return found


def left_of_plan(runtime: Runtime, plan: SyncPlan) -> Left:
    """The same before it is approved, as it is decided now."""
    return _count(runtime, plan.id, PlanItem.plan_id == plan.id)


def _count(runtime: Runtime, plan_id: int, of_run: ColumnElement[bool]) -> Left:
    here, values = PlanItem.id == Conflict.item_id, values_left(plan_id)
    counted = select(*WHY_VALUE, func.count().label("times")).join(PlanItem, here).where(of_run, values)
    sums: Counter[str] = Counter()
    for row in runtime.session.execute(counted.group_by(*WHY_VALUE)):
        sums[way_of_value(why_value(row))] += row.times
    people = select(func.count(Conflict.item_id.distinct())).join(PlanItem, here).where(of_run, values)
    sums["differing"] = runtime.session.scalar(people) or 0
    blocked = cast(PlanItem.blocked, Text) != "[]"
    kinds = (PlanItem.kind, PlanItem.choice, blocked)
    alone = select(*kinds, func.count()).where(and_(of_run, people_left(plan_id))).group_by(*kinds)
    for kind, choice, is_blocked, count in runtime.session.execute(alone):
        sums[way_of_person(kind, choice, is_blocked)] += count
    return Left(**sums)
