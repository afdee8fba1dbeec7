"""Notices every change of a supported field in Huma, in the same transaction, and writes it to the outbox.

    flushes      objects that are new, changed or deleted
    statements   INSERT, UPDATE and DELETE that a session executes, and of these the upserts in `upserts`
    unseen       what neither of them sees: it is captured at the engine by `beneath`, or warned about
    warned       ... which names the place in the host's code, once
    telling      from what was noted to entries, and the nudge after the outermost commit

Listens to the host's own session class, and to its engines on the database that its people are in, to nothing else.
Entries are rows of the host's transaction: what is rolled back takes its entries along.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import class_mapper

from huma_tripletex.capture import beneath
from huma_tripletex.capture.flushes import after_flush, after_rollback, before_delete, before_flush
from huma_tripletex.capture.statements import on_execute
from huma_tripletex.capture.telling import forget_nudges, nudge, record_change
from huma_tripletex.capture.unseen import before_cursor, before_statement
from huma_tripletex.capture.warned import UncapturedChange
from huma_tripletex.capture.watch import EXTENSION, Watch, current_watch
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.errors import ConfigurationError
from huma_tripletex.host.port import PersonModel
from huma_tripletex.outbox.echo import quiet
from huma_tripletex.outbox.tables import ENTRIES
from huma_tripletex.outbox.writing import mapped_schemas
from huma_tripletex.runtime import Runtime

__all__ = ["UncapturedChange", "install", "quiet", "record_change", "tables_are_made"]

_heard: list[Any] = []
"""The sessions listened to. SQLAlchemy knows them by their `id()` ever after, so no other may come to have it."""


def install(runtime: Runtime) -> None:
    """Begins to listen. Call it in the application context of an application whose `db` is initialised.

    One `db` may serve several applications: the listeners ask the current one what to watch.

    Raises:
        ConfigurationError: a person model is described wrongly.
    """
    for person_model in runtime.host.models:
        _check(person_model)
    for one, other in combinations(runtime.host.models, 2):
        _check_together(one, other)
    session, engines = runtime.session, _engines(runtime.host.db)
    current_app.extensions[EXTENSION] = Watch.over(runtime.host.models, engines, mapped_schemas(runtime.host.db.engine))
    if session not in _heard:
        _heard.append(session)
    _listen(session, "before_flush", before_flush)
    _listen(session, "after_flush", after_flush)
    _listen(session, "do_orm_execute", on_execute)
    _listen(session, "after_soft_rollback", after_rollback)
    _listen(session, "after_commit", nudge)
    _listen(session, "after_transaction_end", forget_nudges)
    for engine in engines:
        listen_to_statements(engine)
        _listen(engine.pool, "checkin", beneath.given_back)
    for person_model in runtime.host.models:
        _listen(person_model.model, "before_delete", before_delete, propagate=True)
        for name in filter(None, (person_model.person_id, person_model.organisation_id)):
            # When it is changed, what it was before is loaded, if it is not known.
            _listen(getattr(person_model.model, name), "set", _nothing, active_history=True, propagate=True)


def tables_are_made() -> None:
    """Says that our tables are in the database, so that the first change need not ask."""
    watch = current_watch()
    if watch:
        watch.tables_found.add(ENTRIES.name)


def _check(spec: PersonModel) -> None:
    named = [spec.person_id, spec.organisation_id, spec.email, spec.takes_part, *spec.fields.values()]
    mapper = class_mapper(spec.model, configure=False)  # the host may not have imported all its models yet
    for name in filter(None, named):
        if not mapper.has_property(name):
            raise ConfigurationError(f"{spec.model.__name__}.{name} is not a mapped column, so it cannot be watched")
    if unknown := spec.fields.keys() - BY_KEY.keys():
        raise ConfigurationError(f"not a supported field of {spec.model.__name__}: {', '.join(sorted(unknown))}")


def _check_together(one: PersonModel, other: PersonModel) -> None:
    """Two models may be kept in one table if a row of it is the same person's for both."""
    mappers = [class_mapper(spec.model, configure=False) for spec in (one, other)]
    shared = {table.fullname for table in mappers[0].tables} & {table.fullname for table in mappers[1].tables}
    if not shared:
        return
    said = f"{one.model.__name__} and {other.model.__name__} are both kept in the table {min(shared)}"
    if mappers[0].base_mapper is not mappers[1].base_mapper:
        raise ConfigurationError(f"{said}, but as classes apart: name the fields of both in one PersonModel")
    mine, yours = (mapper.columns.get(spec.person_id) for mapper, spec in zip(mappers, (one, other), strict=True))
    if mine is not None and yours is not None and mine.table is yours.table and mine is not yours:
        raise ConfigurationError(f"{said}, but {one.person_id} and {other.person_id} are not the same person")


def _engines(db: SQLAlchemy) -> list[Engine]:
    """The host's engine, and those of its others that lead to the same database."""
    here = _place(db.engine)
    return [engine for engine in db.engines.values() if _place(engine) == here]


def _place(engine: Engine) -> tuple[Any, ...]:
    """Where an engine's database is; one in memory is its own alone."""
    url = engine.url
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        return (id(engine),)
    named = (url.host or url.query.get("host"), url.port or url.query.get("port"))
    return (url.get_backend_name(), *named, url.database)


def _listen(target: Any, name: str, listener: Any, **options: Any) -> None:
    if not event.contains(target, name, listener):
        event.listen(target, name, listener, **options)


def listen_to_statements(engine: Engine) -> None:
    """To the engine's dialect; where the host stands there first, it may execute statements without our being asked.

    There to the engine, which costs the host a little in every transaction. The dialect itself is asked who listens:
    SQLAlchemy goes by the engine's `id()`, which may be another's by now, as long as the dialect lives.
    """
    ways = ("do_execute", "do_executemany", "do_execute_no_params")
    listening = {way: list(getattr(engine.dialect.dispatch, way)) for way in ways}
    if any(there and there[0] is not before_statement for there in listening.values()):
        _listen(engine, "before_cursor_execute", before_cursor)
        return
    for way, there in listening.items():
        if before_statement not in there:
            event.listen(engine, way, before_statement)


def _nothing(_target: Any, _value: Any, _old: Any, _initiator: Any) -> None:
    """Only its being there counts."""
