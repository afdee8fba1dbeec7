"""Complete capture: what a session flushes becomes entries in the same transaction."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from huma_tripletex import record_change
from huma_tripletex.capture import quiet
from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Connection
from tests.flows.host_parts import Person, Statements, db, entries, forget, make_connection, make_person


def told() -> list[tuple[str, str, list[str]]]:
    """Kind, person and fields of every entry."""
    return [(entry.kind, entry.person_id, entry.fields) for entry in entries()]


@pytest.fixture
def person(connection: Connection) -> Person:
    """Somebody whose being added is forgotten already."""
    person = make_person(phone_number="91234567", date_of_birth=date(1990, 5, 17))
    forget()
    return person


def test_an_edit_is_an_entry_with_the_changed_fields(person: Person, connection: Connection) -> None:
    person.phone_number, person.bank_account_number, person.shoe_size = "22334455", "12345678903", 43
    db.session.commit()
    (entry,) = entries()
    assert (entry.connection_id, entry.person_id, entry.kind) == (connection.id, str(person.id), "change")
    assert entry.fields == ["phone_number", "bank_account_number"]
    assert (entry.state, entry.attempts, entry.unsure, entry.lease) == ("waiting", 0, False, None)
    assert entry.captured_at == entry.not_before


def test_no_value_rests_in_an_entry(person: Person) -> None:
    person.phone_number = "22334455"
    db.session.commit()
    row = db.session.execute(text("SELECT * FROM huma_tripletex_outbox_entry")).one()
    assert "22334455" not in repr(tuple(row))


def test_a_new_person_is_added_with_all_fields(connection: Connection) -> None:
    person = make_person()
    assert told() == [("added", str(person.id), list(KEYS))]


def test_a_deleted_person_is_an_entry_without_fields(person: Person) -> None:
    person_id = str(person.id)
    db.session.delete(person)
    db.session.commit()
    assert told() == [("change", person_id, [])]


def test_somebody_deleted_before_anything_of_them_was_read(person: Person) -> None:
    person_id = str(person.id)
    db.session.commit()
    db.session.expire_all()
    db.session.delete(person)
    db.session.commit()
    assert told() == [("change", person_id, [])]


def test_only_values_that_really_changed_count(person: Person) -> None:
    assert person.phone_number
    person.phone_number = "91234567"
    person.given_name, person.family_name = "Karin", "Nordmann"
    person.given_name = "Kari"
    person.shoe_size = 44
    db.session.commit()
    assert entries() == []


def test_the_same_date_as_text_is_written_and_counts(person: Person) -> None:
    person.last_workday = date(2026, 3, 1)
    db.session.commit()
    forget()
    for day in ("2026-03-01", "2026-03-02"):
        assert person.last_workday
        person.last_workday = day
        db.session.commit()
    assert person.last_workday == date(2026, 3, 2)
    assert told() == [("change", str(person.id), ["last_workday"])] * 2


def test_an_older_date_as_text_that_overwrites_a_newer_one(person: Person) -> None:
    person.last_workday = date(2026, 1, 1)
    db.session.commit()
    with db.session.session_factory(expire_on_commit=False) as slow:
        stale = slow.get_one(Person, person.id)
        slow.commit()
        person.last_workday = date(2026, 6, 30)
        db.session.commit()
        forget()
        stale.last_workday = "2026-01-01"
        slow.commit()
    assert told() == [("change", str(person.id), ["last_workday"])]
    assert person.last_workday == date(2026, 1, 1)


def test_the_same_organisation_as_text_moves_nobody(person: Person) -> None:
    """... but whoever is taken back to it, from one that was not known of, is looked at."""
    assert person.organisation_id == 1
    person.organisation_id, person.phone_number = "1", "22334455"
    db.session.commit()
    assert told() == [("change", str(person.id), ["phone_number"])]
    forget()
    assert person.organisation_id == 1
    person.organisation_id = "1"
    db.session.commit()
    assert told() == [("change", str(person.id), [])]


def test_an_edit_of_an_object_that_was_not_read_again(person: Person) -> None:
    db.session.expire_all()
    person.phone_number = "22334455"
    db.session.commit()
    assert told() == [("change", str(person.id), ["phone_number"])]


def test_a_value_that_the_database_computes(person: Person) -> None:
    person.given_name = func.upper(Person.given_name)
    db.session.commit()
    assert told() == [("change", str(person.id), ["given_name"])]


def test_moving_leaves_one_organisation_and_is_added_in_the_other(person: Person, connection: Connection) -> None:
    other = make_connection("2", company_id=2)
    person.organisation_id, person.phone_number = 2, "22334455"
    db.session.commit()
    found = {(entry.connection_id, entry.kind, tuple(entry.fields)) for entry in entries()}
    assert found == {(connection.id, "change", ()), (other.id, "added", KEYS)}


def test_moving_somebody_who_was_not_read_again(person: Person, connection: Connection) -> None:
    db.session.expire_all()
    person.organisation_id = 2
    db.session.commit()
    assert told() == [("change", str(person.id), [])]


def test_coming_onto_the_payroll_is_looked_at(person: Person) -> None:
    person.on_payroll = False
    db.session.commit()
    assert told() == [("change", str(person.id), list(KEYS))]


def test_every_flush_of_a_transaction_makes_its_own_entry(person: Person) -> None:
    for number in ("22334455", "33445566"):
        person.phone_number = number
        db.session.flush()
    db.session.commit()
    assert told() == [("change", str(person.id), ["phone_number"])] * 2


def test_a_rollback_takes_the_entry_along(person: Person) -> None:
    person.phone_number = "22334455"
    db.session.flush()
    db.session.rollback()
    assert entries() == []


def test_a_flush_that_fails_leaves_no_entry_and_captures_the_next(person: Person) -> None:
    person.phone_number = "22334455"
    db.session.add(Person(organisation_id=1))
    with pytest.raises(Exception, match="given_name"):
        db.session.commit()
    db.session.rollback()
    assert entries() == []
    person.phone_number = "33445566"
    db.session.commit()
    assert len(entries()) == 1


@pytest.mark.parametrize("values", [{"state": "disconnected"}, {"capturing_since": None}])
def test_nothing_is_recorded_where_nothing_is_captured(host_app: Flask, values: dict[str, None]) -> None:
    make_connection(**values)
    make_person()
    assert entries() == []


@pytest.mark.parametrize("state", ["paused", "needs_attention"])
def test_a_connection_that_rests_keeps_capturing(host_app: Flask, state: str) -> None:
    make_connection(state=state, activated_at=None)
    make_person()
    assert len(entries()) == 1


def test_only_the_persons_own_organisation_hears_of_it(connection: Connection) -> None:
    other = make_connection("2", company_id=2)
    make_person(organisation_id=2)
    make_person(organisation_id=3)
    assert [entry.connection_id for entry in entries()] == [other.id]


def test_what_a_run_writes_makes_no_entry_for_its_connection(person: Person, connection: Connection) -> None:
    with quiet(connection.id, str(person.id), ["phone_number"]):
        person.phone_number = "22334455"
        db.session.flush()
    person.employee_id = "17"
    db.session.commit()
    assert told() == [("change", str(person.id), ["employee_id"])]


def test_a_run_of_one_connection_is_heard_by_another(person: Person, connection: Connection) -> None:
    with quiet(connection.id + 1, str(person.id), ["phone_number"]):
        person.phone_number = "22334455"
        db.session.flush()
    db.session.commit()
    assert len(entries()) == 1


def test_record_change_says_what_sqlalchemy_does_not_show(person: Person) -> None:
    db.session.execute(text("UPDATE person SET phone_number = '1'"))
    record_change(person.id, "phone_number", organisation_id=1)
    record_change(person.id, organisation_id=1)
    db.session.commit()
    assert told() == [("change", str(person.id), ["phone_number"]), ("change", str(person.id), list(KEYS))]


def test_record_change_refuses_what_is_no_field(person: Person) -> None:
    with pytest.raises(ValueError, match="shoe_size"):
        record_change(person.id, "shoe_size", organisation_id=1)


@pytest.mark.parametrize("people", [1, 1000])
def test_one_statement_more_per_flush(connection: Connection, statements: Statements, people: int) -> None:
    db.session.add_all([Person(organisation_id=1, given_name="A", family_name="B") for _ in range(people)])
    db.session.commit()
    crowd = db.session.execute(select(Person)).scalars().all()
    statements.clear()
    for one in crowd:
        one.phone_number = "22334455"
    db.session.commit()
    assert len(statements.texts) == 2
    assert len(statements.ours) == 1
    assert len(entries()) == 2 * people


def test_one_statement_more_for_an_object_that_was_not_read_again(person: Person, statements: Statements) -> None:
    db.session.expire_all()
    person.phone_number = "22334455"
    statements.clear()
    db.session.commit()
    assert [text.split()[0] for text in statements.texts] == ["SELECT", "UPDATE", "INSERT"]  # it is read by SQLAlchemy


def test_no_statement_more_when_nothing_supported_changed(person: Person, statements: Statements) -> None:
    assert person.shoe_size is None
    person.shoe_size, person.email = 45, "kari@example.com"
    statements.clear()
    db.session.commit()
    assert [text.split()[0] for text in statements.texts] == ["UPDATE"]


def test_reading_costs_nothing(person: Person, statements: Statements) -> None:
    statements.clear()
    db.session.execute(select(Person)).scalars().all()
    assert len(statements.texts) == 1
