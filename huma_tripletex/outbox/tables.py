"""The tables that the statements here are about, without the object mapping: no row is loaded to change its state."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, Table, literal

from huma_tripletex.models.connection import Connection
from huma_tripletex.models.outbox import EntryState, OutboxEntry, OutboxLease

ENTRIES = cast(Table, OutboxEntry.__table__)
LEASES = cast(Table, OutboxLease.__table__)
CONNECTIONS = cast(Table, Connection.__table__)


def state_is(*states: EntryState) -> ColumnElement[bool]:
    """Entries in one of `states`, spelled out in the statement: a partial index is not found through a parameter."""
    spelled = [literal(state, literal_execute=True) for state in states]
    return ENTRIES.c.state == spelled[0] if len(spelled) == 1 else ENTRIES.c.state.in_(spelled)


def is_open() -> ColumnElement[bool]:
    """Entries that have not ended, in the words of the partial index over them; SQLite finds it by the words."""
    return state_is("waiting", "in_flight", "parked")
