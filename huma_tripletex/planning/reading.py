"""What the pages show of a plan: differences person by person, and the people on one side only or in doubt.

Every function makes a constant number of queries, however many people there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as having

from sqlalchemy import ColumnElement, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Conflict, Connection, PlanItem, SyncPlan
from huma_tripletex.planning.names import called
from huma_tripletex.planning.sealed import Content, Seals
from huma_tripletex.planning.tally import Tally, people_with, tally
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime

ORDER = {key: place for place, key in enumerate(KEYS)}


@dataclass(frozen=True)
class ConflictRow:
    """One difference, with both values as each system has them (None: nothing there)."""

    conflict: Conflict
    field: str
    huma: str | None = having(repr=False)
    tripletex: str | None = having(repr=False)


@dataclass(frozen=True)
class PersonDifferences:
    """One person with what differs. `employee_number` is Tripletex's; `end_reason`: for a last workday."""

    item: PlanItem
    name: str = having(repr=False)
    matched_by: str
    employee_number: str | None = having(repr=False)
    rows: tuple[ConflictRow, ...]
    end_reason: str = having(default="", repr=False)


@dataclass(frozen=True)
class DifferenceCounts:
    """Differences of the whole plan, whatever the filter. `remembered` ones were left on purpose in an earlier sync and
    are counted nowhere else.
    """

    all: int
    people: int
    conflicts: int
    missing_in_huma: int
    missing_in_tripletex: int
    undecided: int
    remembered: int
    by_field: Mapping[str, int]


@dataclass(frozen=True)
class DifferencesPage:
    """`found` people fit the filter, on `pages` pages of which this is `page`."""

    people: tuple[PersonDifferences, ...]
    counts: DifferenceCounts
    found: int
    page: int
    pages: int


def differences(
    runtime: Runtime,
    plan: SyncPlan,
    *,
    field: str | None = None,
    kind: str | None = None,
    name: str | None = None,
    undecided: bool = False,
    remembered: bool = False,
    page: int = 1,
    size: int = 50,
    counted: Tally | None = None,
) -> DifferencesPage:
    """One page of people with their differences, in the order of their names. `name` is any part of a name; `counted`:
    what was tallied already.
    """
    which = [*conflicts_of(plan), Conflict.chosen == "remembered" if remembered else Conflict.chosen != "remembered"]
    which += [Conflict.field == field] if field else []
    which += [Conflict.kind == kind] if kind else []
    which += [Conflict.choice.is_(None)] if undecided else []
    seals = seals_of(runtime, plan)
    people = PlanItem.id.in_(select(Conflict.item_id).where(*which))
    if name:
        ids = called(runtime, plan, seals, name, people)
        found, page, pages = len(ids), *cut(page, size, len(ids))
        shown_ones = select(PlanItem).where(PlanItem.id.in_(ids[(page - 1) * size : page * size]))
    else:
        found = people_with(runtime, *which)
        page, pages = cut(page, size, found)
        # From the differences, so that the last page of thousands costs no more than the first.
        with_some = select(Conflict.item_id).where(*which).distinct().subquery()
        ordered = select(PlanItem.id).join(with_some, with_some.c.item_id == PlanItem.id).order_by(PlanItem.position)
        shown_ones = select(PlanItem).where(PlanItem.id.in_(ordered.offset((page - 1) * size).limit(size)))
    items = runtime.session.scalars(shown_ones.order_by(PlanItem.position)).all()
    rows = _rows(runtime, items, which)
    shown = tuple(_person(item, seals, rows[item.id]) for item in items)
    return DifferencesPage(shown, difference_counts(runtime, plan, counted), found, page, pages)


def difference_counts(runtime: Runtime, plan: SyncPlan, counted: Tally | None = None) -> DifferenceCounts:
    """How many differences there are, by kind and by field, and how many wait for a choice. `counted`: what was tallied
    already.
    """
    counted = counted or tally(runtime, plan)
    kinds, fields = Counter[str](), Counter[str]()
    for one in counted.sorts:
        kinds[one.kind] += 0 if one.remembered else one.count
        fields[one.field] += 0 if one.remembered else one.count
    return DifferenceCounts(
        all=kinds.total(),
        people=people_with(runtime, *conflicts_of(plan), Conflict.chosen != "remembered"),
        conflicts=kinds["conflict"],
        missing_in_huma=kinds["missing_in_huma"],
        missing_in_tripletex=kinds["missing_in_tripletex"],
        undecided=counted.undecided,
        remembered=counted.count(lambda one: one.remembered),
        by_field={key: fields[key] for key in KEYS if fields[key]},
    )


def seals_of(runtime: Runtime, plan: SyncPlan) -> Seals:
    """What opens the items of this plan."""
    return Seals.of(runtime.vault, runtime.session.get_one(Connection, plan.connection_id), plan.id)


def cut(page: int, size: int, found: int) -> tuple[int, int]:
    """The page that there is for a page that was asked for, and how many there are."""
    pages = max(1, -(-found // size))
    return min(max(1, page), pages), pages


def _rows(
    runtime: Runtime, items: Iterable[PlanItem], which: Sequence[ColumnElement[bool]]
) -> Mapping[int, list[Conflict]]:
    found: dict[int, list[Conflict]] = defaultdict(list)
    ids = [item.id for item in items]
    for conflict in runtime.session.scalars(select(Conflict).where(*which, Conflict.item_id.in_(ids))):
        found[conflict.item_id].append(conflict)
    for rows in found.values():
        rows.sort(key=lambda one: ORDER[one.field])
    return found


def _person(item: PlanItem, seals: Seals, conflicts: Sequence[Conflict]) -> PersonDifferences:
    content = seals.open(item.position, item.sealed)
    matched_by = item.matched_by or ("chosen" if item.partner else "")
    number = content.tripletex.get("employee_id")
    rows = tuple(_row(one, content) for one in conflicts)
    return PersonDifferences(item, content.name, matched_by, number, rows, content.end_reason)


def _row(conflict: Conflict, content: Content) -> ConflictRow:
    key = conflict.field
    return ConflictRow(conflict, key, content.huma.get(key), content.tripletex.get(key))
