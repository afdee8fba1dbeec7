"""Nested savepoints and nudges: an inner rollback neither loses nor invents an entry, and never loses a nudge."""

from __future__ import annotations

import pytest

from huma_tripletex.models import Connection
from tests.flows.host_parts import Nudges, Person, db, entries, forget, make_connection, make_person


@pytest.fixture
def person(connection: Connection, nudges: Nudges) -> Person:
    person = make_person()
    forget()
    nudges.given.clear()
    return person


def test_an_inner_rollback_loses_only_what_is_inside(person: Person, nudges: Nudges, connection: Connection) -> None:
    person.phone_number = "22334455"
    inner = db.session.begin_nested()
    person.employee_id = "17"
    db.session.flush()
    inner.rollback()
    db.session.commit()
    assert [entry.fields for entry in entries()] == [["phone_number"]]
    assert nudges.given == [connection.id]


def test_an_inner_rollback_first_and_a_change_after(person: Person, nudges: Nudges, connection: Connection) -> None:
    inner = db.session.begin_nested()
    person.employee_id = "17"
    db.session.flush()
    inner.rollback()
    person.phone_number = "22334455"
    db.session.commit()
    assert [entry.fields for entry in entries()] == [["phone_number"]]
    assert nudges.given == [connection.id]


def test_a_savepoint_that_is_kept_keeps_its_entry(person: Person) -> None:
    with db.session.begin_nested():
        person.phone_number = "22334455"
        with db.session.begin_nested():
            person.employee_id = "17"
    db.session.commit()
    assert [entry.fields for entry in entries()] == [["phone_number"], ["employee_id"]]


def test_a_kept_savepoint_in_a_transaction_rolled_back(person: Person, nudges: Nudges) -> None:
    with db.session.begin_nested():
        person.phone_number = "22334455"
    db.session.rollback()
    # Without a BEGIN of its own, which Python's driver leaves out, SQLite commits with the outermost savepoint.
    was_kept = person.phone_number is not None
    assert bool(entries()) is was_kept
    assert nudges.given == []


def test_no_nudge_before_the_outermost_commit(person: Person, nudges: Nudges) -> None:
    with db.session.begin_nested():
        person.phone_number = "22334455"
    assert nudges.given == []
    db.session.commit()
    assert len(nudges.given) == 1


def test_one_nudge_per_commit_and_connection(connection: Connection, nudges: Nudges) -> None:
    other = make_connection("2", company_id=2)
    db.session.add_all(
        [Person(organisation_id=number, given_name="A", family_name="B") for number in (1, 1, 2, 3)],
    )
    db.session.flush()
    db.session.add(Person(organisation_id=1, given_name="C", family_name="D"))
    db.session.commit()
    assert sorted(nudges.given) == [connection.id, other.id]
    db.session.commit()
    assert len(nudges.given) == 2


def test_what_is_rolled_back_nudges_nobody_later(person: Person, nudges: Nudges) -> None:
    person.phone_number = "22334455"
    db.session.flush()
    db.session.rollback()
    db.session.commit()
    assert nudges.given == []
