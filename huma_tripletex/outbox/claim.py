"""Takes due people for one worker: all of a person's waiting entries at once, under a lease.

Many edits of one person become one attempt that carries the latest values. Who is due and nobody's is found and held
by `outbox.leasing`. The caller commits before anything is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, Executable, RowMapping, Text, and_, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models.among import Among
from huma_tripletex.models.base import Instant
from huma_tripletex.models.outbox import WITHDRAWN, EntryKind, taken_of
from huma_tripletex.outbox.leasing import CONNECTION, Leased, given_to_lease, lease, leasing
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import ENTRIES, anew, is_open, state_is
from huma_tripletex.outbox.writing import writing_connection

WEIGHT: dict[EntryKind, int] = {"change": 0, "added": 1, "create": 2}


@dataclass(frozen=True)
class Entry:
    """One claimed entry, as it was when it was claimed."""

    id: int
    person_id: str
    kind: EntryKind
    fields: tuple[str, ...]
    run_id: int | None
    expected: dict[str, Any] | None
    captured_at: datetime
    attempts: int
    unsure: bool
    again_at: datetime | None = None
    by_hand: bool = False
    reason: str = ""
    detail: dict[str, Any] | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether only a look is left to be taken: was it carried out before it was taken back?"""
        return self.unsure and self.reason in WITHDRAWN

    @property
    def taken(self) -> list[str]:
        """What earlier attempts have brought to Tripletex."""
        return taken_of(self.kind, self.fields, self.detail)

    @property
    def began(self) -> datetime:
        """Since when it is tried: the time for retries counts from here."""
        return self.again_at or self.captured_at

    def restores(self, field: str) -> bool:
        """Whether it is to put back an earlier value, and not to send Huma's."""
        return RESTORE in ((self.expected or {}).get(field) or ())


NAMES, ABOUT = (tuple(field.name for field in fields(kind)) for kind in (Entry, Leased))
Taken = tuple[list[Leased], list[Entry]]


