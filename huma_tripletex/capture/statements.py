"""Captures what the host's sessions execute: INSERT, UPDATE and DELETE on the person models.

What goes by without an event of the session, or cannot be captured here, is noticed by `capture.unseen`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Result
from sqlalchemy.orm import ORMExecuteState

from huma_tripletex.capture.flushes import current_flush
from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.running import Pairs, can_run, keys_before, run
from huma_tripletex.capture.telling import tell
from huma_tripletex.capture.upserts import Upsert
from huma_tripletex.capture.watch import WatchedModel, attributes_set, current_watch, table_name

NOTHING = object()
_captured: ContextVar[object] = ContextVar("huma_tripletex_captured", default=NOTHING)


def on_execute(state: ORMExecuteState) -> Result[Any] | None:
    """Called before each statement of a session: carries out those on watched models and records whom they touched."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    statement: Any = state.statement
    watch = current_watch()
    model = watch.of_table(table_name(statement)) if watch else None
    if watch is None or model is None or not can_run(state, model):
        return None
    touched = attributes_set(statement, state.parameters, model) if state.is_update else frozenset()
    if state.is_update and not touched:
        return None
    noted = Noted(watch.all_keys)
    with _capturing():
        moves = not touched.isdisjoint({model.organisation, model.person})
        before = keys_before(state, model) if moves else None
        upsert = Upsert.of(state, model) if state.is_insert else None
        result, after = run(state, model)
        if upsert:
            upsert.note(noted, after)
        else:
            _note(noted, model, state, touched, (before, after))
        tell(state.session, watch, noted)
    return result


def is_captured() -> bool:
    """Whether the statement that runs just now is captured here; one that a flush before it executes is not."""
    return _captured.get() is current_flush()


@contextmanager
def _capturing() -> Iterator[None]:
    token = _captured.set(current_flush())
    try:
        yield
    finally:
        _captured.reset(token)


def _note(
    noted: Noted, model: WatchedModel, state: ORMExecuteState, touched: frozenset[str], rows: tuple[Pairs | None, Pairs]
) -> None:
    before, after = rows
    if state.is_update:
        came, went = (after - before, before - after) if before is not None else (set(), set())
        for whose in after - came:
            noted.set(model, touched, *whose)
    else:
        came, went = (after, set()) if state.is_insert else (set(), after)
    for whose in went:
        noted.went(model, *whose)
    for whose in came:
        noted.came(model, *whose)
