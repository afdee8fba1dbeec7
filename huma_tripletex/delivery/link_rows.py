"""The links of many people read, written and dropped in one statement each, without loading an object for every one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import RowMapping, Table, Text, Update, bindparam, delete, select, update
from sqlalchemy.orm import Session

from huma_tripletex.models import PersonLink
from huma_tripletex.models.among import Among
from huma_tripletex.models.base import BigId, Instant, Json
from huma_tripletex.models.link import LinkState
from huma_tripletex.outbox.rows import Columns, as_json, dialect_of, rowset

LINKS = cast(Table, PersonLink.__table__)
COLUMNS: Columns = {
    "id": BigId,
    "employee_id": BigId,
    "state": Text(),
    "employee_version": BigId,
    "employment_id": BigId,
    "employment_version": BigId,
    "employment_count": BigId,
    "agreed": Json,
    "doubt_until": Instant(),
}

READING = (
    select(LINKS)
    .where(LINKS.c.connection_id == bindparam("connection"), Among(LINKS.c.person_id, "people"))
    .with_for_update()
)


def read_links(session: Session, connection_id: int, people: Sequence[str]) -> dict[str, RowMapping]:
    """The links of these people, locked until the transaction ends."""
    rows = session.connection().execute(READING, {"connection": connection_id, "people": list(people)}).mappings().all()
    return {row["person_id"]: row for row in rows}


def change_states(session: Session, states: Mapping[int, LinkState]) -> None:
    """Gives links, by id, the states they have come to."""
    for state in set(states.values()):
        ids = [number for number, own in states.items() if own == state]
        session.connection().execute(update(LINKS).where(LINKS.c.id.in_(ids)).values(state=state))


def put_in_doubt(session: Session, doubts: Mapping[int, datetime]) -> None:
    """Says of links, by id, until when a create may still be carried out."""
    for until in set(doubts.values()):
        ids = [number for number, own in doubts.items() if own == until]
        session.connection().execute(update(LINKS).where(LINKS.c.id.in_(ids)).values(doubt_until=until))


def drop_links(session: Session, ids: Sequence[int]) -> None:
    """Forgets links of creates that were not carried out."""
    if ids:
        session.connection().execute(delete(LINKS).where(LINKS.c.id.in_(ids)))


def write_links(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Writes `rows`, each with every name of `COLUMNS`."""
    if rows:
        dialect = dialect_of(session)
        session.connection().execute(_writing(dialect), {"rows": as_json(dialect, rows)})


@cache
def _writing(dialect: str) -> Update:
    rows = rowset(dialect, COLUMNS).c
    values = {name: rows[name] for name in COLUMNS if name != "id"}
    return update(LINKS).where(LINKS.c.id == rows.id).values(values)
