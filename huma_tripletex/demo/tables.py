"""Makes the demo's tables in an empty database, though several processes start at once."""

from __future__ import annotations

from click import ClickException
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from huma_tripletex.demo.database import db
from huma_tripletex.extension import upgrade_database
from huma_tripletex.models.called import called

LOCK = 7_405_331


def make(app: Flask) -> None:
    """The demo's own tables, then the extension's by its migrations.

    Raises:
        ClickException: the database is away; a command says it in this one sentence.
    """
    try:
        with app.app_context():
            with db.engine.begin() as connection:
                alone(connection)
                db.metadata.create_all(connection)
            upgrade_database(app)
    except OperationalError as error:
        why = called(error)
        raise ClickException(f"The database that DATABASE_URL names does not answer ({why}). Start it.") from None


def alone(connection: Connection) -> None:
    """Nobody else makes tables until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