@dataclass(frozen=True)
class Claimed:
    """One person to deliver, with every entry that asks for it, oldest first. `left_out`: of every sync, on purpose;
    `row_version`: of the connection's row then, where the database tells one.
    """

    connection_id: int
    person_id: str
    entries: tuple[Entry, ...]
    left_out: bool = False
    row_version: str | None = None

    @property
    def entry_ids(self) -> tuple[int, ...]:
        return tuple(entry.id for entry in self.entries)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that any entry names, in the order of the catalogue."""
        named = {field for entry in self.entries for field in entry.fields}
        return tuple(key for key in KEYS if key in named)

    @cached_property
    def kind(self) -> EntryKind:
        """The most that any entry asks for: create, else added, else change."""
        asking = (entry.kind for entry in self.entries if not entry.is_withdrawn)
        return max(asking, key=WEIGHT.__getitem__, default="change")

    @property
    def looks(self) -> frozenset[str]:
        """Fields to look at without sending any: only entries that were taken back name them."""
        asking = [entry for entry in self.entries if not entry.is_withdrawn]
        if len(asking) == len(self.entries):
            return frozenset()
        return frozenset(self.fields if asking else KEYS).difference(*(entry.fields for entry in asking))

    @property
    def unsure(self) -> bool:
        return any(entry.unsure for entry in self.entries)

    @property
    def by_hand(self) -> bool:
        """Whether a human has put back any of it that was parked."""
        return any(entry.by_hand for entry in self.entries)

    @property
    def attempts(self) -> int:
        return max(entry.attempts for entry in self.entries)

    @property
    def began(self) -> datetime:
        return min(entry.began for entry in self.entries)


def claim(
    session: Session, connection_id: int, now: datetime, lease_until: datetime, token: str, limit: int
) -> list[Claimed]:
    """Leases at most `limit` due people of a connection to `token` and returns them, longest waiting first.

    Nothing is due while the connection may not be asked (see `leasing.may_be_asked`); before its first run has ended,
    only people that a run asks for are. `token` must be new for every claim. The number of statements does not depend
    on how many there are.
    """
    take = _at_once if dialect_of(session) == POSTGRESQL else _one_by_one
    leased, entries = take(session, given_to_lease(connection_id, now, lease_until, token, limit))
    if with_parked := [one.person_id for one in leased if one.parked]:
        entries += _take_parked(session, connection_id, with_parked, token, entries)
    return _by_person(connection_id, leased, entries)


def _at_once(session: Session, given: dict[str, Any]) -> Taken:
    """Leases people and takes their entries with one statement. Everything that waits is taken, also what would have
    waited longer: what is sent are the latest values.
    """
    rows = writing_connection(session).execute(_leasing_and_taking(), given).mappings().all()
    leased = {row["person_id"]: Leased(*(row[name] for name in ABOUT)) for row in rows}
    return list(leased.values()), [_entry(row) for row in rows]


def _one_by_one(session: Session, given: dict[str, Any]) -> Taken:
    """The same with two statements, for databases that change one table at a time."""
    leased = lease(session, given)
    if not leased:
        return [], []
    taking = {"connection": given["connection"], "token": given["token"], "people": [one.person_id for one in leased]}
    return leased, _entries(session, _taking_waiting(), taking)


def _take_parked(
    session: Session, connection_id: int, people: Sequence[str], token: str, newer: Sequence[Entry]
) -> list[Entry]:
    """Parked entries that a newer change names again: all their fields come along, and their retries begin anew."""
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in newer:
        named[entry.person_id].append(entry)
    parked = writing_connection(session).execute(_parked(), {"connection": connection_id, "people": list(people)}).all()
    again = [row.id for row in parked if any(_names(entry, row.id, row.fields) for entry in named[row.person_id])]
    if not again:
        return []
    since = max(entry.began for entry in newer)
    return _entries(session, _taking_parked(), {"ids": again, "token": token, "since": since})


def _names(entry: Entry, parked_id: int, fields: Sequence[str]) -> bool:
    if entry.id < parked_id:
        return False
    return not entry.fields or not fields or not set(entry.fields).isdisjoint(fields)


def _entries(session: Session, taking: Executable, given: dict[str, Any]) -> list[Entry]:
    return [_entry(row) for row in writing_connection(session).execute(taking, given).mappings()]


def _entry(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in NAMES} | {"fields": tuple(row["fields"])})


@cache
def _leasing_and_taking() -> Executable:
    leased = leasing(POSTGRESQL).cte("leased")
    # As an array, so that it is as plain as with a parameter that entries are found by their index.
    theirs = ENTRIES.c.person_id == func.any(func.array(select(leased.c.person_id).scalar_subquery()))
    taking = _taking(and_(ENTRIES.c.connection_id == CONNECTION, theirs, is_open(), state_is("waiting")))
    whose = taking.where(ENTRIES.c.person_id == leased.c.person_id)
    return whose.returning(*(leased.c[name] for name in ABOUT[1:]))


@cache
def _taking_waiting() -> Executable:
    return _taking(and_(_of_people(), state_is("waiting")))


@cache
def _taking_parked() -> Executable:
    again = Among(ENTRIES.c.id, "ids")
    return _taking(and_(again, state_is("parked")), **anew(bindparam("since", type_=Instant)))


@cache
def _parked() -> Executable:
    return select(ENTRIES.c.id, ENTRIES.c.person_id, ENTRIES.c.fields).where(_of_people(), state_is("parked"))


def _of_people() -> ColumnElement[bool]:
    people = Among(ENTRIES.c.person_id, "people")
    return and_(ENTRIES.c.connection_id == CONNECTION, people, is_open())


def _taking(which: ColumnElement[bool], **more: Any) -> ReturningUpdate[Any]:
    # What somebody else is at just now is skipped and goes next time: waiting for it could end in a deadlock.
    free = select(ENTRIES.c.id).where(which).with_for_update(skip_locked=True)
    values = {"state": "in_flight", "lease": bindparam("token", type_=Text), **more}
    taking = update(ENTRIES).where(ENTRIES.c.id.in_(free)).values(values)
    return taking.returning(*(ENTRIES.c[name] for name in NAMES))


def _by_person(connection_id: int, leased: Iterable[Leased], entries: Iterable[Entry]) -> list[Claimed]:
    people: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.id):
        people[entry.person_id].append(entry)
    theirs = {one.person_id: one for one in leased}
    return [
        Claimed(connection_id, person_id, tuple(own), theirs[person_id].left_out, theirs[person_id].row_version)
        for person_id, own in people.items()
    ]
