"""Hosts with more than one engine: capture listens to all of them that lead to its database, and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, insert, make_url, select, update
from sqlalchemy.orm import Session

from huma_tripletex.capture import UncapturedChange, listen_to_statements
from huma_tripletex.capture.unseen import before_statement
from tests.flows.host_parts import (
    Clock,
    Person,
    db,
    entries,
    forget,
    listening,
    make_connection,
    make_host_app,
    make_person,
)


@pytest.fixture
def two_engines(host_url: str, tmp_path: Any) -> Iterator[Flask]:
    """A host with one more engine for its jobs on the same database, and one on another database."""
    jobs = {"url": make_url(host_url), "pool_size": 1}
    binds = {"jobs": jobs, "elsewhere": f"sqlite:///{tmp_path / 'elsewhere.db'}"}
    app = make_host_app(host_url, clock=Clock(), has_tables=True, SQLALCHEMY_BINDS=binds)
    with app.app_context():
        make_connection()
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def change_by(engine: Engine) -> None:
    """An edit by a session that is not the host's own."""
    with Session(engine) as session:
        session.get_one(Person, 1).phone_number = "22334455"
        session.commit()


def test_another_engine_on_the_same_database(two_engines: Flask) -> None:
    make_person()
    forget()
    db.session.remove()
    change_by(db.engines["jobs"])
    assert [(entry.person_id, entry.fields) for entry in entries()] == [("1", ["phone_number"])]


def test_a_statement_of_the_session_on_another_engine(two_engines: Flask) -> None:
    """Its entry is in the same transaction; in another, SQLite would have the one wait for the other."""
    make_person()
    forget()
    changing = update(Person).where(Person.id == 1).values(phone_number="22334455")
    told: list[str] = []
    with listening(db.engines["jobs"], "before_cursor_execute", lambda _c, _cursor, sql, *_: told.append(sql)):
        db.session.execute(changing, bind_arguments={"bind": db.engines["jobs"]})
        db.session.commit()
    assert [sql.split()[0] for sql in told] == ["UPDATE", "INSERT"]
    assert [(entry.person_id, entry.fields) for entry in entries()] == [("1", ["phone_number"])]


def test_a_statement_of_the_session_on_another_database(two_engines: Flask) -> None:
    """It is carried out as ever, though our tables are not there."""
    make_person()
    Person.__table__.create(db.engines["elsewhere"])  # type: ignore[attr-defined]
    there = {"bind": db.engines["elsewhere"]}
    db.session.execute(insert(Person).values(organisation_id=1, given_name="A", family_name="B"), bind_arguments=there)
    db.session.execute(update(Person).values(phone_number="22334455"), bind_arguments=there)
    db.session.commit()
    assert db.session.scalars(select(Person.phone_number), bind_arguments=there).all() == ["22334455"]


def test_what_cannot_be_captured_there_is_warned_of(two_engines: Flask) -> None:
    with db.engines["jobs"].begin() as connection, pytest.warns(UncapturedChange):
        connection.execute(insert(Person).values(organisation_id=1, given_name="A", family_name="B", on_payroll=True))


def test_an_engine_on_another_database(two_engines: Flask) -> None:
    elsewhere = db.engines["elsewhere"]
    Person.__table__.create(elsewhere)  # type: ignore[attr-defined]
    with elsewhere.begin() as connection:
        connection.execute(insert(Person).values(organisation_id=1, given_name="A", family_name="B", on_payroll=True))
        connection.execute(update(Person).values(phone_number="22334455"))
    change_by(elsewhere)
    assert entries() == []


def test_an_engine_in_the_place_of_another_that_is_gone() -> None:
    """SQLAlchemy tells engines apart by where they are in memory, as long as something holds their dialect."""
    dialects = []
    for _ in range(300):
        engine = create_engine("sqlite://")
        listen_to_statements(engine)
        assert before_statement in list(engine.dialect.dispatch.do_execute)
        dialects.append(engine.dialect)
