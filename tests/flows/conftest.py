"""A tiny host on SQLite and PostgreSQL, for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from huma_tripletex.models import Connection
from huma_tripletex.runtime import NAME, Runtime
from tests.flows.host_parts import (
    Clock,
    Nudges,
    Statements,
    db,
    empty_tables,
    make_connection,
    make_host_app,
    make_tables,
    runtime_of,
)
from tests.parts.postgres import fresh_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nudges() -> Nudges:
    return Nudges()


@pytest.fixture(scope="session")
def host_sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A SQLite file with the tables of the host and ours, made once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('host') / 'host.db'}"
    make_tables(url)
    return url


@pytest.fixture(scope="session")
def host_postgresql_url(postgres_server: str) -> str:
    """A PostgreSQL database with the tables of the host and ours, made once; it goes with its server."""
    name = f"host{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres_server).set(drivername="postgresql+psycopg", database=name)
    made = url.render_as_string(hide_password=False)
    make_tables(made)
    return made


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables of the host and ours, to be copied."""
    file = tmp_path_factory.mktemp("template") / "huma.db"
    make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database with the tables of the host and ours, to be copied."""
    name = f"template{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres_server).set(drivername="postgresql+psycopg", database=name)
    make_tables(url.render_as_string(hide_password=False))
    return name


@pytest.fixture
def sqlite_tables_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file with tables and no rows, the test's own."""
    return f"sqlite:///{copy(sqlite_template, tmp_path / 'huma.db')}"


@pytest.fixture
def postgres_tables_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The same of a PostgreSQL database: copying one takes a fifth of making it."""
    with fresh_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest) -> str:
    """Each of the two in turn."""
    url: str = request.getfixturevalue("sqlite_tables_url" if request.param == "sqlite" else "postgres_tables_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def host_url(request: pytest.FixtureRequest) -> str:
    """Each of the two databases in turn, with tables and no rows."""
    url: str = request.getfixturevalue(f"host_{request.param}_url")
    empty_tables(url)
    return url


@pytest.fixture
def host_app(host_url: str, clock: Clock, nudges: Nudges) -> Iterator[Flask]:
    """The host, in its application context, on each of the two databases."""
    app = make_host_app(host_url, clock=clock, has_tables=True)
    app.extensions[NAME] = replace(runtime_of(app), queue=nudges)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def runtime(host_app: Flask) -> Runtime:
    return runtime_of(host_app)


@pytest.fixture
def connection(host_app: Flask) -> Connection:
    """Organisation 1 is connected and active."""
    return make_connection()


@pytest.fixture
def statements(host_app: Flask) -> Statements:
    return Statements().listen(db.engine)
