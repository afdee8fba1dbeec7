"""From decisions to writes: what the plan would do to each person, in each system, field by field, before and after.

The summary shows these, and approval freezes these: what is shown is what runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as having
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select

from huma_tripletex.core.employments import LAST, reason_of, shown
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.sealed import Content, Seals
from huma_tripletex.planning.totals import EFFECTS
from huma_tripletex.planning.turn import conflicts_of, not_tried
from huma_tripletex.runtime import Runtime

ACTIONS: Final = {"only_in_huma": "add_to_tripletex", "only_in_tripletex": "add_to_huma"}
NO_REASONS: Final = ("", "")


@dataclass(frozen=True)
class Write:
    """One value written in one system. `before` as that system has it, `after` canonical. `how`: replaced, filled,
    cleared or added.
    """

    field: str
    before: str | None = having(repr=False)
    after: str | None = having(repr=False)
    how: str


@dataclass(frozen=True)
class PersonWrites:
    """Everything the plan does to one person. `action` as on SyncResult; `expected` hashes of both sides by field;
    `end_reasons` before and after, where a last workday is written in Tripletex.
    """

    item_id: int
    position: int
    action: str
    content: Content = having(repr=False)
    person_id: str | None
    employee_id: int | None
    matched_by: str
    huma: tuple[Write, ...] = ()
    tripletex: tuple[Write, ...] = ()
    expected: Mapping[str, tuple[str, str]] = having(default_factory=dict, repr=False)
    end_reasons: tuple[str, str] = having(default=NO_REASONS, repr=False)

    @property
    def name(self) -> str:
        return self.content.name


def something_to_write(plan: SyncPlan) -> ColumnElement[bool]:
    """Items to which the plan writes a value, or whom it adds."""
    chosen = select(Conflict.item_id).where(*conflicts_of(plan), Conflict.choice.in_(("huma", "tripletex")))
    added = and_(PlanItem.kind.in_(tuple(ACTIONS)), PlanItem.choice == "add")
    return or_(added, PlanItem.id.in_(chosen))


def something_to_agree() -> ColumnElement[bool]:
    """Pairs to be linked, or whose agreement is to be brought up to date, though no value may change."""
    matched = and_(PlanItem.kind == "matched", PlanItem.choice.is_(None))
    news = or_(PlanItem.matched_by != "link", PlanItem.why == "agree")
    return or_(and_(matched, news), PlanItem.choice == "same")


def items_where(plan: SyncPlan, which: ColumnElement[bool], only: Collection[int] | None = None) -> Select[Any]:
    """The items of a plan still to be run for which something holds, in the order of their names."""
    found = select(PlanItem).where(PlanItem.plan_id == plan.id, not_tried(plan), which).order_by(PlanItem.position)
    return found if only is None else found.where(PlanItem.id.in_(only))


def person_writes(runtime: Runtime, seals: Seals, items: Sequence[PlanItem]) -> Iterator[PersonWrites]:
    """What the plan does to each of these items, in one query."""
    conflicts = _chosen(runtime, items)
    for item in items:
        content = seals.open(item.position, item.sealed)
        if item.kind in ACTIONS and item.choice == "add":
            yield _added(item, content)
        else:
            yield _pair(item, content, conflicts[item.id])


def _chosen(runtime: Runtime, items: Iterable[PlanItem]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    what = (Conflict.field, Conflict.kind, Conflict.choice, Conflict.hash_huma, Conflict.hash_tripletex)
    which = (Conflict.item_id.in_([item.id for item in items]), Conflict.choice.in_(("huma", "tripletex")))
    for row in runtime.session.execute(select(Conflict.item_id, *what).where(*which)):
        found[row.item_id].append(row)
    return found


def _pair(item: PlanItem, content: Content, conflicts: Sequence[Any]) -> PersonWrites:
    writes: dict[str, list[Write]] = {"huma": [], "tripletex": []}
    for row in sorted(conflicts, key=lambda one: KEYS.index(one.field)):
        system, how = EFFECTS[row.choice, row.kind]
        here, there = (content.huma, content.tripletex) if system == "huma" else (content.tripletex, content.huma)
        after = normalise(row.field, there.get(row.field))
        writes[system].append(Write(row.field, here.get(row.field), after, how))
    return PersonWrites(
        item.id,
        item.position,
        "update" if conflicts else "link",
        content,
        item.person_id,
        item.employee_id,
        "chosen" if item.partner else item.matched_by,
        tuple(writes["huma"]),
        tuple(writes["tripletex"]),
        {row.field: (row.hash_huma, row.hash_tripletex) for row in conflicts},
        _end_reasons(content, writes["tripletex"]),
    )


def _end_reasons(content: Content, writes: Iterable[Write]) -> tuple[str, str]:
    for write in writes:
        if write.field == LAST:
            before = reason_of(shown(content.employee)) if content.employee else ""
            return before, content.end_reason if write.after else ""
    return NO_REASONS


def _added(item: PlanItem, content: Content) -> PersonWrites:
    action = ACTIONS[item.kind]
    values = content.huma if action == "add_to_tripletex" else content.tripletex
    canonical = ((key, normalise(key, values.get(key))) for key in KEYS)
    writes = tuple(Write(key, None, value, "added") for key, value in canonical if value is not None)
    huma, tripletex = ((), writes) if action == "add_to_tripletex" else (writes, ())
    who = (item.id, item.position, action, content, item.person_id, item.employee_id, "")
    return PersonWrites(*who, huma, tripletex, end_reasons=_end_reasons(content, tripletex))
