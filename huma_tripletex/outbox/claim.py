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
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models.among import Among
from huma_tripletex.models.base import BigId, Instant
from huma_tripletex.models.outbox import EntryKind
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, LEASES, is_open, state_is

ENTRIES_PER_PERSON = 20
"""So many entries are looked at for every person asked for."""
CONNECTION: BindParameter[int] = bindparam("connection", type_=BigId)
"""The statements here are built once, and given their values each time: building them costs more than running them."""
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
    given = {"connection": connection_id, "now": now, "until": until, "token": token, "at_most": limit}
    given["looked_at"] = limit * ENTRIES_PER_PERSON
    return list(session.connection().execute(_leasing(dialect_of(session)), given).scalars().all())


@cache
def _leasing(dialect: str) -> Executable:
    people = _due().subquery()
    # In the order of ids, so that two workers at the same people wait for each other in turn and not in a circle.
    rows = (
        select(CONNECTION, people.c.person_id, bindparam("token", type_=Text), bindparam("until", type_=Instant))
        .where(literal(1) == 1)
        .order_by(people.c.person_id)
    )
    insert = postgresql.insert if dialect == POSTGRESQL else sqlite.insert
    columns = ("connection_id", "person_id", "token", "until")
    leasing = insert(LEASES).from_select(columns, rows).on_conflict_do_nothing()
    return leasing.returning(LEASES.c.person_id)


def _due() -> Select[tuple[str]]:
    """One entry for each due person who is nobody's, the first of theirs: workers who skip it skip the person.

    Only a number of entries from the front of the queue are looked at, so that its length costs nothing.
    """
    held = exists().where(LEASES.c.connection_id == CONNECTION, LEASES.c.person_id == ENTRIES.c.person_id)
    oldest = ENTRIES.c.not_before, ENTRIES.c.id
    due = select(ENTRIES.c.id, ENTRIES.c.person_id).where(_is_due(), ~held)
    front = due.order_by(*oldest).limit(bindparam("looked_at", type_=Integer)).subquery()
    first = select(func.min(front.c.id)).group_by(front.c.person_id)
    people = select(ENTRIES.c.person_id).where(ENTRIES.c.id.in_(first), state_is("waiting"))
    at_most = bindparam("at_most", type_=Integer)
    return people.order_by(*oldest).limit(at_most).with_for_update(skip_locked=True)


def _is_due() -> ColumnElement[bool]:
    """It waits, its time has come, and it may be sent: before the first run has ended, only what a run asks for."""
    now = bindparam("now", type_=Instant)
    may_send = and_(CONNECTIONS.c.id == CONNECTION, may_be_asked(now))
    active = exists().where(may_send, CONNECTIONS.c.activated_at.is_not(None))
    return and_(
        ENTRIES.c.connection_id == CONNECTION,
        state_is("waiting"),
        ENTRIES.c.not_before <= now,
        or_(active, and_(ENTRIES.c.run_id.is_not(None), exists().where(may_send))),
    )


def may_be_asked(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The connection is connected and not snoozed; one that needs attention may be probed when its snooze is over."""
    awake = or_(CONNECTIONS.c.snoozed_until.is_(None), CONNECTIONS.c.snoozed_until <= now)
    probing = and_(CONNECTIONS.c.state == "needs_attention", CONNECTIONS.c.snoozed_until <= now)
    return or_(and_(CONNECTIONS.c.state == "connected", awake), probing)


def _take_waiting(session: Session, connection_id: int, people: Sequence[str], token: str) -> list[Entry]:
    """Everything that waits, also what would have waited longer: what is sent are the latest values."""
    given = {"connection": connection_id, "people": list(people), "holder": token}
    return _entries(session, _taking_waiting(), given)


def _take_parked(
    session: Session, connection_id: int, people: Sequence[str], token: str, newer: Sequence[Entry]
) -> list[Entry]:
    """Parked entries that a newer change names again: all their fields come along, and their retries begin anew."""
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in newer:
        named[entry.person_id].append(entry)
    parked = session.connection().execute(_parked(), {"connection": connection_id, "people": list(people)}).all()
    again = [row.id for row in parked if any(_names(entry, row.id, row.fields) for entry in named[row.person_id])]
    if not again:
        return []
    captured_at = max(entry.captured_at for entry in newer)
    return _entries(session, _taking_parked(), {"ids": again, "holder": token, "since": captured_at})


def _names(entry: Entry, parked_id: int, fields: Sequence[str]) -> bool:
    if entry.id < parked_id:
        return False
    return not entry.fields or not fields or not set(entry.fields).isdisjoint(fields)


def _entries(session: Session, taking: Executable, given: dict[str, Any]) -> list[Entry]:
    rows = session.connection().execute(taking, given).mappings().all()
    return [Entry(**{**row, "fields": tuple(row["fields"])}) for row in rows]


@cache
def _taking_waiting() -> Executable:
    return _taking(and_(_of_people(), state_is("waiting")))


@cache
def _taking_parked() -> Executable:
    again = Among(ENTRIES.c.id, "ids")
    return _taking(and_(again, state_is("parked")), attempts=0, captured_at=bindparam("since", type_=Instant))


@cache
def _parked() -> Executable:
    return select(ENTRIES.c.id, ENTRIES.c.person_id, ENTRIES.c.fields).where(_of_people(), state_is("parked"))


def _of_people() -> ColumnElement[bool]:
    people = Among(ENTRIES.c.person_id, "people")
    return and_(ENTRIES.c.connection_id == CONNECTION, people, is_open())


def _taking(which: ColumnElement[bool], **anew: Any) -> Executable:
    # What somebody else is at just now is skipped and goes next time: waiting for it could end in a deadlock.
    free = select(ENTRIES.c.id).where(which).with_for_update(skip_locked=True)
    values = {"state": "in_flight", "lease": bindparam("holder", type_=Text), **anew}
    taking = update(ENTRIES).where(ENTRIES.c.id.in_(free)).values(values)
    return taking.returning(*(ENTRIES.c[name] for name in Entry.__dataclass_fields__))


def _by_person(connection_id: int, entries: Iterable[Entry]) -> list[Claimed]:
    people: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.id):
        people[entry.person_id].append(entry)
    return [Claimed(connection_id, person_id, tuple(own)) for person_id, own in people.items()]
