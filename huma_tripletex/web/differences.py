"""Step 2 as a page: the filter, the people with their differences, the counts and the running sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from sqlalchemy import func, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Conflict, SyncPlan, SyncRun
from huma_tripletex.models.plan import DIFFERENCE_KINDS
from huma_tripletex.planning import people_reading as reading_people
from huma_tripletex.planning import reading
from huma_tripletex.planning.tally import Tally, tally
from huma_tripletex.planning.totals import Totals, totals
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import endings, sides
from huma_tripletex.web.reveals import Asked

SIZE, ROWS = 13, 32
"""People on a page, and about how many differences: few enough to read, and light enough for a phone."""
Kinds = tuple[tuple[str, int], ...]
KINDS = ("", *DIFFERENCE_KINDS, "undecided", "remembered")


@dataclass(frozen=True)
class View:
    """Which differences are shown."""

    kind: str = ""
    field: str = ""
    name: str = attribute(default="", repr=False)
    page: int = 1

    @classmethod
    def read(cls, args: Mapping[str, str], prefix: str = "") -> View:
        """From the address or a form; what makes no sense is left out."""
        kind, key, page = (args.get(prefix + name, "") for name in ("kind", "field", "page"))
        return cls(
            kind=kind if kind in KINDS else "",
            field=key if key in KEYS else "",
            name=args.get(prefix + "name", "").strip()[:100],
            page=int(page) if page.isdigit() else 1,
        )

    def query(self) -> dict[str, str | int]:
        """For the address, so without the name: addresses end up in logs."""
        every = {"kind": self.kind, "field": self.field, "page": self.page if self.page > 1 else ""}
        return {name: value for name, value in every.items() if value}


@dataclass(frozen=True)
class Person:
    """One person with what differs."""

    id: int
    name: str = attribute(repr=False)
    matched_by: str
    employee_number: str | None = attribute(repr=False)
    rows: tuple[sides.Row, ...]


@dataclass(frozen=True)
class PlanPage:
    """One page of step 2. `total` differences in `people_total` people are open; `left` were left so in an earlier sync
    and are counted nowhere else. `unmatched`: people whom step 3 asks about. `usual_reason`: why employments end, by
    the settings; `along`: what the choices for many do to last workdays.
    """

    view: View
    people: tuple[Person, ...]
    pages: int
    total: int
    people_total: int
    left: int
    matched: int
    unmatched: int
    kinds: Kinds
    by_field: tuple[tuple[str, int], ...]
    sums: Totals
    usual_reason: str
    along: Mapping[str, str]
    unfolded: str = ""
    """What is open though it was folded: `field` while values are chosen field by field."""

    @property
    def tabs(self) -> Kinds:
        return worth_a_button(self.kinds, self.view)


def worth_a_button(kinds: Kinds, view: View) -> Kinds:
    """The first, the chosen one, and those that there are."""
    return tuple((kind, count) for kind, count in kinds if count or kind in ("", view.kind))


def look(runtime: Runtime, plan: SyncPlan, view: View, shown: Asked | None = None, *, unfolded: str = "") -> PlanPage:
    """The page that `view` asks for; `shown` is the one masked value that is not masked now."""
    counted = tally(runtime, plan)
    view = _where_something_is(view, counted)
    found = reading.differences(
        runtime,
        plan,
        field=view.field or None,
        kind=view.kind if view.kind in DIFFERENCE_KINDS else None,
        name=view.name or None,
        undecided=view.kind == "undecided",
        remembered=view.kind == "remembered",
        page=view.page,
        size=_size(runtime, plan, counted, view),
        counted=counted,
    )
    counts, alone = found.counts, reading_people.people_counts(runtime, plan)
    return PlanPage(
        view=View(view.kind, view.field, view.name, found.page),
        people=tuple(_person(one, shown) for one in found.people),
        pages=found.pages,
        total=counts.all,
        people_total=counts.people,
        left=counts.remembered,
        matched=plan.counts.get("matched", 0),
        unmatched=alone.all + alone.left,
        kinds=kinds_of(counted),
        by_field=tuple(counts.by_field.items()),
        sums=totals(runtime, plan, counted),
        usual_reason=endings.usual(runtime, plan),
        along=endings.told_along(runtime, plan),
        unfolded=unfolded,
    )


def _size(runtime: Runtime, plan: SyncPlan, counted: Tally, view: View) -> int:
    """People on a page: fewer where everybody differs in many fields; of one field everybody has one row."""
    rows = sum(one.count for one in counted.sorts)
    if view.field:
        return SIZE
    people = select(func.count(Conflict.item_id.distinct())).where(*conflicts_of(plan))
    return max(1, min(SIZE, ROWS * (runtime.session.scalar(people) or 1) // max(rows, 1)))


def _where_something_is(view: View, counted: Tally) -> View:
    """Where nothing is open, what was left earlier is shown at once."""
    is_only_left = bool(counted.sorts) and all(one.remembered for one in counted.sorts)
    return replace(view, kind="remembered") if is_only_left and not view.kind else view


def kinds_of(counted: Tally) -> Kinds:
    """How many differences of each kind there are. What was left earlier counts as nothing but that."""
    asked = [one for one in counted.sorts if not one.remembered]
    by_kind = (sum(one.count for one in asked if one.kind == kind) for kind in DIFFERENCE_KINDS)
    left = counted.count(lambda one: one.remembered)
    amounts = (sum(one.count for one in asked), *by_kind, counted.undecided, left)
    return tuple(zip(KINDS, amounts, strict=True))


def _person(found: reading.PersonDifferences, shown: Asked | None) -> Person:
    rows = tuple(
        sides.row(
            one.conflict,
            found.name,
            {"huma": one.huma, "tripletex": one.tripletex},
            shown.system if shown and shown.conflict_id == one.conflict.id else "",
            found.end_reason,
        )
        for one in found.rows
    )
    number = None if any(row.field == "employee_id" for row in rows) else found.employee_number
    return Person(found.item.id, found.name, found.matched_by, number, rows)


def run_of(runtime: Runtime, plan: SyncPlan) -> int | None:
    """The run that an approved plan became, whatever was undone of it since."""
    runs = select(SyncRun.id).where(SyncRun.plan_id == plan.id, SyncRun.undoes.is_(None))
    return runtime.session.scalar(runs.order_by(SyncRun.id.desc()))
