"""Writes entries: what changed, of whom, for which connections. The first half of the promise that nothing is lost.

Called by `capture` inside the host's transaction: one plain insert that waits for no lock and can violate nothing.
Called by `syncing` for what an approved plan sends to Tripletex.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Insert,
    Text,
    TypeDecorator,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from huma_tripletex.models.base import Instant, Json
from huma_tripletex.models.outbox import EntryKind
from huma_tripletex.outbox.rows import AT_ONCE, POSTGRESQL, Columns, as_json, json_text, only_row, rowset
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES
from huma_tripletex.outbox.writing import SCHEMAS, mapped_schemas, writing_connection

RESTORE = "restore"
"""Third word of a field in `RunChange.expected`: not Huma's value is sent, but the earlier one that the run sealed."""
VERSION = "version"
"""Beside the fields in `RunChange.expected`: Tripletex's version of the employee as it was compared."""
END_REASON = "end_reason"
"""Beside the fields in `RunChange.expected`: why the employment ends is not a setting, but what the run sealed."""
NOBODY = 0
"""No connection has this id."""
COLUMNS: Columns = {"organisation_id": Text(), "person_id": Text(), "kind": Text(), "fields": Json}
WRITTEN = ("connection_id", "person_id", "kind", "fields", "captured_at", "not_before")


@dataclass(frozen=True)
class Change:
    """Fields of one person that changed in Huma. No fields: look at the person (deleted, moved, out of scope)."""

    organisation_id: str | None
    """None: the host's own table knows; see `Homes`."""
    person_id: str
    fields: tuple[str, ...]
    kind: EntryKind = "change"
    held: Any = field(default=None, compare=False, repr=False)
    """The person's id as the host's column holds it, where the organisation is None."""


@dataclass(frozen=True)
class Homes:
    """The columns of the host that tell which organisation a person belongs to."""

    person: Column[Any]
    organisation: Column[Any]

    def are_text(self, dialect: Dialect) -> bool:
        """Whether the database itself makes of the ids the text that Python makes of them, and back."""
        return _is_text(self.person.type, dialect) and _is_text(self.organisation.type, dialect)


@dataclass(frozen=True)
class RunChange:
    """What an approved plan sends to Tripletex; `expected`: keyed hashes of both sides, {field: [huma, tripletex]}, and
    RESTORE behind them where a value is put back; the employee's VERSION, and END_REASON, beside them.
    """

    person_id: str
    fields: tuple[str, ...]
    kind: EntryKind = "change"
    expected: Mapping[str, Any] | None = None


def record(
    where: Session | Connection,
    changes: Iterable[Change],
    now: datetime,
    exclude_connection: int | None = None,
    homes: Homes | None = None,
    schemas: Mapping[str | None, str | None] | None = None,
) -> set[int]:
    """Makes an entry per change and capturing connection of its organisation; returns the connections told.

    One statement, whatever the number of changes. An organisation without a connection gets no entry. `homes` is
    asked about people whose change does not name their organisation: by the same statement, or before it where only
    Python can tell what the ids are as text. `where`: the host's session, or a connection of its engine. `schemas`:
    where our tables are, if the connection may have mapped the host's to a schema without ours.
    """
    connection = where if isinstance(where, Connection) else writing_connection(where)
    dialect, mapped = connection.dialect, mapped_schemas(connection)
    ours = mapped if schemas is None else schemas
    if homes and not (homes.are_text(dialect) and mapped == ours):
        changes, homes = _at_home(connection, list(changes), homes), None
    rows = [_row(change) for change in changes]
    if not rows:
        return set()
    given = {"now": now, "excluded": exclude_connection or NOBODY}
    if alone := len(rows) == 1:
        given |= rows[0]
        given["fields"] = json_text(given["fields"])
    else:
        given["rows"] = as_json(dialect.name, rows)
    if mapped or ours:
        recording, options = _recording(dialect.name, homes, alone), {SCHEMAS: ours}
        return set(connection.execute(recording, given, execution_options=options).scalars())
    sql, parameters = _spelled(dialect, homes, alone)
    return {told for (told,) in connection.exec_driver_sql(sql, parameters(given)).all()}


