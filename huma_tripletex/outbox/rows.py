"""Rows handed to the database as one JSON parameter: with one row or with a thousand it is the same statement.

Used by `record` and `settle`, on PostgreSQL (`jsonb_to_recordset`) and SQLite (`json_each`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import BindParameter, FromClause, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

POSTGRESQL = "postgresql"
AT_ONCE = 500
"""Rows asked about by one statement by their keys; databases take only so many parameters."""
Columns = Mapping[str, TypeEngine[Any]]


def dialect_of(session: Session) -> str:
    """The name of the database that our tables live in."""
    return session.get_bind().dialect.name


def rowset(dialect: str, columns: Columns) -> FromClause:
    """A selectable over the parameter `rows`, which is JSON text: a list of objects with the names of `columns`."""
    rows: BindParameter[str] = bindparam("rows", type_=Text)
    if dialect == POSTGRESQL:
        typed = [column(name, kind) for name, kind in columns.items()]
        return func.jsonb_to_recordset(cast(rows, JSONB)).table_valued(*typed).render_derived("r", with_types=True)
    each = func.json_each(rows).table_valued("value", name="j")
    taken = [func.json_extract(each.c.value, f"$.{name}", type_=kind).label(name) for name, kind in columns.items()]
    return select(*taken).subquery("r")


def only_row(dialect: str, columns: Columns) -> FromClause:
    """A selectable of one row, whose values are text parameters with the names of `columns`. A database is done with it
    in half the time that it takes to read a row from JSON.
    """
    values = {name: bindparam(name, type_=Text) for name in columns}
    if dialect == POSTGRESQL:
        return select(*(cast(value, columns[name]).label(name) for name, value in values.items())).subquery("r")
    return select(*(value.label(name) for name, value in values.items())).subquery("r")


def as_json(dialect: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The parameter `rows`; SQLite gets moments as it writes them itself."""
    return msgspec.json.encode(rows).decode() if dialect == POSTGRESQL else json.dumps(rows, default=_sqlite_moment)


def json_text(value: Any) -> str:
    """What goes into a column of JSON by itself."""
    return msgspec.json.encode(value).decode()


def _sqlite_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
