"""What is captured at the engine is asked for before the statement: it notes who was meant, and warns of doubt."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from huma_tripletex.capture import UncapturedChange
from huma_tripletex.models import Connection
from tests.flows.host_parts import (
    Person,
    Worker,
    db,
    entries,
    forget,
    listening,
    make_connection,
    make_host_app,
    make_person,
)

DOUBTFUL = pytest.warns(UncapturedChange, match=r"for certain.*record_change\(\)")
TABLE = Person.__table__
CALL = update(TABLE).values(phone_number="9")


@pytest.fixture
def people(connection: Connection) -> list[int]:
    """Three people whose being added is forgotten already, and no transaction is open."""
    people = [make_person(shoe_size=number).id for number in (40, 41, 42)]
    forget()
    db.session.commit()
    return people


def captured() -> list[int]:
    return sorted(int(entry.person_id) for entry in entries())


def test_a_row_that_begins_to_match_is_warned_about(people: list[int]) -> None:
    def meddle(_cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE person SET phone_number"):
            with db.engine.begin() as other:
                other.execute(text(f"UPDATE person SET shoe_size = 40 WHERE id = {people[1]}"))

    with listening(db.engine, "do_execute", meddle), DOUBTFUL, db.engine.begin() as connection:
        assert connection.execute(CALL.where(TABLE.c.shoe_size == 40)).rowcount == 2
    assert captured() == people[:1]


@pytest.mark.parametrize("change", [CALL, delete(TABLE)])
def test_nobody_else_changes_who_was_found(people: list[int], change: Any) -> None:
    def meddle(_cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("UPDATE", "DELETE")):
            with db.engine.connect() as other, pytest.raises(OperationalError, match="lock"):
                other.execute(select(TABLE).with_for_update(nowait=True)).all()

    if db.engine.dialect.name == "postgresql":  # SQLite locks the whole database, at the first change
        with listening(db.engine, "do_execute", meddle), db.engine.begin() as connection:
            connection.execute(change.where(TABLE.c.shoe_size > 40))
        assert captured() == people[1:]


@pytest.mark.parametrize("condition", ["limit", "lock", "function"])
def test_a_condition_that_may_find_others_is_warned_about(people: list[int], condition: str) -> None:
    which = select(TABLE.c.id).order_by(TABLE.c.id)
    conditions = {
        "limit": TABLE.c.id.in_(which.limit(2)),
        "lock": TABLE.c.id.in_(which.where(TABLE.c.shoe_size < 42).with_for_update(skip_locked=True)),
        "function": (TABLE.c.shoe_size < 42) & func.random().is_not(None),
    }
    with DOUBTFUL, db.engine.begin() as connection:
        connection.execute(CALL.where(conditions[condition]))
    assert captured() == people[:2]


def test_what_is_certain_is_not_warned_about(people: list[int]) -> None:
    anybody = ~exists().where(Worker.first == func.lower(TABLE.c.given_name))
    with db.engine.begin() as connection:
        connection.execute(CALL.where(TABLE.c.shoe_size < 42, func.coalesce(TABLE.c.email, "") == "", anybody))
        connection.execute(CALL.where(TABLE.c.id.in_(select(func.max(TABLE.c.id)))))
        connection.execute(CALL.where(TABLE.c.id == 0))
    assert captured() == people


def test_what_the_host_returns(people: list[int]) -> None:
    with db.engine.begin() as connection:
        assert sorted(connection.execute(CALL.returning(TABLE.c.id)).scalars()) == people
    assert captured() == people


def test_other_tables_in_the_condition(people: list[int]) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            insert(Worker), [{"worker_no": n, "company": "A", "first_name": "A", "last_name": "Nordmann"} for n in "12"]
        )
        connection.execute(CALL.where(Worker.last == TABLE.c.family_name, TABLE.c.shoe_size == 40))
    assert captured() == people[:1]


def test_a_connection_that_commits_each_statement(people: list[int]) -> None:
    """A worker that sees the entry must see the change."""
    done: list[str] = []

    def listen(_cursor: Any, statement: str, *_: Any) -> None:
        done.append(statement.split()[0])

    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with listening(db.engine, "do_execute", listen), engine.connect() as connection:
        connection.execute(CALL.where(TABLE.c.shoe_size == 40))
    assert done == ["SELECT", "UPDATE", "INSERT"]
    assert captured() == people[:1]


def test_a_statement_that_failed_is_not_told(host_app: Flask, people: list[int]) -> None:
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        with pytest.raises(IntegrityError):
            connection.execute(update(TABLE).values(given_name=None))
        connection.execute(select(TABLE))
    assert captured() == []


@pytest.mark.parametrize("way", ["do_execute", "do_executemany"])
def test_a_host_that_executes_statements_itself(host_url: str, way: str) -> None:
    """Its listener was there before ours, and whoever says True lets no other be asked."""

    def execute(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
        getattr(cursor, way.removeprefix("do_"))(statement, parameters)
        return True

    table, numbers = TABLE, [{"whose": 1, "number": "2"}, {"whose": 2, "number": "3"}]
    changing = update(table).where(table.c.id == bindparam("whose")).values(phone_number=bindparam("number"))
    with listening(Engine, way, execute):
        app = make_host_app(host_url, has_tables=True)
        with app.app_context():
            make_connection()
            people = [make_person(), make_person()]
            forget()
            people[0].given_name = "C"
            db.session.commit()
            with db.engine.begin() as connection:
                connection.execute(changing, numbers if way == "do_executemany" else numbers[0])
            assert captured() == ([1, 1, 2] if way == "do_executemany" else [1, 1])
            db.session.remove()
            db.engine.dispose()
