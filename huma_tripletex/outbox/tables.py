"""The tables that the statements here are about, without the object mapping: no row is loaded to change its state."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, Table, literal, select

from huma_tripletex.models.connection import Connection
from huma_tripletex.models.outbox import EntryState, OutboxEntry, OutboxLease
from huma_tripletex.models.plan import RememberedChoice

ENTRIES = cast(Table, OutboxEntry.__table__)
LEASES = cast(Table, OutboxLease.__table__)
CONNECTIONS = cast(Table, Connection.__table__)
CHOICES = cast(Table, RememberedChoice.__table__)


def state_is(*states: EntryState) -> ColumnElement[bool]:
    """Entries in one of `states`, spelled out in the statement: a partial index is not found through a parameter."""
    spelled = [literal(state, literal_execute=True) for state in states]
    return ENTRIES.c.state == spelled[0] if len(spelled) == 1 else ENTRIES.c.state.in_(spelled)


def is_open() -> ColumnElement[bool]:
    """Entries that have not ended, in the words of the partial index over them; SQLite finds it by the words."""
    return state_is("waiting", "in_flight", "parked")


def takes_part(connection_id: int) -> ColumnElement[bool]:
    """Entries of people who are not left out of every sync: what is still open of the others is never sent."""
    left_out = select(RememberedChoice.person_id).where(
        RememberedChoice.connection_id == connection_id,
        RememberedChoice.choice == "never_sync",
        RememberedChoice.person_id.is_not(None),
    )
    return ENTRIES.c.person_id.not_in(left_out)
