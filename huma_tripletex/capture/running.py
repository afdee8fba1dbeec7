"""Carries out a statement on a watched model so that the keys of the rows it touched become known.

By RETURNING, so that a row that begins to match while the statement runs is not missed; a database without it is asked
for the keys before. Whoever executed the statement gets the result that they would have got.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, cast

from sqlalchemy import Column, Result, Select, select, tuple_
from sqlalchemy.orm import ORMExecuteState

from huma_tripletex.capture.flushes import current_flush
from huma_tripletex.capture.spelled import schemas_of
from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.outbox.writing import writing_connection

CAPTURED: Final = "huma_tripletex_captured"
"""The execution option of a statement that is carried out here."""
_updating: ContextVar[tuple[Any, Any] | None] = ContextVar("huma_tripletex_updating", default=None)
Pairs = set[tuple[Any, Any]]
"""Whose rows: organisation (None: the main model knows) and person."""


def can_run(state: ORMExecuteState, model: WatchedModel) -> bool:
    """Whether the keys of the rows can be had without changing what the host gets."""
    if {column.table for column in _keys(model)} != {_statement(state).table}:
        return False  # an alias, another table of that name, or a part of a joined inheritance without the keys
    if state.is_insert and not _returns(state):
        return False
    if _is_spread(state, model):
        return False  # row by row over several tables: each of its statements is about one
    if _hosts_returning(state):
        return bool(state.is_orm_statement) and _returns(state)
    return state.is_insert or bool(state.is_orm_statement) or not _many(state)


def run(state: ORMExecuteState, model: WatchedModel) -> tuple[Result[Any], Pairs]:
    """Executes the statement; gives the host's result, and whose rows were touched (as they are afterwards)."""
    if _hosts_returning(state):
        return _beside_hosts_returning(state, model)
    if state.is_insert and _makes_several(state):
        return _inserting_several(state, model)
    if state.is_update and _many(state):
        with _by_the_unit_of_work(model):
            result = state.invoke_statement()
        return result, keys_before(state, model)
    if not _returns(state):
        before = keys_before(state, model)
        return _invoke(state, state.statement), before
    keys = _keys(model)
    # As supplemental columns too: a key that the statement itself sets is otherwise not returned.
    result = _invoke(state, _statement(state).return_defaults(*keys, supplemental_cols=keys))
    rows = result.returned_defaults_rows or ()  # type: ignore[attr-defined]
    return result, {_whose(model, [row._mapping[column] for column in keys]) for row in rows}


def keys_before(state: ORMExecuteState, model: WatchedModel) -> Pairs:
    """Whose rows the statement is about, by asking the database."""
    flush_before(state)
    query = select(*_keys(model))
    if _many(state):
        return _pairs(model, ask(state, _by_primary_key(query, state, model)))
    condition = _statement(state).whereclause
    if condition is not None:
        query = query.where(condition)
    if not state.is_delete:  # as the statement is about to lock them, so that they do not move elsewhere before it
        query = query.with_for_update(of=_keys(model)[0].table, key_share=True)
    return _pairs(model, ask(state, query, state.parameters if isinstance(state.parameters, Mapping) else None))


def flush_before(state: ORMExecuteState) -> None:
    """As a statement of the session does; not inside a flush, where a listener of the host's executes it."""
    if state.session.autoflush and not getattr(state.session, "_flushing", False):
        state.session.flush()


def ask(state: ORMExecuteState, query: Select[Any], parameters: Mapping[str, Any] | None = None) -> Result[Any]:
    """Executes a question about a statement where the statement itself is executed, whatever others go elsewhere."""
    connection = writing_connection(state.session, state.bind_arguments)
    return connection.execute(query, parameters, execution_options=schemas_of(state.execution_options))


def is_captured(context: Any) -> bool:
    """Whether a statement is one that is carried out here, and not one that a listener of the host adds to it."""
    options, cache = context.execution_options, _updating.get()
    if CAPTURED in options:
        return True
    return cache is not None and options.get("compiled_cache") is cache[0] and current_flush() is cache[1]


