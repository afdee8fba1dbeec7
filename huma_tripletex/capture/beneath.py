"""Captures at the engine what no session announces: legacy bulk calls, Core on a connection, other sessions.

The database is asked, by the statement's own condition and on its own connection, whom it is about to touch, and their
rows are locked as the statement is about to lock them. They are told when it is done: a connection may commit at each
statement, and no worker must look before. Workers are nudged when the connection is back in its pool after a commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import has_app_context
from sqlalchemy import BinaryExpression, BindParameter, Column, Connection, Select, event, select
from sqlalchemy.sql import operators, visitors

from huma_tripletex.capture.certain import is_certain
from huma_tripletex.capture.noted import Noted
from huma_tripletex.capture.spelled import schemas_of, table_name, table_written
from huma_tripletex.capture.telling import tell_on
from huma_tripletex.capture.warned import UNCERTAIN, warn
from huma_tripletex.capture.watch import Watch
from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.outbox.rows import AT_ONCE
from huma_tripletex.runtime import current_runtime

ASKED, TOLD, COMMITTED = "huma_tripletex_asked", "huma_tripletex_told", "huma_tripletex_committed"


def capture(context: Any, watch: Watch, model: WatchedModel, touched: frozenset[str]) -> bool:
    """Notes whom an UPDATE that sets the attributes `touched`, or a DELETE, is about to touch.

    False: it cannot be told, or it moves people elsewhere, or they are new; then nothing is noted.
    """
    statement = context.invoked_statement
    columns = [model.column(name) for name in (model.person, model.organisation) if name]
    here = {column.table for column in columns} == {table_written(statement)}
    if context.isinsert or not here or touched & {model.person, model.organisation}:
        return False
    connection, noted, rows = context.root_connection, Noted(watch.all_keys), 0
    options = schemas_of(context.execution_options)
    for query, parameters in _queries(statement, context.compiled_parameters, columns, context.isdelete):
        for person, *home in connection.execute(query, parameters, execution_options=options):
            rows += 1
            whose = (home[0] if home else None), person
            if context.isdelete:
                noted.went(model, *whose)
            else:
                noted.set(model, touched, *whose)
    connection.info[ASKED] = context, watch, noted, rows
    if not event.contains(connection, "commit", _committed):
        event.listen(connection, "after_cursor_execute", _carried_out)
        event.listen(connection, "commit", _committed)
        event.listen(connection, "rollback", _rolled_back)
    return True


def _carried_out(connection: Connection, cursor: Any, _sql: str, _parameters: Any, context: Any, many: bool) -> None:
    """Called after each statement of this connection: tells what was noted of it."""
    asked, watch, noted, rows = connection.info.pop(ASKED, (None, None, None, 0))
    if asked is not context or watch is None:
        return
    statement = context.invoked_statement
    if (cursor.rowcount > rows and not many) or not is_certain(statement.whereclause):
        warn(watch, UNCERTAIN, table_name(statement))
    connection.info.setdefault(TOLD, set()).update(tell_on(connection, watch, noted))


def _committed(connection: Connection) -> None:
    """Called when a transaction of this connection is about to commit."""
    if told := connection.info.pop(TOLD, None):
        connection.info.setdefault(COMMITTED, set()).update(told)


def _rolled_back(connection: Connection) -> None:
    """Called when one is rolled back: the entries go with it. A connection that broke has nothing to be asked for."""
    if not connection.invalidated:
        connection.info.pop(TOLD, None)


def given_back(_connection: Any, record: Any) -> None:
    """Called when the connection is back in its pool; without an application the sweep finds the entries."""
    record.info.pop(TOLD, None)
    told = record.info.pop(COMMITTED, ())
    if told and has_app_context():
        current_runtime().queue.nudge(*told)


def _queries(
    statement: Any, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Any]], deletes: bool
) -> Iterator[tuple[Select[Any], Mapping[str, Any]]]:
    """Who meets the statement's condition, for each row of its parameters. They are locked no more than an UPDATE does:
    it does not wait for whoever is inserting a row that refers to them.
    """
    query, condition = select(*columns), statement.whereclause
    locking = query.with_for_update(of=columns[0].table, key_share=not deletes)
    if condition is None:
        yield locking, {}
    elif (by := _one_column(condition)) is not None and len(rows) > 1:
        column, name = by
        for start in range(0, len(rows), AT_ONCE):
            yield query.where(column.in_([row[name] for row in rows[start : start + AT_ONCE]])), {}
    else:
        names = [
            one.key for one in visitors.iterate(condition) if isinstance(one, BindParameter) and not one.unique
        ]  # the others carry their values with them
        for row in rows:
            yield locking.where(condition), {name: row[name] for name in names}


def _one_column(condition: Any) -> tuple[Column[Any], str] | None:
    """The column and the parameter of `id = :id`, as bulk calls write it."""
    if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
        return None
    column, parameter = condition.left, condition.right
    if not isinstance(column, Column) or not isinstance(parameter, BindParameter) or parameter.unique:
        return None
    return column, str(parameter.key)
