"""Who is on one side only, who may be whom, and what an administrator needs to know to decide about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from huma_tripletex.core.people import Values
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning.names import called
from huma_tripletex.planning.people_decisions import LEFT
from huma_tripletex.planning.reading import cut, seals_of
from huma_tripletex.planning.sealed import Content, Seals
from huma_tripletex.planning.turn import not_tried
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Candidate:
    """An employee that somebody may be."""

    employee_id: int
    name: str = field(repr=False)
    values: Values = field(repr=False)


@dataclass(frozen=True)
class UncertainPerson:
    """Somebody in Huma who may be one of several employees, or none."""

    item: PlanItem
    name: str = field(repr=False)
    values: Values = field(repr=False)
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Lonely:
    """Somebody on one side only. `item.why`: why they are not preselected; `item.blocked`: why they cannot be added.
    `partner`: the name of the employee that an administrator has said they are. `end_reason`: what Tripletex is told of
    a last workday; "" without one.
    """

    item: PlanItem
    name: str = field(repr=False)
    values: Values = field(repr=False)
    partner: str = field(default="", repr=False)
    end_reason: str = field(default="", repr=False)


@dataclass(frozen=True)
class PeopleCounts:
    """Of the whole plan. `remembered`: not added in an earlier sync and unchanged since; counted nowhere else."""

    uncertain: int
    only_in_huma: int
    only_in_tripletex: int
    left: int
    remembered: int
    unsettled: int

    @property
    def all(self) -> int:
        return self.uncertain + self.only_in_huma + self.only_in_tripletex


@dataclass(frozen=True)
class PeoplePage:
    """One page of each list. `left`: those who were in both, and are no longer in one of them."""

    uncertain: tuple[UncertainPerson, ...]
    only_in_huma: tuple[Lonely, ...]
    only_in_tripletex: tuple[Lonely, ...]
    left: tuple[Lonely, ...]
    counts: PeopleCounts
    page: int
    pages: int


def people(runtime: Runtime, plan: SyncPlan, *, page: int = 1, size: int = 100, remembered: bool = False) -> PeoplePage:
    """The people who are not simply in both systems, in the order of their names; `size` of each list on a page."""
    counts = people_counts(runtime, plan)
    longest = counts.remembered if remembered else max(counts.uncertain, counts.only_in_huma, counts.only_in_tripletex)
    page, pages = cut(page, size, longest)
    seals = seals_of(runtime, plan)

    def shown(*which: ColumnElement[bool]) -> Sequence[PlanItem]:
        here = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.remembered.is_(remembered), not_tried(plan))
        cut_out = here.where(*which).order_by(PlanItem.position).offset((page - 1) * size).limit(size)
        return runtime.session.scalars(cut_out).all()

    here = PlanItem.why.not_in(LEFT)
    return PeoplePage(
        uncertain=tuple(_uncertain(item, seals) for item in shown(PlanItem.kind == "uncertain")),
        only_in_huma=tuple(_lonely(item, seals) for item in shown(PlanItem.kind == "only_in_huma", here)),
        only_in_tripletex=tuple(_lonely(item, seals) for item in shown(PlanItem.kind == "only_in_tripletex", here)),
        left=tuple(_lonely(item, seals) for item in shown(PlanItem.kind != "uncertain", PlanItem.why.in_(LEFT))),
        counts=counts,
        page=page,
        pages=pages,
    )


def free_employees(
    runtime: Runtime, plan: SyncPlan, *, name: str = "", most: int | None = 500
) -> tuple[Candidate, ...]:
    """Employees who are nobody in Huma yet, in the order of their names: somebody can still be said to be one of them.
    `name`: any part of the name, looked for among all of them; `most`: so many are answered, None: all.
    """
    alone = (PlanItem.kind == "only_in_tripletex", PlanItem.choice.is_(None) | (PlanItem.choice != "taken"))
    found = (content.employee for _item, content in _opened(runtime, plan, *alone, name=name, most=most))
    return tuple(Candidate(one.id, one.name, one.values) for one in found if one is not None)


def free_people(runtime: Runtime, plan: SyncPlan, *, name: str = "", most: int | None = 500) -> tuple[Lonely, ...]:
    """People in Huma of whom nobody has said which employee they are, in the order of their names. `name`, `most`: as
    for `free_employees`.
    """
    theirs = (PlanItem.kind.in_(("uncertain", "only_in_huma")), PlanItem.remembered.is_(False))
    still = (PlanItem.choice.is_(None) | (PlanItem.choice != "same"), PlanItem.why.not_in(LEFT))
    found = _opened(runtime, plan, *theirs, *still, name=name, most=most)
    return tuple(Lonely(item, content.name, content.huma) for item, content in found)


def _opened(
    runtime: Runtime, plan: SyncPlan, *which: ColumnElement[bool], name: str, most: int | None
) -> Iterator[tuple[PlanItem, Content]]:
    here = select(PlanItem).where(PlanItem.plan_id == plan.id, not_tried(plan), *which)
    seals = seals_of(runtime, plan)
    if name:
        ids = called(runtime, plan, seals, name, not_tried(plan), *which)
        here = select(PlanItem).where(PlanItem.id.in_(ids[:most]))
    for item in runtime.session.scalars(here.order_by(PlanItem.position).limit(most)):
        yield item, seals.open(item.position, item.sealed)


def people_counts(runtime: Runtime, plan: SyncPlan) -> PeopleCounts:
    """How many people of each kind there are, in one query."""
    groups = (PlanItem.kind, PlanItem.why.in_(LEFT), PlanItem.remembered, PlanItem.choice.is_(None))
    which = (PlanItem.plan_id == plan.id, PlanItem.kind != "matched", not_tried(plan))
    rows = runtime.session.execute(select(*groups, func.count()).where(*which).group_by(*groups)).all()

    def count(kind: str, left: bool = False) -> int:
        return sum(row[4] for row in rows if row[0] == kind and bool(row[1]) == left and not row[2])

    return PeopleCounts(
        uncertain=count("uncertain"),
        only_in_huma=count("only_in_huma"),
        only_in_tripletex=count("only_in_tripletex"),
        left=count("only_in_huma", True) + count("only_in_tripletex", True),
        remembered=sum(row[4] for row in rows if row[2]),
        unsettled=sum(row[4] for row in rows if row[3] and not row[1]),
    )


def _uncertain(item: PlanItem, seals: Seals) -> UncertainPerson:
    content = seals.open(item.position, item.sealed)
    candidates = tuple(Candidate(one.id, one.name, one.values) for one in content.candidates)
    return UncertainPerson(item, content.name, content.huma, candidates)


def _lonely(item: PlanItem, seals: Seals) -> Lonely:
    content = seals.open(item.position, item.sealed)
    partner = content.employee.name if item.choice == "same" and content.employee else ""
    values = content.huma if item.kind == "only_in_huma" else content.tripletex
    return Lonely(item, content.name, values, partner, content.end_reason)