def _invoke(state: ORMExecuteState, statement: Any) -> Result[Any]:
    return state.invoke_statement(statement=statement, execution_options={CAPTURED: True})


@contextmanager
def _by_the_unit_of_work(model: WatchedModel) -> Iterator[None]:
    """What updates many rows by their keys takes no options along: it is known by the cache that its statements are in,
    as long as no flush comes between.
    """
    token = _updating.set((model.mapper.base_mapper._compiled_cache, current_flush()))
    try:
        yield
    finally:
        _updating.reset(token)


def _beside_hosts_returning(state: ORMExecuteState, model: WatchedModel) -> tuple[Result[Any], Pairs]:
    """The host asked for columns itself: ours come after them, and are taken away again."""
    theirs = len(_statement(state)._returning)
    frozen = _invoke(state, _also_returning(state, model)).freeze()
    pairs = {_whose(model, tuple(row)[theirs:]) for row in frozen()}
    return frozen().columns(*range(theirs)), pairs


def _inserting_several(state: ORMExecuteState, model: WatchedModel) -> tuple[Result[Any], Pairs]:
    result = _invoke(state, _also_returning(state, model))
    rows = result.all()
    if not hasattr(result, "rowcount"):
        result.rowcount = len(rows)  # type: ignore[attr-defined]  # the host may ask how many there were
    return result, {_whose(model, row) for row in rows}


def _also_returning(state: ORMExecuteState, model: WatchedModel) -> Any:
    ordered = {"sort_by_parameter_order": True} if getattr(state.statement, "_sort_by_parameter_order", None) else {}
    attributes = [getattr(model.spec.model, name) for name in (model.person, model.organisation) if name]
    return _statement(state).returning(*(attributes if state.is_orm_statement else _keys(model)), **ordered)


def _by_primary_key(query: Select[Any], state: ORMExecuteState, model: WatchedModel) -> Select[Any]:
    key = model.mapper.primary_key
    names = [model.mapper.get_property_by_column(column).key for column in key]
    rows = cast("Sequence[Mapping[str, Any]]", state.parameters)
    given = [tuple(row[name] for name in names) for row in rows]
    return query.where(tuple_(*key).in_(given) if len(key) > 1 else key[0].in_([number for (number,) in given]))


def _statement(state: ORMExecuteState) -> Any:
    return state.statement


def _returns(state: ORMExecuteState) -> bool:
    dialect = state.session.get_bind(**state.bind_arguments).dialect
    if state.is_insert:
        return dialect.insert_returning
    return dialect.update_returning if state.is_update else dialect.delete_returning


def _hosts_returning(state: ORMExecuteState) -> bool:
    return bool(_statement(state)._returning)


def _many(state: ORMExecuteState) -> bool:
    return isinstance(state.parameters, Sequence)


def _is_spread(state: ORMExecuteState, model: WatchedModel) -> bool:
    spread = bool(state.is_orm_statement) and len(model.mapper.tables) > 1
    return spread and (state.is_insert or (state.is_update and _many(state)))


def _makes_several(state: ORMExecuteState) -> bool:
    statement = _statement(state)
    if statement.select is not None or statement._multi_values or statement._post_values_clause is not None:
        return True  # ... of which SQLAlchemy returns no defaults
    return bool(state.parameters) and state.is_orm_statement


def _keys(model: WatchedModel) -> list[Column[Any]]:
    person = model.column(model.person)
    return [person, model.column(model.organisation)] if model.organisation else [person]


def _whose(model: WatchedModel, keys: Sequence[Any]) -> tuple[Any, Any]:
    return (keys[1], keys[0]) if model.organisation else (None, keys[0])


def _pairs(model: WatchedModel, rows: Result[Any]) -> Pairs:
    return {_whose(model, tuple(row)) for row in rows}
