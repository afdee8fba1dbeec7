"""Captures what the host's sessions execute: INSERT, UPDATE and DELETE on the person models.

What goes by without an event of the session, or cannot be captured here, is noticed by `capture.unseen`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Result
from sqlalchemy.orm import ORMExecuteState

from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.running import Pairs, can_run, keys_before, run
from huma_tripletex.capture.spelled import attributes_set, table_name
from huma_tripletex.capture.telling import tell
from huma_tripletex.capture.upserts import Upsert
from huma_tripletex.capture.warned import UNCERTAIN, warn
from huma_tripletex.capture.watch import Watch, current_watch
from huma_tripletex.capture.watched import WatchedModel


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
    moves = not touched.isdisjoint({model.organisation, model.person})
    before = keys_before(state, model) if moves else None
    upsert = Upsert.of(state, model) if state.is_insert else None
    result, after = run(state, model)
    if upsert:
        upsert.note(noted, after)
    else:
        _note(noted, watch, model, state, touched, (before, after))
    tell(state.session, watch, noted, state.bind_arguments)
    return result


def _note(
    noted: Noted,
    watch: Watch,
    model: WatchedModel,
    state: ORMExecuteState,
    touched: frozenset[str],
    rows: tuple[Pairs | None, Pairs],
) -> None:
    before, after = rows
    if state.is_update:
        came, went = (after - before, before - after) if before is not None else (set(), set())
        if before is not None and model.person not in touched and not _people(came) <= _people(before):
            warn(watch, UNCERTAIN, table_name(state.statement))  # somebody began to match: where they were is not known
        for whose in after - came:
            noted.set(model, touched, *whose)
    else:
        came, went = (after, set()) if state.is_insert else (set(), after)
    for whose in went:
        noted.went(model, *whose)
    for whose in came:
        noted.came(model, *whose)


def _people(rows: Pairs) -> set[Any]:
    return {person for _, person in rows}
