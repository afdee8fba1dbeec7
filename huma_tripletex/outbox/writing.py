"""Where our statements are carried out. A host's session may send what only reads to a replica, which takes neither
writes nor locks and is a little behind: ours go where its writes go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, update
from sqlalchemy.orm import Session

from huma_tripletex.models.outbox import OutboxEntry
from huma_tripletex.outbox.tables import ENTRIES

WRITING: Final = update(ENTRIES)
SCHEMAS: Final = "schema_translate_map"
"""SQLAlchemy's execution option that gives schemas other names."""
AS_WRITTEN: Final[dict[str, Any]] = {"mapper": OutboxEntry.__mapper__, "clause": WRITING}
"""Bind arguments that make a session choose as for an UPDATE of our own tables."""


def writing_connection(session: Session, bind_arguments: Mapping[str, Any] = AS_WRITTEN) -> Connection:
    """The session's connection for what writes to our tables, or for the statement that has these bind arguments."""
    return session.connection(bind_arguments=dict(bind_arguments))


def mapped_schemas(where: Connection | Engine) -> Mapping[str | None, str | None]:
    """What the schemas of tables are called there, by how they are declared; empty where that is all the same."""
    return where.get_execution_options().get(SCHEMAS) or {}
