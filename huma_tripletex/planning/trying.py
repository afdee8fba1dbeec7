"""Whom a plan can be tried on first: anybody to whom it does something, found by name among all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning.names import called
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.turn import not_tried
from huma_tripletex.planning.writes import something_to_write
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Tryable:
    """One of them, by the id of the item."""

    item_id: int
    name: str = field(repr=False)


def tryable(
    runtime: Runtime, plan: SyncPlan, *, name: str = "", among: Collection[int] | None = None, most: int
) -> tuple[Tryable, ...]:
    """The first of them in the order of their names: with `name` in their name, or `among` these items."""
    seals, which = seals_of(runtime, plan), (not_tried(plan), something_to_write(plan))
    wanted: tuple[ColumnElement[bool], ...] = (PlanItem.plan_id == plan.id, *which)
    if among is not None:
        wanted = (*wanted, PlanItem.id.in_(among))
    elif name:
        wanted = (PlanItem.id.in_(called(runtime, plan, seals, name, *which)[:most]),)
    columns = select(PlanItem.id, PlanItem.position, PlanItem.sealed).where(*wanted)
    rows = runtime.session.execute(columns.order_by(PlanItem.position).limit(most))
    return tuple(Tryable(item_id, seals.name(position, sealed)) for item_id, position, sealed in rows)
