"""How Alembic runs our versions: inside the transaction that `models.schema` opened, on our own tables only."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from huma_tripletex.models import Base
from huma_tripletex.models.base import PREFIX

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "5s", "5min"
"""A version that cannot get its lock gives up, rather than hold up the host's requests in the queue behind it."""


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "table" or (name or "").startswith(PREFIX)


def run(connection: Connection, version_table: str, version_table_schema: str | None) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=version_table,
        version_table_schema=version_table_schema,
        include_name=is_ours,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run(**{name: context.config.attributes[name] for name in ("connection", "version_table", "version_table_schema")})
