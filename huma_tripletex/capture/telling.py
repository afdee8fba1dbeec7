"""Turns what was noted into outbox entries, in the host's transaction, and remembers whom to nudge when it commits."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Session, SessionTransaction

from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.watch import Watch, current_watch
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.outbox.echo import without_echo
from huma_tripletex.outbox.record import record
from huma_tripletex.outbox.tables import ENTRIES
from huma_tripletex.outbox.writing import WRITING, writing_connection
from huma_tripletex.runtime import current_runtime

log = logging.getLogger(__name__)
NUDGES = "huma_tripletex_nudges"


def record_change(person_id: object, *fields: str, organisation_id: object, session: Session | None = None) -> None:
    """Says that supported fields of a person changed in a way that SQLAlchemy does not show; no fields: all of them.

    For code that writes people by raw SQL or bulk calls: call it in the same transaction. `session` is the host's own
    `db.session` unless given.

    Raises:
        ValueError: a name is not one of the supported fields.
        RuntimeError: the current application has no HumaTripletex.
    """
    if unknown := set(fields) - BY_KEY.keys():
        raise ValueError(f"not a supported field: {', '.join(sorted(unknown))}")
    watch = current_watch()
    if watch is None:
        raise RuntimeError("record_change() needs an application context of an application with HumaTripletex")
    noted = Noted(watch.all_keys)
    noted.changed(organisation_id, person_id, fields or noted.all_keys)
    tell(session or current_runtime().session(), watch, noted)


def tell(session: Session, watch: Watch, noted: Noted, bind_arguments: Mapping[str, Any] | None = None) -> None:
    """Writes the entries: one statement, none when nothing was noted. `bind_arguments`: of the statement that was
    executed, None: people were flushed.
    """
    if noted.fields:
        connection = _connection(session, watch, bind_arguments)
        session.info.setdefault(NUDGES, set()).update(tell_on(connection, watch, noted))


def _connection(session: Session, watch: Watch, bind_arguments: Mapping[str, Any] | None) -> Connection:
    """The connection that carried out what is told of, so that both are committed together; but where that leads to
    another database, the one to ours.
    """
    connection = writing_connection(session, bind_arguments or {"mapper": watch.main.mapper, "clause": WRITING})
    return connection if connection.dialect in watch.dialects else writing_connection(session)


def tell_on(connection: Connection, watch: Watch, noted: Noted) -> set[int]:
    """Writes the entries on a connection to the database; returns which of our connections are to be nudged."""
    changes = noted.changes()
    if not changes or not _has_tables(connection, watch):
        return set()
    homes = watch.homes if any(change.organisation_id is None for change in changes) else None
    now = current_runtime().clock()
    news, own, of_run = without_echo(changes)
    told = record(connection, news, now, None, homes, watch.schemas) if news else set()
    return told | record(connection, own, now, of_run, homes, watch.schemas) if own else told


def nudge(session: Session) -> None:
    """Called after each commit: when the outermost has ended, says to the workers which connections to look at.

    Releasing a savepoint commits too, and says nothing. Rolling one back clears nothing: a needless nudge is free.
    """
    if session.in_nested_transaction() or not (waiting := session.info.pop(NUDGES, None)):
        return
    current_runtime().queue.nudge(*waiting)


def forget_nudges(session: Session, transaction: SessionTransaction) -> None:
    """Called after each transaction: what was not said when the outermost ended was rolled back with it."""
    if transaction.parent is None:
        session.info.pop(NUDGES, None)


def _has_tables(connection: Connection, watch: Watch) -> bool:
    """Whether there is anything to write to: a host that was not migrated yet must not fail, and has no connection.

    It is asked until it is true, then never again.
    """
    if not watch.tables_found:
        if not inspect(connection).has_table(ENTRIES.name, watch.schemas.get(ENTRIES.schema)):
            log.warning("the tables of huma_tripletex are missing; run `flask tripletex db upgrade`")
            return False
        watch.tables_found.add(ENTRIES.name)
    return True
