"""The tables that the statements here are about, without the object mapping: no row is loaded to change its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, FromClause, Table, case, exists, func, literal, literal_column, select, text

from huma_tripletex.models.connection import Connection
from huma_tripletex.models.outbox import EntryState, OutboxEntry, OutboxLease
from huma_tripletex.models.plan import RememberedChoice

ENTRIES = cast(Table, OutboxEntry.__table__)
LEASES = cast(Table, OutboxLease.__table__)
CONNECTIONS = cast(Table, Connection.__table__)
CHOICES = cast(Table, RememberedChoice.__table__)
HELD: Final = LEASES.name

BEGAN: Final[ColumnElement[datetime]] = func.coalesce(ENTRIES.c.again_at, ENTRIES.c.captured_at)
"""Since when it is tried: since it was captured, or put back last."""


def anew(since: Any) -> dict[str, Any]:
    """What is written of entries that are put back: that they had failed, and why, is kept to be told."""
    parked = state_is("parked")
    return {
        "attempts": 0,
        "again_at": since,
        "failed_at": case((parked, ENTRIES.c.settled_at), else_=ENTRIES.c.failed_at),
        "failed_reason": case((parked, ENTRIES.c.reason), else_=ENTRIES.c.failed_reason),
    }


def state_is(*states: EntryState, of: FromClause = ENTRIES) -> ColumnElement[bool]:
    """Entries in one of `states`, spelled out in the statement: a partial index is not found through a parameter."""
    spelled = [literal(state, literal_execute=True) for state in states]
    return of.c.state == spelled[0] if len(spelled) == 1 else of.c.state.in_(spelled)


def is_open() -> ColumnElement[bool]:
    """Entries that have not ended, in the words of the partial index over them; SQLite finds it by the words."""
    return state_is("waiting", "in_flight", "parked")


def held_has(table: Table, which: str) -> ColumnElement[bool]:
    """Within a RETURNING of leases: whether whoever is held has such a row. In words, because there SQLAlchemy leaves
    out the tables of columns on SQLite; whatever the schema of ours is.
    """
    theirs = text(f"own.connection_id = {HELD}.connection_id AND own.person_id = {HELD}.person_id AND own.{which}")
    return select(literal_column("1")).select_from(table.alias("own")).where(theirs).exists()


def takes_part() -> ColumnElement[bool]:
    """Entries of people who are not left out of every sync: what is still open of the others is never sent, and needs
    nobody. Whoever counts or lists what is open goes by this.
    """
    theirs = (CHOICES.c.connection_id == ENTRIES.c.connection_id, CHOICES.c.person_id == ENTRIES.c.person_id)
    return ~exists().where(*theirs, CHOICES.c.choice == "never_sync").correlate(ENTRIES)
