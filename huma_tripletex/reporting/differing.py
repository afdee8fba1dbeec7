"""What is still different after a run, although nothing went wrong: left on purpose, not chosen, or not possible.

Told from the plan as it was approved, not from a new look at either system. A try on a few people tells of these
alone; whatever the number of people, the number of queries is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as having
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.gateway.still_different import (
    WHY_VALUE,
    people_left,
    values_left,
    way_of_person,
    way_of_value,
    why_person,
    why_value,
)
from huma_tripletex.models import Conflict, Connection, PlanItem, SyncPlan, SyncResult, SyncRun
from huma_tripletex.reporting.names import Known, names, sealed_name
from huma_tripletex.reporting.sentences import next_step, sentence
from huma_tripletex.runtime import Runtime

CHUNK: Final = 500


@dataclass(frozen=True)
class Why:
    """One reason, with the fields it is about; none: it is about the person. `way`: the number of `Left` it is in."""

    way: str
    reason: str
    fields: tuple[str, ...]
    sentence: str = having(repr=False)
    next_step: str = having(repr=False)


@dataclass(frozen=True)
class LeftPerson:
    """Somebody about whom something is still different. `kind` as on PlanItem; `fields`: those that differ."""

    position: int
    kind: str
    person_id: str | None
    employee_id: int | None
    name: str = having(repr=False)
    fields: tuple[str, ...]
    whys: tuple[Why, ...]


@dataclass(frozen=True)
class Sides:
    """Both sides as the plan sealed them."""

    person: HostPerson | None = None
    employee: TripletexEmployee | None = None

    @property
    def name(self) -> str:
        return (self.person.name if self.person else "") or (self.employee.name if self.employee else "")


_sides = msgspec.json.Decoder(Sides)


def left_people(
    runtime: Runtime, run: SyncRun, *, after: int = -1, offset: int = 0, size: int = 50
) -> list[LeftPerson]:
    """Some of them, in the order of their names: beyond a position, or from an offset on."""
    of_run = scope(runtime, run)
    where = and_(of_run, PlanItem.position > after, or_(people_left(run.plan_id), _has_values(run.plan_id)))
    found = select(PlanItem).where(where).order_by(PlanItem.position).offset(offset).limit(size)
    items = runtime.session.scalars(found).all()
    connection = runtime.session.get_one(Connection, run.connection_id)
    known = [Known(one.person_id, one.employee_id, _sealed_name(runtime, connection, one)) for one in items]
    values = _values(runtime, run.plan_id, [item.id for item in items])
    called = names(runtime, connection, known)
    return [_person(item, name, values[item.id]) for item, name in zip(items, called, strict=True)]


def left_fields(runtime: Runtime, run: SyncRun, positions: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """By position the fields that are left of people who had a part in the run. Of an undo there are none."""
    here = (PlanItem.plan_id == run.plan_id, PlanItem.position.in_(positions), values_left(run.plan_id))
    rows = select(PlanItem.position, Conflict.field).join(Conflict, Conflict.item_id == PlanItem.id).where(*here)
    found: dict[int, list[str]] = defaultdict(list)
    for position, field in runtime.session.execute(rows) if run.undoes is None else ():
        found[position].append(field)
    return {position: tuple(sorted(fields, key=KEYS.index)) for position, fields in found.items()}


def every_left(runtime: Runtime, run: SyncRun) -> Iterator[LeftPerson]:
    """All of them, read in pieces. Of a run that takes another back there are none."""
    after = -1
    while run.undoes is None and (some := left_people(runtime, run, after=after, size=CHUNK)):
        yield from some
        after = some[-1].position


def scope(runtime: Runtime, run: SyncRun) -> ColumnElement[bool]:
    """The items that a run speaks for: those of its people where it was a try, otherwise the whole plan."""
    here = PlanItem.plan_id == run.plan_id
    return and_(here, PlanItem.id.in_(_items_of(run))) if is_try(runtime, run) else here


def is_try(runtime: Runtime, run: SyncRun) -> bool:
    """Whether a plan was tried on a few people by it, and the rest of the plan was left for later."""
    tried = runtime.session.get_one(SyncPlan, run.plan_id).counts.get("tried", [])
    theirs = _items_of(run).where(SyncResult.item_id.in_(tried)).limit(1)
    return bool(tried) and runtime.session.scalar(theirs) is not None


def _items_of(run: SyncRun) -> Select[Any]:
    return select(SyncResult.item_id).where(SyncResult.run_id == run.id)


def _has_values(plan_id: int) -> ColumnElement[bool]:
    return PlanItem.id.in_(select(Conflict.item_id).where(values_left(plan_id)))


def _values(runtime: Runtime, plan_id: int, item_ids: Sequence[int]) -> Mapping[int, list[tuple[str, str]]]:
    """By item the fields that are left, each with the reason."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    theirs = (values_left(plan_id), Conflict.item_id.in_(item_ids))
    for row in runtime.session.execute(select(Conflict.item_id, Conflict.field, *WHY_VALUE).where(*theirs)):
        found[row.item_id].append((row.field, why_value(row)))
    return found


def _sealed_name(runtime: Runtime, connection: Connection, item: PlanItem) -> str:
    context = (connection.organisation_id, connection.id, "plan_item", item.plan_id, item.position)
    return sealed_name(runtime, item.sealed, _sides.decode, *context)


def _person(item: PlanItem, name: str, values: Iterable[tuple[str, str]]) -> LeftPerson:
    differing = sorted(values, key=lambda one: KEYS.index(one[0]))
    by_reason: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for field, why in differing:
        by_reason[way_of_value(why), why, why].append(field)
    way = way_of_person(item.kind, item.choice, bool(item.blocked))
    for field, why, way_out in () if differing else why_person(item):
        by_reason[way, why, way_out] += [field] if field else []
    whys = tuple(_why(*keys, name, fields) for keys, fields in by_reason.items())
    fields = tuple(field for field, _ in differing)
    return LeftPerson(item.position, item.kind, item.person_id, item.employee_id, name, fields, whys)


def _why(way: str, why: str, way_out: str, name: str, fields: Sequence[str]) -> Why:
    return Why(way, why, tuple(fields), sentence(why, name, fields), next_step(way_out, name, fields))
