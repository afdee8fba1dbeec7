"""What attempts learnt about many links, written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, Text, Update, update
from sqlalchemy.orm import Session

from huma_tripletex.models import PersonLink
from huma_tripletex.models.base import BigId, Instant, Json
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
    "tried_at": Instant(),
}


def write_links(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Writes `rows`, each with every name of `COLUMNS`. Rows in the session keep what they had; read them anew."""
    if rows:
        dialect = dialect_of(session)
        session.connection().execute(_writing(dialect), {"rows": as_json(dialect, rows)})


@cache
def _writing(dialect: str) -> Update:
    rows = rowset(dialect, COLUMNS).c
    values = {name: rows[name] for name in COLUMNS if name != "id"}
    return update(LINKS).where(LINKS.c.id == rows.id).values(values)
