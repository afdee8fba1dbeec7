"""Which rows that are there an upsert of a session can meet, as far as its statement tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Column,
    ColumnElement,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    case,
    tuple_,
)
from sqlalchemy.orm import ORMExecuteState

from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.outbox.rows import AT_ONCE


@dataclass(frozen=True)
class Conflict:
    """`meets`: the condition that finds the rows; `place`: when the statement comes to each."""

    meets: ColumnElement[bool]
    place: ColumnElement[int]


def target(clause: Any, table: Any) -> list[Column[Any]] | None:
    """The columns whose values decide whether a row meets one that is there; None: it cannot be told."""
    if (name := getattr(clause, "constraint_target", None)) is not None:
        return _named(str(name), table)
    columns = []
    for one in clause.inferred_target_elements or ():
        column = table.c.get(one if isinstance(one, str) else one.key) if isinstance(one, str | Column) else None
        if column is None:
            return None
        columns.append(column)
    return columns or None


def conflicts(columns: Sequence[Column[Any]], state: ORMExecuteState, model: WatchedModel) -> list[Conflict] | None:
    """The rows that the given ones can meet, in the order in which they are given; None: it cannot be told."""
    names = [
        {column.key, *(one.key for one in model.mapper.column_attrs if column in one.columns)} for column in columns
    ]
    found: dict[tuple[Any, ...], None] = {}
    for row in _given(state):
        values = [_value(row, those) if row is not None else None for those in names]
        if row is not None and _numbered(columns, values):
            continue
        if any(value is None or isinstance(value, ClauseElement) for value in values):
            return None
        found[tuple(values)] = None
    rows = list(found)
    return [_conflict(columns, rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE)]


def _named(name: str, table: Table) -> list[Column[Any]] | None:
    """The columns of a constraint or index; one without a name in the host's code has the one PostgreSQL gives it."""
    for one in table.constraints:
        if isinstance(one, PrimaryKeyConstraint | UniqueConstraint) and name in (one.name, _usual_name(one, table)):
            return list(one.columns)
    for index in table.indexes:
        if index.unique and index.name == name and len(index.columns) == len(index.expressions):
            return list(index.columns)
    return None


def _usual_name(constraint: PrimaryKeyConstraint | UniqueConstraint, table: Table) -> str:
    if isinstance(constraint, PrimaryKeyConstraint):
        return f"{table.name}_pkey"
    return "_".join([table.name, *(column.name for column in constraint.columns), "key"])


def _conflict(columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]]) -> Conflict:
    # Compared with the columns themselves, so that each value is given to the database as its column does.
    places = [
        (and_(*(column == value for column, value in zip(columns, row, strict=True))), n) for n, row in enumerate(rows)
    ]
    if len(columns) == 1:
        return Conflict(columns[0].in_([value for (value,) in rows]), case(*places))
    return Conflict(tuple_(*columns).in_(rows), case(*places))


def _numbered(columns: Sequence[Column[Any]], values: Sequence[Any]) -> bool:
    """Whether a row gets a number that nobody has, so that it meets none."""
    number = columns[0].table.autoincrement_column
    return any(column is number and value is None for column, value in zip(columns, values, strict=True))


def _given(state: ORMExecuteState) -> Iterator[Mapping[Any, Any] | None]:
    """The rows that the statement inserts; None: what a query gives, or a row of mere values, is not known."""
    statement: Any = state.statement
    if statement.select is not None:
        yield None
        return
    shared, parameters = _by_name(statement._values or {}), state.parameters or {}
    several = [row for rows in statement._multi_values for row in rows]
    for row in several or ([parameters] if isinstance(parameters, Mapping) else parameters):
        yield shared | _by_name(row) if isinstance(row, Mapping) else None


def _by_name(row: Mapping[Any, Any]) -> dict[Any, Any]:
    return {getattr(name, "key", name): value for name, value in row.items()}


def _value(row: Mapping[Any, Any], names: set[str]) -> Any:
    value = next((row[name] for name in names if name in row), None)
    return value.value if isinstance(value, BindParameter) and not value.required and not value.callable else value
