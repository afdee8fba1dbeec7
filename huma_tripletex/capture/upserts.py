"""Tells apart what an upsert of a session did: whom it added, and what it changed of those who were there.

The database is asked before and after, by the columns of the conflict and with the locks that the statement itself is
about to take, in its order. Where these columns, or what they are given, cannot be read from the statement, everything
that it sets counts as changed; PostgreSQL tells afterwards which rows are new, of SQLite all are read before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors

from huma_tripletex.capture.conflicts import AT_ONCE, Conflict, conflicts, target
from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.running import Pairs, ask
from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.outbox.rows import POSTGRESQL

IS_NEW: ColumnElement[bool] = literal_column("xmax = 0")
"""Of a row that an upsert has just written: no earlier version of it was locked."""
Rows = dict[tuple[Any, ...], tuple[tuple[Any, Any], tuple[Any, ...]]]
"""By primary key: whose row it is, and what it says."""


@dataclass
class Upsert:
    """One upsert that is about to be carried out."""

    state: ORMExecuteState
    model: WatchedModel
    sets: list[str]
    """The watched attributes that it sets in rows that are there."""
    conflicts: list[Conflict] | None
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
        columns = target(updates[0], model.column(model.person).table) if len(updates) == 1 else None
        upsert = cls(state, model, sets, conflicts(columns, state, model) if columns else None, {})
        if state.session.autoflush:
            state.session.flush()
        upsert.before = {} if upsert._tells_afterwards() else upsert._rows()
        return upsert

    def note(self, noted: Noted, touched: Pairs) -> None:
        """Notes what became of the rows that were touched."""
        if self._tells_afterwards():
            self._note_new(noted, touched)
            return
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
        query = select(*key, *whose, *map(model.column, self.sets))
        if self.conflicts is None:
            queries = [query.order_by(*key)]
        else:
            queries = [
                query.where(one.meets).order_by(one.place).with_for_update(key_share=True) for one in self.conflicts
            ]
        rows = [tuple(row) for query in queries for row in ask(self.state, query)]
        start, end = len(key), len(key) + len(whose)
        return {row[:start]: ((row[start] if home else None, row[end - 1]), row[end:]) for row in rows}

    def _tells_afterwards(self) -> bool:
        """Whether only the database can tell which rows were there, when it is over. It never tells where they were."""
        moves = not {self.model.organisation, self.model.person}.isdisjoint(self.sets)
        bind = self.state.session.get_bind(**self.state.bind_arguments)
        return self.conflicts is None and not moves and bind.dialect.name == POSTGRESQL

    def _note_new(self, noted: Noted, touched: Pairs) -> None:
        model, people = self.model, sorted({person for _, person in touched if person is not None}, key=str)
        home = [model.column(model.organisation)] if model.organisation else []
        person = model.column(model.person)
        columns: list[ColumnElement[Any]] = [IS_NEW, person, *home]
        query = select(*columns).select_from(person.table)
        for start in range(0, len(people), AT_ONCE):
            rows: Iterable[Any] = ask(self.state, query.where(person.in_(people[start : start + AT_ONCE])))
            for is_new, number, *where in rows:
                whose = (where[0] if where else None), number
                if whose in touched and is_new:
                    noted.came(model, *whose)
                elif whose in touched:
                    noted.set(model, set(self.sets), *whose)
