"""What the host's own listeners execute while a flush is under way is captured, or warned about, like anything else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from huma_tripletex.capture import UncapturedChange
from huma_tripletex.models import Connection
from tests.flows.host_parts import Person, Worker, db, entries, forget, listening, make_person

NAMES = {"organisation_id": 1, "given_name": "A", "family_name": "B"}
TABLE = Person.__table__


@pytest.fixture
def people(connection: Connection) -> list[int]:
    """Two people whose being added is forgotten already."""
    people = [make_person(phone_number="1").id for _ in range(2)]
    forget()
    return people


def told() -> list[tuple[int, str, list[str]]]:
    return sorted((int(entry.person_id), entry.kind, entry.fields) for entry in entries())


def call(person_id: int, number: str = "9") -> Any:
    return update(TABLE).where(TABLE.c.id == person_id).values(phone_number=number)


@pytest.mark.parametrize("when", ["before_update", "after_update"])
def test_a_listener_to_the_model_that_changes_somebody_else(people: list[int], when: str) -> None:
    with listening(Person, when, lambda _mapper, connection, _thing: connection.execute(call(people[1]))):
        db.session.get_one(Person, people[0]).employee_id = "7"
        db.session.commit()
    assert told() == [(people[0], "change", ["employee_id"]), (people[1], "change", ["phone_number"])]


def test_a_listener_to_the_model_that_adds_somebody(people: list[int]) -> None:
    add = insert(TABLE).values(on_payroll=True, **NAMES)
    with listening(Person, "after_update", lambda _mapper, connection, _thing: connection.execute(add)):
        db.session.get_one(Person, people[0]).employee_id = "7"
        with pytest.warns(UncapturedChange, match=r"record_change\(\)"):
            db.session.commit()


def test_another_session_on_the_connection_of_the_flush(people: list[int]) -> None:
    def listen(_mapper: Any, connection: Any, _thing: Any) -> None:
        Session(bind=connection).execute(update(Person).where(Person.id == people[0]).values(employee_id="7"))

    with listening(Worker, "after_insert", listen):
        db.session.add(Worker(number="1", company="1", first="A", last="B"))
        db.session.commit()
    assert told() == [(people[0], "change", ["employee_id"])]


def test_a_flush_inside_a_flush_ends_before_it(people: list[int]) -> None:
    def listen(_mapper: Any, connection: Any, thing: Any) -> None:
        if thing.id == people[0]:
            with db.session.session_factory(bind=connection, join_transaction_mode="control_fully") as inner:
                inner.add(Worker(number="1", company="1", first="A", last="B"))
                inner.flush()
                inner.expunge_all()

    one, other = db.session.scalars(select(Person).order_by(Person.id))
    with listening(Person, "before_update", listen):
        one.phone_number, other.phone_number = "8", "9"
        db.session.add(Person(**NAMES))
        db.session.flush()
    assert sorted(fields for _, kind, fields in told() if kind == "change") == [["phone_number"]] * 2
    assert len(told()) == 3


@pytest.mark.parametrize("when", ["before_flush", "after_flush"])
@pytest.mark.parametrize("how", ["core", "bulk"])
def test_a_listener_to_the_session(people: list[int], when: str, how: str) -> None:
    def listen(session: Session, *_: Any) -> None:
        if how == "core":
            session.connection().execute(call(people[1]))
        else:
            session.bulk_update_mappings(Person, [{"id": people[1], "phone_number": "9"}])

    with listening(db.session, when, listen):
        db.session.get_one(Person, people[0]).employee_id = "7"
        db.session.commit()
    assert told() == [(people[0], "change", ["employee_id"]), (people[1], "change", ["phone_number"])]


def test_where_a_listener_to_the_session_stopped_the_flush(people: list[int]) -> None:
    def listen(*_: Any) -> None:
        raise ValueError("no such address")

    db.session.add(Person(**NAMES))
    try:
        with listening(db.session, "before_flush", listen):
            db.session.commit()
    except ValueError:  # as long as it is handled, it keeps the flush alive
        with db.engine.begin() as connection:
            connection.execute(call(people[0]))
            Session(bind=connection).bulk_update_mappings(Person, [{"id": people[1], "phone_number": "9"}])
        db.session.rollback()
    assert told() == [(one, "change", ["phone_number"]) for one in people]


def test_what_is_flushed_before_a_statement_of_the_session(people: list[int]) -> None:
    db.session.get_one(Person, people[0]).employee_id = "7"
    with listening(Person, "after_update", lambda _mapper, connection, _thing: connection.execute(call(people[1]))):
        db.session.execute(update(Person).where(Person.id == people[0]).values(given_name="C"))
        db.session.commit()
    fields = [["employee_id"], ["given_name"], ["phone_number"]]
    assert told() == [(who, "change", those) for who, those in zip([people[0]] * 2 + people[1:], fields, strict=True)]


def test_what_a_flush_executes_itself_is_told_once(people: list[int]) -> None:
    one, other = db.session.scalars(select(Person).order_by(Person.id))
    one.phone_number, one.employee_id = "9", "7"
    db.session.delete(other)
    db.session.add(Person(**NAMES))
    db.session.commit()
    assert len(told()) == 3


@pytest.mark.parametrize("how", ["the session's connection", "the engine's event"])
def test_what_a_listener_adds_to_a_statement_of_the_session(people: list[int], how: str) -> None:
    """A column that the host keeps twice, or an audit: told like anything that is executed by itself."""

    def on_session(state: Any) -> None:
        if state.is_update:
            state.session.connection().execute(call(people[1]))

    def on_engine(connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if context.isupdate and "employee_id" in context.compiled_parameters[0]:
            connection.execute(call(people[1]))

    session_first = how == "the session's connection"
    place = (
        (db.session, "do_orm_execute", on_session) if session_first else (db.engine, "after_cursor_execute", on_engine)
    )
    with listening(*place):
        db.session.execute(update(Person).where(Person.id == people[0]).values(employee_id="7"))
        db.session.commit()
    assert told() == [(people[0], "change", ["employee_id"]), (people[1], "change", ["phone_number"])]


@pytest.mark.parametrize("how", ["move", "upsert", "by key"])
def test_what_asks_before_it_changes_flushes_nothing_inside_a_flush(people: list[int], how: str) -> None:
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(Person)
    adding = insert.values(id=people[1], **NAMES)
    change: tuple[Any, ...] = {
        "move": (update(Person).where(Person.id == people[1]).values(organisation_id=2),),
        "upsert": (adding.on_conflict_do_update(index_elements=[Person.id], set_={"phone_number": "9"}),),
        "by key": (update(Person), [{"id": people[1], "phone_number": "9"}]),
    }[how]
    quietly = {"synchronize_session": False} if how == "move" else {}

    def on_flush(session: Any, _context: Any) -> None:
        session.execute(*change, execution_options=quietly)

    with listening(db.session, "after_flush", on_flush):
        db.session.get_one(Person, people[0]).employee_id = "7"
        db.session.commit()
    fields = [] if how == "move" else ["phone_number"]
    assert told() == [(people[0], "change", ["employee_id"]), (people[1], "change", fields)]
