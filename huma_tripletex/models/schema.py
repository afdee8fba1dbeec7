"""Brings the database to the version of the code: our own Alembic history, beside and unseen by the host's.

Called by `flask tripletex db upgrade` and by hosts that migrate when they start; several processes may do so at once.
"""

from __future__ import annotations

from typing import cast

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, text

from huma_tripletex.models.base import PREFIX
from huma_tripletex.models.outbox import OutboxEntry
from huma_tripletex.paths import folder

VERSION_TABLE = PREFIX + "alembic_version"
LOCK = 7_260_155_419
"""A number of our own among PostgreSQL's advisory locks."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Carries out what the database lacks up to `revision`, all of it or nothing; waits while another process does."""
    with engine.begin() as connection:
        _alone(connection)
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Goes back to `revision`; "base" removes every table of ours."""
    with engine.begin() as connection:
        _alone(connection)
        command.downgrade(alembic_config(connection), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest version."""
    with engine.connect() as connection:
        config = alembic_config(connection)
        names = ("version_table", "version_table_schema")
        context = MigrationContext.configure(connection, opts={name: config.attributes[name] for name in names})
        script = ScriptDirectory.from_config(config)
        return set(context.get_current_heads()) == set(script.get_heads())


def alembic_config(connection: Connection) -> Config:
    """What Alembic's commands want, with the connection that they are to use."""
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    # Alembic looks for its table without asking where the host's engine has mapped schemas to.
    config.attributes["version_table_schema"] = connection.schema_for_object(cast(Table, OutboxEntry.__table__))
    return config


def _alone(connection: Connection) -> None:
    """Nobody else migrates until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
