"""Tells apart what an upsert of a session did: whom it added, and what it changed of those who were there.

The database is asked before and after, by the columns of the conflict and with the locks that the statement itself is
about to take. Where these columns, or what they are given, cannot be read from the statement, all rows are asked for,
and everything that the statement sets counts as changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Column, ColumnElement, select, tuple_
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors

from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.running import Pairs
from huma_tripletex.capture.watch import WatchedModel

AT_ONCE = 500
"""Rows asked about by one statement; databases take only so many parameters."""
Rows = dict[tuple[Any, ...], tuple[tuple[Any, Any], tuple[Any, ...]]]
"""By primary key: whose row it is, and what it says."""


@dataclass
class Upsert:
    """One upsert that is about to be carried out."""

    state: ORMExecuteState
    model: WatchedModel
    sets: list[str]
    """The watched attributes that it sets in rows that are there."""
    conflicts: list[ColumnElement[bool]] | None
    """Which rows it can meet; None: any."""
    before: Rows

    @classmethod
    def of(cls, state: ORMExecuteState, model: WatchedModel) -> Upsert | None:
        """What was there before, if the statement is an upsert that updates."""
        statement: Any = state.statement
        clause = statement._post_values_clause
        if clause is None:
            return None
        updates = [one for one in visitors.iterate(clause) if hasattr(one, "update_values_to_set")]
        if not updates:
            return None
        names = model.meant(name for one in updates for name in dict(one.update_values_to_set))
        here = model.column(model.person).table
        sets = [name for name in sorted(names) if model.column(name).table is here]
        columns = _target(updates[0], model) if len(updates) == 1 else None
        upsert = cls(state, model, sets, _conflicts(columns, state, model) if columns else None, {})
        if state.session.autoflush:
            state.session.flush()
        upsert.before = upsert._rows()
        return upsert

    def note(self, noted: Noted, touched: Pairs) -> None:
        """Notes what became of the rows that were touched."""
        later = self._rows()
        for whose in touched - {whose for whose, _ in later.values()}:
            noted.came(self.model, *whose)
        for key, (whose, values) in later.items():
            if whose in touched:
                self._note(noted, whose, self.before.get(key), values)

    def _note(self, noted: Noted, whose: tuple[Any, Any], before: Any, values: tuple[Any, ...]) -> None:
        if before is None:
            noted.came(self.model, *whose)
        elif before[0] != whose:
            noted.went(self.model, *before[0])
            noted.came(self.model, *whose)
        else:
            differing = {name for name, old, new in zip(self.sets, before[1], values, strict=True) if old != new}
            noted.set(self.model, set(self.sets) if self.conflicts is None else differing, *whose)

    def _rows(self) -> Rows:
        model, key = self.model, list(self.model.mapper.primary_key)
        home = [model.column(model.organisation)] if model.organisation else []
        whose = [*home, model.column(model.person)]
        query = select(*key, *whose, *map(model.column, self.sets)).order_by(*key)
        if self.conflicts is None:
            queries = [query]
        else:
            queries = [query.where(one).with_for_update(key_share=True) for one in self.conflicts]
        rows = [tuple(row) for query in queries for row in self.state.session.execute(query)]
        start, end = len(key), len(key) + len(whose)
        return {row[:start]: ((row[start] if home else None, row[end - 1]), row[end:]) for row in rows}


def _target(clause: Any, model: WatchedModel) -> list[Column[Any]] | None:
    """The columns whose values decide whether a row meets one that is there; None: it cannot be told."""
    columns, table = [], model.column(model.person).table
    for one in clause.inferred_target_elements or ():
        column = table.c.get(one if isinstance(one, str) else one.key) if isinstance(one, str | Column) else None
        if column is None:
            return None
        columns.append(column)
    return columns or None


def _conflicts(
    columns: Sequence[Column[Any]], state: ORMExecuteState, model: WatchedModel
) -> list[ColumnElement[bool]] | None:
    """The conditions that find the rows which the given ones can meet; None: it cannot be told."""
    names = [
        {column.key, *(one.key for one in model.mapper.column_attrs if column in one.columns)} for column in columns
    ]
    found = []
    for row in _given(state):
        values = [_value(row, those) if row is not None else None for those in names]
        if row is not None and _numbered(columns, values):
            continue
        if any(value is None or isinstance(value, ClauseElement) for value in values):
            return None
        found.append(tuple(values))
    parts = [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
    if len(columns) == 1:
        return [columns[0].in_([value for (value,) in part]) for part in parts]
    return [tuple_(*columns).in_(part) for part in parts]


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
