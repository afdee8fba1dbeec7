"""What the decisions will do, summed up for both systems while they are made: three queries, whatever the size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.tally import Tally, tally
from huma_tripletex.planning.turn import conflicts_of, not_tried
from huma_tripletex.runtime import Runtime

EFFECTS: Mapping[tuple[str | None, str], tuple[str, str]] = {
    ("huma", "conflict"): ("tripletex", "replaced"),
    ("huma", "missing_in_tripletex"): ("tripletex", "filled"),
    ("huma", "missing_in_huma"): ("tripletex", "cleared"),
    ("tripletex", "conflict"): ("huma", "replaced"),
    ("tripletex", "missing_in_huma"): ("huma", "filled"),
    ("tripletex", "missing_in_tripletex"): ("huma", "cleared"),
}
"""Which system a choice writes to, and what becomes of the value there."""


@dataclass(frozen=True)
class Totals:
    """Values and people per system. `people` counts those with a changed value, not those added. `left`: values that
    somebody chose to leave; `undecided`: values that nobody has chosen about, so they stay and are asked again.
    """

    huma_values: int
    huma_people: int
    huma_filled: int
    huma_replaced: int
    huma_cleared: int
    huma_added: int
    tripletex_values: int
    tripletex_people: int
    tripletex_filled: int
    tripletex_replaced: int
    tripletex_cleared: int
    tripletex_added: int
    left: int
    undecided: int
    not_added: int
    decide_later: int

    @property
    def nothing(self) -> bool:
        """Whether nothing at all would be written."""
        return not (self.huma_values or self.tripletex_values or self.huma_added or self.tripletex_added)


def totals(runtime: Runtime, plan: SyncPlan, counted: Tally | None = None) -> Totals:
    """The sums as the decisions stand. `counted`: what was tallied already."""
    session, counted = runtime.session, counted or tally(runtime, plan)
    each = select(Conflict.choice, Conflict.item_id).where(*conflicts_of(plan)).distinct().subquery()
    people = {row[0]: row[1] for row in session.execute(select(each.c.choice, func.count()).group_by(each.c.choice))}
    here = (PlanItem.plan_id == plan.id, PlanItem.kind != "matched", not_tried(plan))
    kinds = (PlanItem.kind, PlanItem.choice)
    items = session.execute(select(*kinds, func.count()).where(*here).group_by(*kinds)).all()
    huma, tripletex = _effects(counted, "huma"), _effects(counted, "tripletex")
    return Totals(
        huma_values=sum(huma.values()),
        huma_people=people.get("tripletex", 0),
        huma_filled=huma["filled"],
        huma_replaced=huma["replaced"],
        huma_cleared=huma["cleared"],
        huma_added=_count(items, "only_in_tripletex", "add"),
        tripletex_values=sum(tripletex.values()),
        tripletex_people=people.get("huma", 0),
        tripletex_filled=tripletex["filled"],
        tripletex_replaced=tripletex["replaced"],
        tripletex_cleared=tripletex["cleared"],
        tripletex_added=_count(items, "only_in_huma", "add"),
        left=counted.count(lambda one: one.choice == "leave"),
        undecided=counted.undecided,
        not_added=sum(count for _, choice, count in items if choice == "leave"),
        decide_later=sum(count for _, choice, count in items if choice is None),
    )


def _effects(counted: Tally, system: str) -> dict[str, int]:
    sums = {"filled": 0, "replaced": 0, "cleared": 0}
    for one in counted.sorts:
        where, what = EFFECTS.get((one.choice, one.kind), ("", ""))
        if where == system:
            sums[what] += one.count
    return sums


def _count(items: Sequence[Any], kind: str, choice: str) -> int:
    return sum(count for one, chosen, count in items if (one, chosen) == (kind, choice))
