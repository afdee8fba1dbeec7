"""Notices every change of a supported field in Huma, in the same transaction, and writes it to the outbox.

    flushes      objects that are new, changed or deleted
    statements   INSERT, UPDATE and DELETE that a session executes
    unseen       what neither of them sees: a warning that names `record_change`
    telling      from what was noted to entries, and the nudge after the outermost commit

Listens to the host's own session class and engine, to nothing else. Entries are rows of the host's transaction: what is
rolled back takes its entries along.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import event

from huma_tripletex.capture.flushes import after_flush, after_rollback, before_delete, before_flush
from huma_tripletex.capture.statements import on_execute
from huma_tripletex.capture.telling import forget_nudges, nudge, record_change
from huma_tripletex.capture.unseen import UncapturedChange, before_statement
from huma_tripletex.capture.watch import EXTENSION, Watch
from huma_tripletex.outbox.echo import quiet
from huma_tripletex.runtime import Runtime

__all__ = ["UncapturedChange", "install", "quiet", "record_change"]


def install(runtime: Runtime) -> None:
    """Begins to listen. Call it in the application context of an application whose `db` is initialised.

    One `db` may serve several applications: the listeners ask the current one what to watch.
    """
    current_app.extensions[EXTENSION] = Watch.over(runtime.host.models)
    session, engine = runtime.session, runtime.host.db.engine
    _listen(session, "before_flush", before_flush)
    _listen(session, "after_flush", after_flush)
    _listen(session, "do_orm_execute", on_execute)
    _listen(session, "after_soft_rollback", after_rollback)
    _listen(session, "after_commit", nudge)
    _listen(session, "after_transaction_end", forget_nudges)
    _listen(engine, "before_cursor_execute", before_statement)
    for person_model in runtime.host.models:
        _listen(person_model.model, "before_delete", before_delete, propagate=True)
        for name in filter(None, (person_model.person_id, person_model.organisation_id)):
            # When it is changed, what it was before is loaded, if it is not known.
            _listen(getattr(person_model.model, name), "set", _nothing, active_history=True)


def _listen(target: Any, name: str, listener: Any, **options: Any) -> None:
    if not event.contains(target, name, listener):
        event.listen(target, name, listener, **options)


def _nothing(_target: Any, _value: Any, _old: Any, _initiator: Any) -> None:
    """Only its being there counts."""
