"""Tells apart what an upsert of a session did: whom it added, and what it changed of those who were there.

The database is asked before and after, by the columns of the conflict and with the locks that the statement itself is
about to take, in its order. Where these columns, or what they are given, cannot be read from the statement, it is asked
before who there is, and everything that the statement sets counts as changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors

from huma_tripletex.capture.conflicts import Conflict, conflicts, target
from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.running import Pairs, ask, flush_before
from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.outbox.rows import AT_ONCE

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
        flush_before(state)
        upsert.before = upsert._rows()
        return upsert

    def note(self, noted: Noted, touched: Pairs) -> None:
        """Notes what became of the rows that were touched."""
        later = self._rows(touched)
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
        elif self.conflicts is None:
            noted.set(self.model, set(self.sets), *whose)
        else:
            differing = {name for name, old, new in zip(self.sets, before[1], values, strict=True) if old != new}
            noted.set(self.model, differing, *whose)

    def _rows(self, touched: Pairs | None = None) -> Rows:
        """Those that it can meet, or has touched."""
        model, key = self.model, list(self.model.mapper.primary_key)
        home = [model.column(model.organisation)] if model.organisation else []
        whose = [*home, model.column(model.person)]
        start, end = len(key), len(key) + len(whose)
        if self.conflicts is None:
            queries = _asking(select(*key, *whose), whose[-1], touched)
        else:
            query = select(*key, *whose, *map(model.column, self.sets)).with_for_update(key_share=True)
            queries = [query.where(one.meets).order_by(one.place) for one in self.conflicts]
        rows = [tuple(row) for query in queries for row in ask(self.state, query)]
        return {row[:start]: ((row[start] if home else None, row[end - 1]), row[end:]) for row in rows}


def _asking(query: Select[Any], person: ColumnElement[Any], touched: Pairs | None) -> list[Select[Any]]:
    """About everybody, or about those who were touched."""
    if touched is None:
        return [query]
    people = [one for _, one in touched]
    return [query.where(person.in_(people[start : start + AT_ONCE])) for start in range(0, len(people), AT_ONCE)]
