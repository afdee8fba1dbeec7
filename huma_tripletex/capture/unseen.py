"""Notices changes of people that the session says nothing of: bulk calls, Core statements, other sessions.

Listens to the engine's dialect, and has `beneath` capture them. What cannot be captured is warned about, once per place
in the host's code; the warning names `record_change()`. What raw SQL does, a later comparison finds.
"""

from __future__ import annotations

import logging
import sys
import warnings
from types import FrameType
from typing import Any

from huma_tripletex.capture import beneath
from huma_tripletex.capture.flushes import before_own_statement, writes_it_itself
from huma_tripletex.capture.statements import is_captured
from huma_tripletex.capture.watch import Watch, attributes_set, current_watch, table_name

log = logging.getLogger(__name__)
NOT_THE_HOST = ("sqlalchemy", "flask_sqlalchemy", "huma_tripletex.capture", "contextlib")
ADVICE = (
    "this changes {table} without an event of the session, so Tripletex hears of it only at the next comparison; "
    "call huma_tripletex.record_change() in the same transaction"
)


class UncapturedChange(UserWarning):
    """People were changed in a way that is not captured."""


def before_statement(_cursor: Any, _statement: str, *parameters_and_context: Any) -> None:
    """Called by the engine's dialect before each statement; returns at once unless it writes to a watched table.

    A listener to the dialect: one to the engine has SQLAlchemy look for more of them at every turn of every statement.
    """
    context = parameters_and_context[-1]
    if not (context.isinsert or context.isupdate or context.isdelete) or is_captured():
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
    _warn(watch, table_name(statement))


def before_cursor(_connection: Any, cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    """The same, called by the engine."""
    before_statement(cursor, statement, context)


def _warn(watch: Watch, table: str) -> None:
    frame = _host_frame()
    place = frame.f_code.co_filename, frame.f_lineno
    if place in watch.warned:
        return
    watch.warned.add(place)
    text = ADVICE.format(table=table)
    log.warning("%s:%s: %s", *place, text)
    warnings.warn_explicit(text, UncapturedChange, *place, module=frame.f_globals.get("__name__"))


def _host_frame() -> FrameType:
    """Where in the host's code we are: the nearest frame that belongs to no library between it and the database."""
    frame: FrameType | None = sys._getframe(1)
    found = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not any(name == part or name.startswith(part + ".") for part in NOT_THE_HOST):
            return frame
        frame = frame.f_back
    return found
