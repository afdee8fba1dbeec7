"""Takes due people for one worker: all of a person's waiting entries at once, under a lease.

Many edits of one person become one attempt that carries the latest values. The lease's primary key allows one holder
per person and connection; an expired lease is not taken over here but ended by `outbox.sweep`, which gives the entries
back, so that whoever held it cannot settle them any more. The caller commits before anything is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models.base import Instant
from huma_tripletex.models.outbox import EntryKind
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, is_open, state_is

ENTRIES_PER_PERSON = 20
"""So many entries are looked at for every person asked for."""
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


@dataclass(frozen=True)
class Claimed:
    """One person to deliver, with every entry that asks for it, oldest first."""

    connection_id: int
    person_id: str
    entries: tuple[Entry, ...]

    @property
    def entry_ids(self) -> tuple[int, ...]:
        return tuple(entry.id for entry in self.entries)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that any entry names, in the order of the catalogue."""
        named = {field for entry in self.entries for field in entry.fields}
        return tuple(key for key in KEYS if key in named)

    @property
    def kind(self) -> EntryKind:
        """The most that any entry asks for: create, else added, else change."""
        return max((entry.kind for entry in self.entries), key=WEIGHT.__getitem__)

    @property
    def unsure(self) -> bool:
        return any(entry.unsure for entry in self.entries)

    @property
    def attempts(self) -> int:
        return max(entry.attempts for entry in self.entries)

    @property
    def captured_at(self) -> datetime:
        return min(entry.captured_at for entry in self.entries)


def claim(
    session: Session, connection_id: int, now: datetime, lease_until: datetime, token: str, limit: int
) -> list[Claimed]:
    """Leases at most `limit` due people of a connection to `token` and returns them, longest waiting first.

    Nothing is due while the connection may not be asked (see `may_be_asked`); before its first run has ended, only
    people that a run asks for are. `token` must be new for every claim. The number of statements does not depend on
    how many there are.
    """
    people = _lease(session, connection_id, now, lease_until, token, limit)
    if not people:
        return []
    entries = _take_waiting(session, connection_id, people, token)
    entries += _take_parked(session, connection_id, people, token, entries)
    return _by_person(connection_id, entries)


def _lease(session: Session, connection_id: int, now: datetime, until: datetime, token: str, limit: int) -> list[str]:
    people = _due(connection_id, now, limit).subquery()
    # In the order of ids, so that two workers at the same people wait for each other in turn and not in a circle.
    rows = (
        select(literal(connection_id), people.c.person_id, literal(token), literal(until, Instant))
        .where(literal(1) == 1)
        .order_by(people.c.person_id)
    )
    insert = postgresql.insert if dialect_of(session) == POSTGRESQL else sqlite.insert
    columns = ("connection_id", "person_id", "token", "until")
    leasing = insert(LEASES).from_select(columns, rows).on_conflict_do_nothing()
    return list(session.execute(leasing.returning(LEASES.c.person_id)).scalars())


def _due(connection_id: int, now: datetime, limit: int) -> Select[tuple[str]]:
    """One entry for each due person who is nobody's, the first of theirs: workers who skip it skip the person.

    Only a number of entries from the front of the queue are looked at, so that its length costs nothing.
    """
    held = exists().where(LEASES.c.connection_id == connection_id, LEASES.c.person_id == ENTRIES.c.person_id)
    oldest = ENTRIES.c.not_before, ENTRIES.c.id
    due = select(ENTRIES.c.id, ENTRIES.c.person_id).where(_is_due(connection_id, now), ~held)
    front = due.order_by(*oldest).limit(limit * ENTRIES_PER_PERSON).subquery()
    first = select(func.min(front.c.id)).group_by(front.c.person_id)
    people = select(ENTRIES.c.person_id).where(ENTRIES.c.id.in_(first), state_is("waiting"))
    return people.order_by(*oldest).limit(limit).with_for_update(skip_locked=True)


def _is_due(connection_id: int, now: datetime) -> ColumnElement[bool]:
    """It waits, its time has come, and it may be sent: before the first run has ended, only what a run asks for."""
    may_send = and_(CONNECTIONS.c.id == connection_id, may_be_asked(now))
    active = exists().where(may_send, CONNECTIONS.c.activated_at.is_not(None))
    return and_(
        ENTRIES.c.connection_id == connection_id,
        state_is("waiting"),
        ENTRIES.c.not_before <= now,
        or_(active, and_(ENTRIES.c.run_id.is_not(None), exists().where(may_send))),
    )


def may_be_asked(now: datetime) -> ColumnElement[bool]:
    """The connection is connected and not snoozed; one that needs attention may be probed when its snooze is over."""
    awake = or_(CONNECTIONS.c.snoozed_until.is_(None), CONNECTIONS.c.snoozed_until <= now)
    probing = and_(CONNECTIONS.c.state == "needs_attention", CONNECTIONS.c.snoozed_until <= now)
    return or_(and_(CONNECTIONS.c.state == "connected", awake), probing)


def _take_waiting(session: Session, connection_id: int, people: Sequence[str], token: str) -> list[Entry]:
    """Everything that waits, also what would have waited longer: what is sent are the latest values."""
    waiting = and_(_of(connection_id, people), state_is("waiting"))
    return _take(session, waiting, token)


def _take_parked(
    session: Session, connection_id: int, people: Sequence[str], token: str, newer: Sequence[Entry]
) -> list[Entry]:
    """Parked entries that a newer change names again: all their fields come along, and their retries begin anew."""
    parked = select(ENTRIES.c.id, ENTRIES.c.person_id, ENTRIES.c.fields).where(
        _of(connection_id, people), state_is("parked")
    )
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in newer:
        named[entry.person_id].append(entry)
    again = [
        row.id
        for row in session.execute(parked)
        if any(_names(entry, row.id, row.fields) for entry in named[row.person_id])
    ]
    if not again:
        return []
    anew = {"attempts": 0, "captured_at": max(entry.captured_at for entry in newer)}
    return _take(session, and_(ENTRIES.c.id.in_(again), state_is("parked")), token, **anew)


def _names(entry: Entry, parked_id: int, fields: Sequence[str]) -> bool:
    if entry.id < parked_id:
        return False
    return not entry.fields or not fields or not set(entry.fields).isdisjoint(fields)


def _of(connection_id: int, people: Sequence[str]) -> ColumnElement[bool]:
    return and_(ENTRIES.c.connection_id == connection_id, ENTRIES.c.person_id.in_(people), is_open())


def _take(session: Session, which: ColumnElement[bool], token: str, **anew: Any) -> list[Entry]:
    # What somebody else is at just now is skipped and goes next time: waiting for it could end in a deadlock.
    free = select(ENTRIES.c.id).where(which).with_for_update(skip_locked=True)
    taking = update(ENTRIES).where(ENTRIES.c.id.in_(free)).values(state="in_flight", lease=token, **anew)
    rows = session.execute(taking.returning(*(ENTRIES.c[name] for name in Entry.__dataclass_fields__))).mappings()
    return [Entry(**{**row, "fields": tuple(row["fields"])}) for row in rows]


def _by_person(connection_id: int, entries: Iterable[Entry]) -> list[Claimed]:
    people: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.id):
        people[entry.person_id].append(entry)
    return [Claimed(connection_id, person_id, tuple(own)) for person_id, own in people.items()]
