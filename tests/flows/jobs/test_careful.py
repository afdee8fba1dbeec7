"""What one piece of a worker's work leaves behind: nothing when it fails, and prepared statements when it does not."""

from __future__ import annotations

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from huma_tripletex.jobs.careful import carefully
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from tests.flows.host_parts import db, make_host_app

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT % AS again'")


def test_what_was_only_read_stays_prepared(host_postgresql_url: str) -> None:
    """psycopg prepares what it sees often, and forgets all of it with a rollback."""
    app, found = make_host_app(host_postgresql_url, has_tables=True), []
    for _ in range(8):
        assert carefully(app, "reading", lambda: db.session.execute(text("SELECT 1 AS again")).all())
    carefully(app, "counting", lambda: found.append(db.session.execute(PREPARED).scalar_one()))
    with app.app_context():
        db.engine.dispose()
    assert found == [1]


def test_what_failed_is_rolled_back(host_app: Flask, runtime: Runtime, connection: Connection) -> None:
    def step() -> None:
        runtime.session.get_one(Connection, connection.id).state = "paused"
        runtime.session.flush()
        raise LookupError("a value")

    assert not carefully(host_app, "failing", step)
    db.session.expire_all()
    assert connection.state == "connected"


@pytest.mark.parametrize("host_url", ["postgresql"], indirect=True)
def test_what_failed_is_told_also_if_its_connection_is_gone(host_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever leaves the application with a transaction open would roll back on it, and raise that error instead."""
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def step() -> None:
        number = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
        raise LookupError("a value")

    assert not carefully(host_app, "failing", step)
    assert "failing failed and will be tried again: LookupError at" in caplog.text
    assert "a value" not in caplog.text
    assert carefully(host_app, "the next", lambda: db.session.execute(text("SELECT 1")).all())


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("DiskFull", "OperationalError (DiskFull, 53100) of the database"),
        ("ReadOnlySqlTransaction", "InternalError (ReadOnlySqlTransaction, 25006) at "),
        ("UndefinedColumn", "ProgrammingError (UndefinedColumn, 42703) at "),
    ],
)
@pytest.mark.parametrize("host_url", ["postgresql"], indirect=True)
def test_the_log_names_what_is_wrong_with_the_database_and_no_value(
    host_app: Flask, caplog: pytest.LogCaptureFixture, raised: str, said: str
) -> None:
    code = getattr(psycopg.errors, raised).sqlstate
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'no room for Hemmelig' USING ERRCODE = '{code}'; END $$")

    assert not carefully(host_app, "failing", lambda: db.session.execute(raising))

    assert f"failing failed and will be tried again: {said}" in caplog.text
    assert "Hemmelig" not in caplog.text


@pytest.mark.parametrize("host_url", ["sqlite"], indirect=True)
def test_the_log_names_what_is_wrong_with_sqlite(host_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def step() -> None:
        db.session.execute(text("PRAGMA query_only = on"))
        try:
            db.session.execute(text("DELETE FROM huma_tripletex_connection"))
        finally:
            db.session.execute(text("PRAGMA query_only = off"))

    assert not carefully(host_app, "failing", step)
    assert "OperationalError (SQLITE_READONLY) of the database" in caplog.text


def test_an_error_of_the_host_when_its_application_is_left_stays_inside(host_app: Flask) -> None:
    @host_app.teardown_appcontext
    def teardown(_error: BaseException | None) -> None:
        raise RuntimeError("the host's own metrics server is away")

    assert not carefully(host_app, "leaving", lambda: None)
    host_app.teardown_appcontext_funcs.remove(teardown)
