"""Notices changes of people that the session says nothing of: bulk calls, Core statements, other sessions.

Listens to the engine's dialect, and has `beneath` capture them. What cannot be captured is warned about. What raw SQL
does, a later comparison finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE

from huma_tripletex.capture import beneath
from huma_tripletex.capture.flushes import before_own_statement, writes_it_itself
from huma_tripletex.capture.running import is_captured
from huma_tripletex.capture.spelled import attributes_set, table_name
from huma_tripletex.capture.warned import UNCAPTURED, warn
from huma_tripletex.capture.watch import current_watch


def before_statement(_cursor: Any, _statement: str, *parameters_and_context: Any) -> None:
    """Called by the engine's dialect before each statement; returns at once unless it writes to a watched table.

    A listener to the dialect: one to the engine has SQLAlchemy look for more of them at every turn of every statement.
    """
    context = parameters_and_context[-1]
    if within := getattr(context.compiled, "ctes", None):
        _look_within(within)
    if not (context.isinsert or context.isupdate or context.isdelete) or is_captured(context):
        return
    statement, watch = context.compiled.statement, current_watch()
    model = watch.of_table(table_name(statement)) if watch else None
    if watch is None or model is None:
        return
    if writes_it_itself(model, context):
        before_own_statement(model, context)
        return
    touched = attributes_set(statement, context.compiled.column_keys, model) if context.isupdate else frozenset()
    if (context.isupdate and not touched) or beneath.capture(context, watch, model, touched):
        return
    warn(watch, UNCAPTURED, table_name(statement))


def _look_within(ctes: Iterable[CTE]) -> None:
    """Warns of what writes to a watched table inside a WITH; it returns to the statement around it, not to us."""
    writing: list[Any] = [cte.element for cte in ctes if getattr(cte.element, "is_dml", False)]
    watch = current_watch() if writing else None
    for statement in writing:
        model = watch.of_table(table_name(statement)) if watch else None
        if watch and model and (not statement.is_update or attributes_set(statement, (), model)):
            warn(watch, UNCAPTURED, table_name(statement))


def before_cursor(_connection: Any, cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    """The same, called by the engine."""
    before_statement(cursor, statement, context)
