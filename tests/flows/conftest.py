"""A tiny host on SQLite and PostgreSQL, for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from huma_tripletex.models import Connection
from huma_tripletex.runtime import NAME, Runtime
from tests.flows.host_parts import Clock, Nudges, Statements, db, make_connection, make_host_app, runtime_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nudges() -> Nudges:
    return Nudges()


@pytest.fixture
def host_app(database_url: str, clock: Clock, nudges: Nudges) -> Iterator[Flask]:
    """The host, in its application context, on each of the two databases."""
    app = make_host_app(database_url, clock=clock)
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