def record_for_run(
    session: Session, connection_id: int, run_id: int, changes: Sequence[RunChange], now: datetime
) -> int:
    """Makes the entries of a run and returns how many."""
    if not changes:
        return 0
    shared = {"connection_id": connection_id, "run_id": run_id, "captured_at": now, "not_before": now}
    rows = [
        shared
        | {"person_id": c.person_id, "kind": c.kind, "fields": list(c.fields)}
        | {"expected": dict(c.expected) if c.expected is not None else None}
        for c in changes
    ]
    writing_connection(session).execute(insert(ENTRIES), rows)
    return len(rows)


def _at_home(connection: Connection, changes: Sequence[Change], homes: Homes) -> list[Change]:
    """The changes with the organisations that the host's own table knows; without those of nobody who is there."""
    asked = [change.held for change in changes if change.organisation_id is None]
    found: dict[str, str] = {}
    for start in range(0, len(asked), AT_ONCE):
        those = homes.person.in_(asked[start : start + AT_ONCE])
        rows = connection.execute(select(homes.person, homes.organisation).where(those))
        found |= {str(person): str(organisation) for person, organisation in rows if organisation is not None}
    homeless = (one for one in changes if one.organisation_id is None and one.person_id in found)
    return [
        *(change for change in changes if change.organisation_id is not None),
        *(replace(change, organisation_id=found[change.person_id]) for change in homeless),
    ]


def _is_text(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Not a type that the host has decorated, nor a UUID in a database that has none."""
    held = kind.dialect_impl(dialect)
    if isinstance(held, Uuid):
        return held.native_uuid and dialect.supports_native_uuid
    return not isinstance(held, TypeDecorator)


def _row(change: Change) -> dict[str, Any]:
    return {
        "organisation_id": change.organisation_id,
        "person_id": change.person_id,
        "kind": change.kind,
        "fields": change.fields,
    }


@lru_cache(maxsize=16)
def _spelled(dialect: Dialect, homes: Homes | None, alone: bool) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """The statement as the database reads it, and what makes its parameters: every flush of the host pays for it, and
    going through SQLAlchemy's compiled form each time costs more than the database takes.
    """
    compiled = _recording(dialect.name, homes, alone).compile(dialect=dialect)
    constant, moment = dict(compiled.params), Instant().bind_processor(dialect) or (lambda value: value)
    order = compiled.positiontup if compiled.positional else None

    def parameters(given: dict[str, Any]) -> Any:
        named = constant | given | {"now": moment(given["now"])}
        return named if order is None else tuple(named[name] for name in order)

    return compiled.string, parameters


@cache
def _recording(dialect: str, homes: Homes | None, alone: bool) -> Insert:
    rows = only_row(dialect, COLUMNS) if alone else rowset(dialect, COLUMNS)
    now: ColumnElement[datetime] = bindparam("now", type_=Instant)
    if dialect == POSTGRESQL:  # the host's machine may be ahead of the workers', who would wait for that moment
        now = func.least(now, func.clock_timestamp(), type_=Instant)
    changed: FromClause = rows
    organisation: ColumnElement[Any] = rows.c.organisation_id
    if homes:
        unknown = and_(organisation.is_(None), homes.person == cast(rows.c.person_id, homes.person.type))
        changed = rows.outerjoin(homes.person.table, unknown)
        organisation = func.coalesce(organisation, cast(homes.organisation, Text))
    told = (
        select(CONNECTIONS.c.id, rows.c.person_id, rows.c.kind, rows.c.fields, now, now)
        .join_from(changed, CONNECTIONS, CONNECTIONS.c.organisation_id == organisation)
        .where(
            CONNECTIONS.c.state != literal_column("'disconnected'"),
            CONNECTIONS.c.capturing_since.is_not(None),
            CONNECTIONS.c.id != bindparam("excluded"),
        )
    )
    return insert(ENTRIES).from_select(WRITTEN, told, include_defaults=False).returning(ENTRIES.c.connection_id)
