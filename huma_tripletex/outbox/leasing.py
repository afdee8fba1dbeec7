"""Leases due people to one worker: the first half of a claim, one statement however many wait.

The lease's primary key allows one holder per person and connection; an expired lease is not taken over here but ended
by `outbox.sweep`, which gives the entries back, so that whoever held it cannot settle them any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from huma_tripletex.models.base import BigId, Instant
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CHOICES, CONNECTIONS, ENTRIES, HELD, LEASES, held_has, state_is
from huma_tripletex.outbox.writing import writing_connection

ENTRIES_PER_PERSON = 20
"""So many entries are looked at for every person asked for."""
CONNECTION: BindParameter[int] = bindparam("connection", type_=BigId)
"""The statements here are built once, and given their values each time: building them costs more than running them."""
WAITING = ENTRIES.alias("e")
"""A short name: up to 4,096 letters, psycopg keeps what it has made of a statement, and the whole claim is one."""
VERSION = f"CAST({CONNECTIONS.name}.xmin AS text)"
"""PostgreSQL's own column: the transaction that wrote the row as it is."""


@dataclass(frozen=True)
class Leased:
    """A person who is held now. `parked`: something of theirs is; `left_out`: of every sync, by an administrator;
    `row_version`: of the connection's row, where the database tells one.
    """

    person_id: str
    parked: bool
    left_out: bool
    row_version: str | None = None


def lease(session: Session, given: Mapping[str, Any]) -> list[Leased]:
    """Leases due people, as `given_to_lease` says.

    The transaction waits for the disk: were a lease lost in a crash of the database, another worker would claim the
    same people, and whoever held them would go on with older values.
    """
    rows = writing_connection(session).execute(leasing(dialect_of(session)), given).all()
    return [Leased(person_id, parked, left_out) for person_id, parked, left_out, *_ in rows]


def given_to_lease(connection_id: int, now: datetime, until: datetime, token: str, limit: int) -> dict[str, Any]:
    """The parameters of `leasing`: at most `limit` due people, held by `token` until `until`."""
    given = {"connection": connection_id, "now": now, "until": until, "token": token, "at_most": limit}
    return given | {"looked_at": limit * ENTRIES_PER_PERSON}


@cache
def leasing(dialect: str) -> ReturningInsert[Any]:
    """The statement; it returns what `Leased` has."""
    people = _due().subquery()
    # In the order of ids, so that two workers at the same people wait for each other in turn and not in a circle.
    rows = (
        select(CONNECTION, people.c.person_id, bindparam("token", type_=Text), bindparam("until", type_=Instant))
        .where(literal(1) == 1)
        .order_by(people.c.person_id)
    )
    insert = postgresql.insert if dialect == POSTGRESQL else sqlite.insert
    columns = ("connection_id", "person_id", "token", "until")
    leases = insert(LEASES).from_select(columns, rows).on_conflict_do_nothing()
    told: list[ColumnElement[Any]] = [
        held_has(ENTRIES, "state = 'parked'").label("parked"),
        held_has(CHOICES, "choice = 'never_sync'").label("left_out"),
    ]
    if dialect == POSTGRESQL:
        told.append(_row_version().label("row_version"))
    return leases.returning(LEASES.c.person_id, *told)


def _row_version() -> ColumnElement[str]:
    """Of the connection's row."""
    version = select(literal_column("CAST(their.xmin AS text)", Text)).select_from(CONNECTIONS.alias("their"))
    return version.where(text(f"their.id = {HELD}.connection_id")).scalar_subquery()


def _due() -> Select[tuple[str]]:
    """One entry for each due person who is nobody's, the first of theirs: workers who skip it skip the person.

    Only a number of entries from the front of the queue are looked at, so that its length costs nothing.
    """
    held = exists().where(LEASES.c.connection_id == CONNECTION, LEASES.c.person_id == WAITING.c.person_id)
    oldest = WAITING.c.not_before, WAITING.c.id
    due = select(WAITING.c.id, WAITING.c.person_id).where(_is_due(), ~held)
    front = due.order_by(*oldest).limit(bindparam("looked_at", type_=Integer)).subquery("f")
    first = select(func.min(front.c.id)).group_by(front.c.person_id)
    people = select(WAITING.c.person_id).where(WAITING.c.id.in_(first), state_is("waiting", of=WAITING))
    at_most = bindparam("at_most", type_=Integer)
    return people.order_by(*oldest).limit(at_most).with_for_update(skip_locked=True)


def _is_due() -> ColumnElement[bool]:
    """It waits, its time has come, and it may be sent: before the first run has ended, only what a run asks for."""
    now, own = bindparam("now", type_=Instant), CONNECTIONS.alias("c")
    may_send = and_(own.c.id == CONNECTION, may_be_asked(now, own))
    active = exists().where(may_send, own.c.activated_at.is_not(None))
    return and_(
        WAITING.c.connection_id == CONNECTION,
        state_is("waiting", of=WAITING),
        WAITING.c.not_before <= now,
        or_(active, and_(WAITING.c.run_id.is_not(None), exists().where(may_send))),
    )


def may_be_asked(now: datetime | BindParameter[datetime], of: FromClause = CONNECTIONS) -> ColumnElement[bool]:
    """The connection is connected and not snoozed; one that needs attention may be probed when its snooze is over."""
    awake = or_(of.c.snoozed_until.is_(None), of.c.snoozed_until <= now)
    probing = and_(of.c.state == "needs_attention", of.c.snoozed_until <= now)
    return or_(and_(of.c.state == "connected", awake), probing)
