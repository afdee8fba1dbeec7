"""What a run wrote, and what of it can be put back: told from the field names beside the values, without opening one.

What an earlier undo has put back, or has on its way, is not there to be put back again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, or_, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.reasons import CHANGED_SINCE
from huma_tripletex.models import SyncResult, SyncRun
from huma_tripletex.runtime import Runtime

SIDE: Final = ("written", "skipped", "failed", "different", "waiting")
"""Outcomes on one side of which the fields named there were written."""
STAYS: Final = "stays"
"""In the detail of a result: fields that the run was to write in Tripletex, and that cannot be put back there."""
Value = tuple[str, str]
"""A person and a field."""


@dataclass(frozen=True)
class Choice:
    """What of a run is meant: everything, or less where one of these says so. `values`: person and field."""

    people: Collection[str] | None = None
    fields: Collection[str] | None = None
    values: Collection[Value] | None = None

    def has(self, person_id: str, field: str) -> bool:
        return (
            self.is_about(person_id)
            and (self.fields is None or field in self.fields)
            and (self.values is None or (person_id, field) in self.values)
        )

    @property
    def is_partial(self) -> bool:
        """Whether of somebody it may mean less than everything."""
        return self.fields is not None or self.values is not None

    def is_about(self, person_id: str) -> bool:
        return self.people is None or person_id in self.people


EVERYTHING: Final = Choice()


@dataclass(frozen=True)
class Written:
    """What the run wrote of one person. `huma` and `tripletex` can be put back; `stuck` cannot, in
    Tripletex; `back` is back already, or on its way; of `changed` an undo has found another value in Tripletex.
    `kept`: the values are still there to be read.
    """

    position: int
    person_id: str
    added: bool
    kept: bool
    huma: tuple[str, ...] = ()
    tripletex: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What can be put back. A run writes a field in one system alone."""
        return self.huma + self.tripletex

    def within(self, choice: Choice) -> Written:
        """The part of it that is chosen. What cannot be put back belongs to every choice of people and of fields."""
        if choice == EVERYTHING:
            return self
        huma = tuple(key for key in self.huma if choice.has(self.person_id, key))
        tripletex = tuple(key for key in self.tripletex if choice.has(self.person_id, key))
        stuck = tuple(key for key in self.stuck if choice.has(self.person_id, key))
        added = self.added and choice.is_about(self.person_id) and choice.values is None and choice.fields is None
        return replace(self, added=added, huma=huma, tripletex=tripletex, stuck=stuck)


def written(runtime: Runtime, run: SyncRun, person_id: str | None = None) -> list[Written]:
    """Everybody, or this person, of whom the run wrote something or whom it added, in the order of the names; two
    statements.
    """
    undone = _undone(runtime, run)
    columns = (
        SyncResult.position,
        SyncResult.person_id,
        SyncResult.huma_outcome,
        cast(SyncResult.huma_fields, Text).label("huma_fields"),
        SyncResult.tripletex_outcome,
        cast(SyncResult.tripletex_fields, Text).label("tripletex_fields"),
        SyncResult.detail,
        SyncResult.sealed.is_not(None).label("kept"),
        _is_there().label("there"),
    )
    rows = runtime.session.execute(
        select(*columns).where(SyncResult.run_id == run.id, _of(person_id), _something()).order_by(SyncResult.position)
    )
    return [one for row in rows if (one := _written(row, *undone.get(row.position, ((), ()))))]


def undos_of(runtime: Runtime, run_ids: Sequence[int]) -> Mapping[int, list[SyncRun]]:
    """The runs that took these back, wholly or in part, the latest first; one statement."""
    found: dict[int, list[SyncRun]] = defaultdict(list)
    for undo in runtime.session.scalars(select(SyncRun).where(SyncRun.undoes.in_(run_ids)).order_by(SyncRun.id.desc())):
        assert undo.undoes is not None
        found[undo.undoes].append(undo)
    return found


def _of(person_id: str | None) -> ColumnElement[bool]:
    return SyncResult.person_id.is_not(None) if person_id is None else SyncResult.person_id == person_id


def _something() -> Any:
    sides = (SyncResult.huma_outcome, SyncResult.tripletex_outcome)
    fields = (SyncResult.huma_fields, SyncResult.tripletex_fields)
    return or_(*(side == "added" for side in sides), *(cast(one, Text) != "[]" for one in fields), _is_there())


def _is_there() -> ColumnElement[bool]:
    """Whether the person became somebody in Tripletex, also where not all of theirs was taken."""
    return and_(SyncResult.action == "add_to_tripletex", SyncResult.employee_id.is_not(None))


def _written(row: Any, back: Collection[tuple[str, str]], changed: Collection[str]) -> Written | None:
    huma = _listed(row.huma_fields) if row.huma_outcome in SIDE else ()
    tripletex = _listed(row.tripletex_fields) if row.tripletex_outcome in SIDE else ()
    stuck = (row.detail or {}).get(STAYS, ())
    one = Written(
        position=row.position,
        person_id=row.person_id,
        added=row.there or "added" in (row.huma_outcome, row.tripletex_outcome),
        kept=row.kept,
        huma=tuple(key for key in huma if ("huma", key) not in back),
        tripletex=tuple(key for key in tripletex if not (key in stuck or key in changed or ("tripletex", key) in back)),
        stuck=tuple(key for key in tripletex if key in stuck),
        back=tuple(
            key for system, keys in (("huma", huma), ("tripletex", tripletex)) for key in keys if (system, key) in back
        ),
        changed=tuple(key for key in tripletex if key in changed and ("tripletex", key) not in back),
    )
    return one if one.added or one.fields or one.stuck or one.back or one.changed else None


@lru_cache(maxsize=1024)
def _listed(fields: str) -> tuple[str, ...]:
    """Field names as they rest in the database: thousands of people have the same few lists."""
    return tuple(msgspec.json.decode(fields))


def _undone(runtime: Runtime, run: SyncRun) -> Mapping[int, tuple[set[tuple[str, str]], set[str]]]:
    """By position: systems and fields that earlier undos have put back or have on their way, and the fields of which
    one of them has found another value in Tripletex than the one we wrote.
    """
    columns = (
        SyncRun.state,
        SyncResult.position,
        SyncResult.outcome,
        SyncResult.huma_outcome,
        cast(SyncResult.huma_fields, Text).label("huma_fields"),
        SyncResult.tripletex_outcome,
        cast(SyncResult.tripletex_fields, Text).label("tripletex_fields"),
        SyncResult.reason,
        SyncResult.detail,
    )
    undos = select(*columns).join(SyncRun, SyncRun.id == SyncResult.run_id).where(SyncRun.undoes == run.id)
    found: dict[int, tuple[set[tuple[str, str]], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in runtime.session.execute(undos):
        back, changed = found[row.position]
        back.update(_of_undo(row))
        changed.update(_found_changed(row))
    return found


def _found_changed(row: Any) -> Iterable[str]:
    return (row.detail or {}).get("skipped", ()) if row.reason == CHANGED_SINCE[1] else ()


def _of_undo(row: Any) -> Iterator[tuple[str, str]]:
    """A value whose entry outlived its run is named by no side: whatever was written of the person is on its way."""
    sides = (
        ("huma", row.huma_outcome, row.huma_fields),
        ("tripletex", row.tripletex_outcome, row.tripletex_fields),
    )
    for system, outcome, fields in sides:
        going = row.state != "ended" and row.outcome == "planned"
        if outcome == "waiting":
            yield from ((system, key) for key in KEYS)
        elif going or outcome in SIDE:
            yield from ((system, key) for key in _listed(fields))
