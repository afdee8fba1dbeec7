"""Captures what the host's sessions flush: objects of the person models that are new, changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextvars import ContextVar
from typing import Any
from weakref import ReferenceType, ref

from sqlalchemy import BinaryExpression
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.attributes import get_history, instance_state
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlalchemy.sql import visitors

from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.telling import tell
from huma_tripletex.capture.watch import Watch, current_watch
from huma_tripletex.capture.watched import WatchedModel, columns_of
from huma_tripletex.host.values import as_text

WATCH, EXPRESSIONS, DELETED = "huma_tripletex_watch", "huma_tripletex_expressions", "huma_tripletex_deleted"
OUTER = "huma_tripletex_outer"
_flush: ContextVar[ReferenceType[UOWTransaction] | None] = ContextVar("huma_tripletex_flush", default=None)


def before_flush(_session: Session, flush: UOWTransaction, _objects: Any) -> None:
    """Notes that a flush begins, and who watches it."""
    flush.attributes[OUTER] = _flush.get()
    _flush.set(ref(flush))
    if watch := current_watch():
        flush.attributes[WATCH] = watch


def before_own_statement(model: WatchedModel, context: Any) -> None:
    """Notes attributes that a flush sets to an SQL expression, whoever gave it: flushing forgets that they changed.

    The unit of work writes such a row by itself, and nothing but expressions as values of the statement.
    """
    statement, flush = context.invoked_statement, current_flush()
    given = getattr(statement, "_values", None)
    if given and flush:
        key = _primary_key(statement, context.compiled_parameters[0]) if context.isupdate else None
        noted = flush.attributes.setdefault(EXPRESSIONS, set())
        noted.update((model.mapper.base_mapper, key, name) for name in model.meant(given))


def before_delete(_mapper: Any, _connection: Any, thing: Any) -> None:
    """Notes whose row is about to be deleted, also when it goes as an orphan; afterwards it cannot be asked."""
    flush, watch = current_flush(), current_watch()
    if flush is None or watch is None:
        return
    for model in watch.of(type(thing)):
        for name in filter(None, (model.organisation, model.person)):
            getattr(thing, name)
        whose = _before(thing, model.organisation), _before(thing, model.person)
        flush.attributes.setdefault(DELETED, []).append((model, whose))


def after_flush(session: Session, flush: UOWTransaction) -> None:
    """Records what was flushed; the history of every attribute is still there."""
    _flush.set(flush.attributes.get(OUTER))
    watch: Watch | None = flush.attributes.get(WATCH)
    if watch is None:
        return
    noted = Noted(watch.all_keys)
    for note, things in ((_new, session.new), (_changed, session.dirty)):
        for thing in things:
            for model in watch.of(type(thing)):
                note(noted, model, thing, flush)
    for model, whose in flush.attributes.get(DELETED, ()):
        noted.went(model, *whose)
    tell(session, watch, noted)


def after_rollback(session: Session, _transaction: SessionTransaction) -> None:
    """A flush that failed is not under way any more."""
    flush = _known_flush()
    if flush and flush.session is session:
        _flush.set(flush.attributes.get(OUTER))


def current_flush() -> UOWTransaction | None:
    """The flush that carries out its statements just now and will be captured.

    Not one that has only begun: a listener of the host may have stopped it, and nothing tells us so.
    """
    flush = _known_flush()
    return flush if flush and getattr(flush.session, "_warn_on_events", True) else None


def writes_it_itself(model: WatchedModel, context: Any) -> bool:
    """Whether a flush made this statement, and not a listener of the host that executes what it likes.

    The unit of work compiles its statements into a cache of the mapper's own.
    """
    cache = getattr(model.mapper.base_mapper, "_compiled_cache", None)
    return current_flush() is not None and context.execution_options.get("compiled_cache") is cache


def _known_flush() -> UOWTransaction | None:
    flush = _flush.get()
    return flush() if flush else None


def _new(noted: Noted, model: WatchedModel, thing: Any, flush: UOWTransaction) -> None:
    whose = _now(thing, model.organisation), _person(thing, model)
    if model.is_main:
        noted.added(*whose)
    elif filled := [key for name, key in model.keys.items() if _may_hold_something(model, thing, name, flush)]:
        noted.changed(*whose, filled)


def _changed(noted: Noted, model: WatchedModel, thing: Any, flush: UOWTransaction) -> None:
    written = {name for name in _set(model, thing) if _is_written(thing, name)}
    if EXPRESSIONS in flush.attributes:
        written |= {name for name in model.values if _is_expression(model, instance_state(thing).identity, name, flush)}
    if not written:
        return
    places = written & {model.person, model.organisation, model.takes_part}
    as_before = {name for name in places if _says_the_same(thing, name)}
    if places - as_before - {model.takes_part}:
        _moved(noted, model, thing)
        return
    whose = _now(thing, model.organisation), _person(thing, model)
    noted.set(model, written - as_before, *whose)
    if as_before:
        noted.changed(*whose, ())


def _moved(noted: Noted, model: WatchedModel, thing: Any) -> None:
    """Somebody moved to another organisation, or a row of values to another person."""
    noted.went(model, _before(thing, model.organisation), _before(thing, model.person))
    noted.came(model, _now(thing, model.organisation), _person(thing, model))


def _set(model: WatchedModel, thing: Any) -> Set[str]:
    """The watched attributes that were set since the last flush, to whatever value."""
    return model.attributes & instance_state(thing).committed_state.keys()


def _is_written(thing: Any, name: str) -> bool:
    """Whether the unit of work writes the value: also the same date given as text, for the row may say another by now.

    What is put back is not written.
    """
    history = get_history(thing, name, PASSIVE_NO_INITIALIZE)
    return bool(history.added or history.deleted)


def _says_the_same(thing: Any, name: str) -> bool:
    """Whether a value that is written is, as text, the one that was loaded."""
    history = get_history(thing, name, PASSIVE_NO_INITIALIZE)
    old, new = ([as_text(value) for value in values] for values in (history.deleted, history.added))
    return bool(new) and old == new


def _now(thing: Any, name: str | None) -> Any:
    """The value, if it is known without asking the database."""
    return instance_state(thing).dict.get(name) if name else None


def _before(thing: Any, name: str | None) -> Any:
    """The value that the database had before the flush."""
    if name is None:
        return None
    history = get_history(thing, name, PASSIVE_NO_INITIALIZE)
    return history.deleted[0] if history.deleted else _now(thing, name)


def _person(thing: Any, model: WatchedModel) -> Any:
    """Whose values these are; an object that is expired knows by its key, if that is the person's."""
    known = _now(thing, model.person)
    if known is None and (identity := instance_state(thing).identity):
        key = dict(zip(model.mapper.primary_key, identity, strict=True))
        known = next((key[column] for column in columns_of(model.mapper, model.person) if column in key), None)
    return known if known is not None else getattr(thing, model.person)


def _may_hold_something(model: WatchedModel, thing: Any, name: str, flush: UOWTransaction) -> bool:
    """Whether a new row says anything in this attribute; what the database fills in is not known here."""
    values = instance_state(thing).dict
    if name in values:
        return values[name] is not None
    return model.column(name).server_default is not None or _is_expression(model, None, name, flush)


def _is_expression(model: WatchedModel, key: Any, name: str, flush: UOWTransaction) -> bool:
    return (model.mapper.base_mapper, key, name) in flush.attributes.get(EXPRESSIONS, ())


def _primary_key(update: Any, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Which row an UPDATE of the unit of work is about."""
    comparisons = [one for one in visitors.iterate(update.whereclause) if isinstance(one, BinaryExpression)]
    by_column = {one.left: row.get(str(getattr(one.right, "key", ""))) for one in comparisons}
    return tuple(by_column.get(column) for column in update.table.primary_key)
