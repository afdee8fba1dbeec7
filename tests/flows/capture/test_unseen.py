"""What fires no event of the session is captured at the engine, or noticed there and warned about, once per place."""

from __future__ import annotations

import logging
import warnings
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from huma_tripletex.capture import UncapturedChange, record_change
from huma_tripletex.models import Connection
from tests.flows.host_parts import Nudges, Person, db, entries, forget, make_person

UNSEEN = pytest.warns(UncapturedChange, match=r"record_change\(\)")
NAMES = {"organisation_id": 1, "given_name": "A", "family_name": "B"}


@pytest.fixture
def person(connection: Connection) -> Person:
    person = make_person(phone_number="1")
    forget()
    return person


def captured() -> list[tuple[str, list[str]]]:
    return [(entry.person_id, entry.fields) for entry in entries()]


def test_legacy_bulk_inserts_are_warned_about(person: Person) -> None:
    with UNSEEN:
        db.session.bulk_save_objects([Person(**NAMES)])
    with UNSEEN:
        db.session.bulk_insert_mappings(Person, [NAMES, NAMES])
    db.session.commit()
    assert entries() == []


def test_legacy_bulk_updates(person: Person) -> None:
    others = [make_person() for _ in range(2)]
    forget()
    ids = [person.id, *(other.id for other in others)]
    db.session.commit()
    db.session.bulk_update_mappings(Person, [{"id": number, "phone_number": "2"} for number in ids[:2]])
    detached = db.session.get_one(Person, ids[2])
    db.session.expunge(detached)
    detached.phone_number = "3"
    db.session.bulk_save_objects([detached])
    db.session.commit()
    assert sorted(captured()) == [(str(number), ["phone_number"]) for number in ids]


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
    table, who, other = Person.__table__, str(person.id), str(make_person(phone_number="5").id)
    forget()
    with UNSEEN:
        db.session.connection().execute(insert(table), [NAMES])
    db.session.connection().execute(update(table).where(table.c.phone_number == "1").values(phone_number="2"))
    db.session.commit()
    with db.engine.begin() as connection:
        for number in (who, other):  # the second statement is compiled from the first one's cache
            connection.execute(update(table).where(table.c.id == int(number)).values(family_name="C"))
    named = update(table).where(table.c.id == bindparam("whose")).values(given_name=table.c.given_name + "x")
    with db.engine.begin() as connection:
        connection.execute(named, [{"whose": int(who)}, {"whose": int(other)}])
        connection.execute(table.delete().where(table.c.id == int(who)))
    changed = [(one, [name]) for one in (who, other) for name in ("family_name", "given_name")]
    assert sorted(captured()) == sorted([(who, ["phone_number"]), *changed, (who, [])])


def test_core_statements_that_are_rolled_back_leave_nothing(person: Person, nudges: Nudges) -> None:
    table = Person.__table__
    db.session.commit()
    nudges.given.clear()
    with db.engine.connect() as connection:
        connection.execute(update(table).values(phone_number="2"))
        connection.rollback()
    with db.engine.connect() as connection:
        connection.execute(select(table))
        connection.commit()
    assert (captured(), nudges.given) == ([], [])


def test_core_statements_nudge_after_the_commit(person: Person, nudges: Nudges) -> None:
    table = Person.__table__
    db.session.commit()
    nudges.given.clear()
    with db.engine.begin() as connection:
        connection.execute(update(table).values(phone_number="2"))
        assert nudges.given == []
    assert len(nudges.given) == 1


def test_core_statements_on_an_engine_with_options_of_its_own(person: Person, nudges: Nudges) -> None:
    db.session.commit()
    nudges.given.clear()
    with db.engine.execution_options(told="nothing").begin() as connection:
        connection.execute(update(Person).where(Person.id == person.id).values(phone_number="2"))
    assert captured() == [(str(person.id), ["phone_number"])]
    assert len(nudges.given) == 1


@pytest.mark.parametrize("who", [1, 3])
def test_tables_in_a_schema_that_the_host_names_anew(person: Person, who: int) -> None:
    """An engine may give schemas other names; ours are then spelled by SQLAlchemy, statement by statement."""
    people = [person, *(make_person() for _ in range(who - 1))]
    forget()
    with db.engine.execution_options(schema_translate_map={None: None}).begin() as connection:
        connection.execute(update(Person).values(phone_number="2"))
    assert sorted(captured()) == [(str(one.id), ["phone_number"]) for one in people]


def test_core_statements_that_move_people_are_warned_about(person: Person) -> None:
    with UNSEEN, db.engine.begin() as connection:
        connection.execute(update(Person.__table__).values(organisation_id=2, phone_number="2"))
    assert captured() == []


def test_a_table_that_was_declared_anew(person: Person) -> None:
    anew = Table("person", MetaData(), Column("id", Integer), Column("phone_number", String))
    with UNSEEN, db.engine.begin() as connection:
        connection.execute(update(anew).values(phone_number="2"))


def test_core_statements_returning(person: Person) -> None:
    table, who = Person.__table__, str(person.id)
    assert db.session.execute(update(table).values(phone_number="2").returning(table.c.id)).all()
    db.session.commit()
    assert captured() == [(who, ["phone_number"])]


def test_an_alias(person: Person) -> None:
    other = aliased(Person)
    with UNSEEN:
        db.session.execute(update(other).where(other.id == 0).values(phone_number="2"))


def test_another_session(person: Person) -> None:
    who = person.id
    db.session.commit()
    with Session(db.engine) as session:
        session.get_one(Person, who).phone_number = "2"
        session.commit()
    assert captured() == [(str(who), ["phone_number"])]


def test_recording_it_by_hand(person: Person) -> None:
    db.session.execute(text("UPDATE person SET phone_number = '2'"))
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


@pytest.mark.parametrize("where", ["session", "connection"])
@pytest.mark.parametrize("change", ["update", "insert", "delete", "of nothing to us"])
def test_a_change_inside_another_statement(person: Person, where: str, change: str) -> None:
    table = Person.__table__
    changes: dict[str, Any] = {
        "update": update(Person).values(phone_number="2"),
        "insert": insert(table).values(on_payroll=True, **NAMES),
        "delete": delete(table),
        "of nothing to us": update(Person).values(shoe_size=2),
    }
    if db.engine.dialect.name == "postgresql":  # SQLite has no such statements
        within = changes[change].returning(table.c.id).cte("within")
        executing: Any = db.session if where == "session" else db.session.connection()
        with nullcontext() if change == "of nothing to us" else UNSEEN:
            assert executing.execute(select(within)).all()
        assert executing.execute(select(select(table).cte("read"))).all() or change == "delete"
