"""What fires no event of the session: it is noticed at the engine and warned about, once per place."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update
from sqlalchemy.orm import Session, aliased

from huma_tripletex.capture import UncapturedChange, record_change
from huma_tripletex.models import Connection
from tests.flows.host_parts import Person, db, entries, forget, make_person

UNSEEN = pytest.warns(UncapturedChange, match=r"record_change\(\)")
NAMES = {"organisation_id": 1, "given_name": "A", "family_name": "B"}


@pytest.fixture
def person(connection: Connection) -> Person:
    person = make_person(phone_number="1")
    forget()
    return person


def test_legacy_bulk_calls(person: Person) -> None:
    who = person.id
    with UNSEEN:
        db.session.bulk_save_objects([Person(**NAMES)])
    with UNSEEN:
        db.session.bulk_insert_mappings(Person, [NAMES, NAMES])
    with UNSEEN:
        db.session.bulk_update_mappings(Person, [{"id": who, "phone_number": "2"}])
    db.session.commit()
    assert entries() == []


def test_the_warning_names_the_place(person: Person) -> None:
    with pytest.warns(UncapturedChange) as caught:
        db.session.bulk_save_objects([Person(**NAMES)])
    assert caught[0].filename == __file__


def test_once_per_place(person: Person, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        for _ in range(3):
            db.session.bulk_insert_mappings(Person, [NAMES])
        db.session.bulk_insert_mappings(Person, [NAMES])
    assert len(caught) == 2
    assert len([record for record in caplog.records if "record_change()" in record.message]) == 2


def test_core_statements_on_a_connection(person: Person) -> None:
    table = Person.__table__
    with UNSEEN:
        db.session.connection().execute(update(table).values(phone_number="2"))
    with UNSEEN:
        db.session.connection().execute(insert(table), [NAMES])
    with UNSEEN, db.engine.begin() as connection:
        db.session.commit()
        connection.execute(table.delete().where(table.c.id == 0))


def test_a_table_that_was_declared_anew(person: Person) -> None:
    anew = Table("person", MetaData(), Column("id", Integer), Column("phone_number", String))
    with UNSEEN, db.engine.begin() as connection:
        connection.execute(update(anew).values(phone_number="2"))


def test_core_statements_in_bulk_or_returning(person: Person) -> None:
    table = Person.__table__
    with UNSEEN:
        db.session.execute(update(table).values(phone_number="2").returning(table.c.id)).all()


def test_an_alias(person: Person) -> None:
    other = aliased(Person)
    with UNSEEN:
        db.session.execute(update(other).where(other.id == 0).values(phone_number="2"))


def test_another_session(person: Person) -> None:
    who = person.id
    db.session.commit()
    with UNSEEN, Session(db.engine) as session:
        session.get_one(Person, who).phone_number = "2"
        session.commit()
    assert entries() == []


def test_recording_it_by_hand(person: Person) -> None:
    with UNSEEN:
        db.session.bulk_update_mappings(Person, [{"id": person.id, "phone_number": "2"}])
    record_change(person.id, "phone_number", organisation_id=1)
    db.session.commit()
    assert [entry.fields for entry in entries()] == [["phone_number"]]


def test_what_is_nothing_to_us_is_not_warned_about(person: Person) -> None:
    table = Person.__table__
    db.session.connection().execute(update(table).values(shoe_size=2))
    db.session.bulk_update_mappings(Person, [{"id": person.id, "shoe_size": 3}])
    db.session.connection().execute(select(table))
    db.session.commit()


def test_after_a_flush_that_failed_it_is_still_noticed(person: Person) -> None:
    db.session.add(Person(organisation_id=1))
    with pytest.raises(Exception, match="given_name"):
        db.session.flush()
    db.session.rollback()
    with UNSEEN:
        db.session.bulk_save_objects([Person(**NAMES)])


def test_what_is_captured_is_not_warned_about(person: Person) -> None:
    seen: Any = [update(Person).values(phone_number="3"), insert(Person).values(**NAMES)]
    for statement in seen:
        db.session.execute(statement)
    person.phone_number = "4"
    db.session.add(Person(**NAMES))
    db.session.commit()
    assert len(entries()) == 4
