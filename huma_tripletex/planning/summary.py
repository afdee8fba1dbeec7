"""The last page before anything is written: every write by system, person and field, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as having
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from huma_tripletex.gateway.still_different import people_left, values_left
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.guards import to_type
from huma_tripletex.planning.notable import NAMED, Notables, cleared, ending
from huma_tripletex.planning.reach import guards_of
from huma_tripletex.planning.reading import ConflictRow, cut, seals_of
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.planning.tally import tally
from huma_tripletex.planning.totals import Totals, totals
from huma_tripletex.planning.turn import not_tried
from huma_tripletex.planning.writes import (
    PersonWrites,
    items_where,
    person_writes,
    something_to_agree,
    something_to_write,
)
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class LeftAlone:
    """Somebody to whom nothing is done although something could be. `item.why`, `item.blocked` and `item.choice`, or
    the choice of the `row`, say why.
    """

    item: PlanItem
    name: str = having(repr=False)
    row: ConflictRow | None = None


@dataclass(frozen=True)
class Named:
    """A name."""

    name: str = having(repr=False)


@dataclass(frozen=True)
class Summary:
    """`people`: one page of everybody who is written to. `added` by system, `left`: at most `NAMED`. `linked`: pairs
    that are only noted as such. `to_type` confirms the `guards`.
    """

    totals: Totals
    people: tuple[PersonWrites, ...]
    changed_people: int
    linked: int
    cleared: Notables
    ending: Notables
    huma_added: tuple[Named, ...]
    tripletex_added: tuple[Named, ...]
    left: tuple[LeftAlone, ...]
    guards: tuple[dict[str, Any], ...]
    guarded: tuple[Named, ...]
    to_type: str
    page: int
    pages: int


def summary(
    runtime: Runtime,
    plan: SyncPlan,
    page: int = 1,
    size: int = 50,
    *,
    tripped: Sequence[dict[str, Any]] | None = None,
) -> Summary:
    """One page of the summary. Counts are of the whole plan. `tripped`: its guards, where they are known already."""
    session, seals, counted = runtime.session, seals_of(runtime, plan), tally(runtime, plan)
    written = items_where(plan, something_to_write(plan))
    found, linked = _counted(runtime, plan)
    page, pages = cut(page, size, found)
    items = session.scalars(written.offset((page - 1) * size).limit(size)).all()
    guards = list(tripped) if tripped is not None else guards_of(runtime, plan)
    return Summary(
        totals=totals(runtime, plan, counted),
        people=tuple(person_writes(runtime, seals, items)),
        changed_people=found,
        linked=linked,
        cleared=cleared(runtime, plan, seals, counted),
        ending=ending(runtime, plan, seals, counted),
        huma_added=_added(runtime, plan, seals, "only_in_tripletex"),
        tripletex_added=_added(runtime, plan, seals, "only_in_huma"),
        left=_left(runtime, plan, seals),
        guards=tuple(guards),
        guarded=_guarded(runtime, seals, guards),
        to_type=to_type(guards),
        page=page,
        pages=pages,
    )


def _counted(runtime: Runtime, plan: SyncPlan) -> tuple[int, int]:
    """People who are written to, and pairs that are only noted as such."""
    writes = case((something_to_write(plan), 1), else_=0).label("writes")
    here = (PlanItem.plan_id == plan.id, not_tried(plan), or_(something_to_write(plan), something_to_agree()))
    each = select(writes).where(*here).subquery()
    sums = select(func.coalesce(func.sum(each.c.writes), 0), func.count()).select_from(each)
    written, everybody = runtime.session.execute(sums).one()
    return written, everybody - written


def _added(runtime: Runtime, plan: SyncPlan, seals: Seals, kind: str) -> tuple[Named, ...]:
    added = items_where(plan, and_(PlanItem.kind == kind, PlanItem.choice == "add")).limit(NAMED)
    return _names(seals, runtime.session.scalars(added).all())


def _guarded(runtime: Runtime, seals: Seals, guards: Sequence[dict[str, Any]]) -> tuple[Named, ...]:
    """Who would share an account number."""
    ids = [item_id for guard in guards for item_id in guard.get("items", [])][:NAMED]
    items = select(PlanItem).where(PlanItem.id.in_(ids)).order_by(PlanItem.position)
    return _names(seals, runtime.session.scalars(items).all()) if ids else ()


def _names(seals: Seals, items: Sequence[PlanItem]) -> tuple[Named, ...]:
    return tuple(Named(seals.open(item.position, item.sealed).name) for item in items)


def _left(runtime: Runtime, plan: SyncPlan, seals: Seals) -> tuple[LeftAlone, ...]:
    """Values that are left or not decided about, then people who are not added or not settled."""
    session = runtime.session
    rows = select(PlanItem, Conflict).join(Conflict, Conflict.item_id == PlanItem.id).where(values_left(plan.id))
    values = session.execute(rows.order_by(PlanItem.position).limit(NAMED)).all()
    people = select(PlanItem).where(people_left(plan.id)).order_by(PlanItem.position)
    return (
        *(_left_value(item, conflict, seals) for item, conflict in values),
        *(
            LeftAlone(item, seals.open(item.position, item.sealed).name)
            for item in session.scalars(people.limit(NAMED)).all()
        ),
    )


def _left_value(item: PlanItem, conflict: Conflict, seals: Seals) -> LeftAlone:
    content, key = seals.open(item.position, item.sealed), conflict.field
    row = ConflictRow(conflict, key, content.huma.get(key), content.tripletex.get(key))
    return LeftAlone(item, content.name, row)
