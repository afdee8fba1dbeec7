"""Capture locks nobody whom the host's own statement does not lock, and in the same order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.flows.host_parts import Person, Statements, db, empty_tables, entries, forget, make_connection, make_person

TABLE = Person.__table__
CALL = update(TABLE).values(phone_number="9")
IMPATIENT = text("SET LOCAL lock_timeout = '200ms'")


@pytest.fixture
def host_url(host_postgresql_url: str) -> str:
    empty_tables(host_postgresql_url)
    return host_postgresql_url


@pytest.fixture
def people(host_app: Flask) -> list[int]:
    make_connection()
    people = [make_person(shoe_size=number).id for number in (40, 41, 42)]
    forget()
    db.session.commit()
    return people


def core(person: int) -> None:
    with db.engine.begin() as host:
        host.execute(IMPATIENT)
        host.execute(CALL.where(TABLE.c.id == person))


def own_session(person: int) -> None:
    with Session(db.engine) as session:
        session.execute(IMPATIENT)
        session.execute(update(Person).where(Person.id == person).values(phone_number="9"))
        session.commit()


def bulk(person: int) -> None:
    db.session.execute(IMPATIENT)
    db.session.bulk_update_mappings(Person, [{"id": person, "phone_number": "9"}])
    db.session.commit()


@pytest.mark.parametrize("change", [core, own_session, bulk])
def test_whoever_is_being_referred_to_is_not_waited_for(people: list[int], change: Callable[[int], None]) -> None:
    """Somebody inserts a leave, or a payslip: what a foreign key takes then."""
    with db.engine.connect() as other:
        other.execute(text("SELECT 1 FROM person FOR KEY SHARE"))
        change(people[0])
    assert [entry.person_id for entry in entries()] == [str(people[0])]


def test_but_by_a_delete_which_waits_for_it_itself(people: list[int]) -> None:
    with db.engine.connect() as other, db.engine.connect() as host:
        other.execute(text("SELECT 1 FROM person FOR KEY SHARE"))
        host.execute(IMPATIENT)
        with pytest.raises(OperationalError, match="lock timeout"):
            host.execute(delete(TABLE).where(TABLE.c.id == people[0]))
        host.rollback()
    assert not entries()


def test_an_upsert_locks_in_the_order_in_which_the_rows_are_given(host_app: Flask, people: list[int]) -> None:
    """A host that takes its people in an order of its own everywhere has no deadlock without us."""
    first, second = people[1], people[0]
    row = {"organisation_id": 1, "given_name": "A", "family_name": "B", "phone_number": "9"}
    insert = postgresql.insert(Person).values([row | {"id": first}, row | {"id": second}])
    upsert = insert.on_conflict_do_update(
        index_elements=[Person.id], set_={"phone_number": insert.excluded.phone_number}
    )
    failed: list[BaseException] = []

    def host() -> None:
        with host_app.app_context():
            try:
                db.session.execute(upsert)
                db.session.commit()
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=host)
    with db.engine.begin() as other:
        other.execute(select(TABLE).where(TABLE.c.id == first).with_for_update())
        thread.start()
        while not other.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).all():
            pass
        other.execute(select(TABLE).where(TABLE.c.id == second).with_for_update())
    thread.join(10)
    assert not failed
    assert {int(entry.person_id) for entry in entries()} == {first, second}


def one(person: int) -> Any:
    row = {"organisation_id": 1, "given_name": "A", "family_name": "B", "phone_number": "9"}
    return postgresql.insert(Person).values(id=person, **row)


def test_a_constraint_by_its_name_tells_whom_an_upsert_meets(people: list[int]) -> None:
    changing = one(people[0]).on_conflict_do_update(constraint="person_pkey", set_={"given_name": "Ada"})
    db.session.execute(changing)
    assert [(entry.person_id, entry.fields) for entry in entries()] == [(str(people[0]), ["given_name"])]
    forget()
    db.session.execute(changing)
    assert not entries()


def test_an_upsert_reads_no_more_people_than_it_writes(people: list[int], statements: Statements) -> None:
    changing = one(people[0]).on_conflict_do_update(constraint="person_pkey", set_={"given_name": "Ada"})
    statements.clear()
    db.session.execute(changing)
    assert all(" WHERE " in text for text in statements.texts if text.startswith("SELECT"))
    assert [entry.kind for entry in entries()] == ["change"]
