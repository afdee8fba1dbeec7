"""Statements of a session on a table that is written otherwise than in the model: the host gets what it would get."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, column, delete, insert, select, table, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from huma_tripletex.capture import UncapturedChange
from huma_tripletex.models import Connection
from tests.flows.host_parts import Person, db, entries, forget, listening, make_connection, make_person

MAPPED = Person.__table__
NAMES = {"given_name": "A", "family_name": "B", "on_payroll": True}


@pytest.fixture
def person(connection: Connection) -> int:
    person = make_person(phone_number="1").id
    forget()
    db.session.commit()
    return person


def light() -> Any:
    return table("person", column("id"), column("phone_number"), column("organisation_id"))


def reflected() -> Any:
    return Table("person", MetaData(), autoload_with=db.engine)


@pytest.mark.parametrize("of", [light, reflected])
@pytest.mark.parametrize("what", ["change", "move", "delete"])
def test_another_table_of_the_same_name_is_warned_about(person: int, of: Any, what: str) -> None:
    people = of()
    changing = update(people).where(people.c.id == person)
    change = {
        "change": changing.values(phone_number="2"),
        "move": changing.values(organisation_id=2),
        "delete": delete(people).where(people.c.id == person),
    }[what]
    with pytest.warns(UncapturedChange, match=r"record_change\(\)"):
        assert db.session.execute(change).rowcount == 1


@pytest.mark.parametrize(
    ("several", "about"),
    [("parameters", "rowcount"), ("parameters", "inserted_primary_key_rows"), ("values", "rowcount")],
)
def test_what_the_host_may_ask_about_an_insert_of_several_rows(person: int, several: str, about: str) -> None:
    rows = [{"id": number, "organisation_id": 1, **NAMES} for number in (901, 902)]

    def answer(session: Any) -> Any:
        adding = insert(MAPPED)
        result = session.execute(adding, rows) if several == "parameters" else session.execute(adding.values(rows))
        try:
            return [tuple(row) for row in found] if isinstance(found := getattr(result, about), list) else found
        except Exception as error:
            return type(error).__name__
        finally:
            session.rollback()

    with Session(db.engine) as plain, warnings.catch_warnings():
        warnings.simplefilter("ignore", UncapturedChange)
        without = answer(plain)
    assert answer(db.session) == without


def test_whoever_begins_to_match_while_people_are_moved_is_warned_about(person: int, host_url: str) -> None:
    """That they have come is told; where they were before is not known."""
    other = make_person(shoe_size=1).id
    db.session.execute(update(Person).where(Person.id == person).values(shoe_size=5))
    db.session.commit()
    make_connection("2", company_id=2)
    forget()

    def meddle(_cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE person SET organisation_id"):
            with db.engine.begin() as meddling:
                meddling.execute(text(f"UPDATE person SET shoe_size = 5 WHERE id = {other}"))

    moving = update(Person).where(Person.shoe_size == 5).values(organisation_id=2)
    if db.engine.dialect.name == "postgresql":  # SQLite lets nobody else write meanwhile
        with listening(db.engine, "do_execute", meddle), pytest.warns(UncapturedChange, match="for certain"):
            assert db.session.execute(moving, execution_options={"synchronize_session": False}).rowcount == 2


@pytest.mark.parametrize("what", ["move", "upsert", "change", "delete"])
def test_a_schema_that_is_named_with_the_statement(person: int, what: str) -> None:
    if db.engine.dialect.name != "postgresql":
        return
    changing = update(MAPPED).where(MAPPED.c.id == person)
    adding = postgresql.insert(MAPPED).values(id=person, organisation_id=1, **NAMES)
    change: Any = {
        "move": changing.values(organisation_id=2),
        "upsert": adding.on_conflict_do_update(index_elements=["id"], set_={"phone_number": "2"}),
        "change": changing.values(phone_number="2"),
        "delete": delete(MAPPED).where(MAPPED.c.id == person),
    }[what]
    options = {"schema_translate_map": {None: "tenant"}}
    with db.engine.connect() as setting_up:
        for statement in ("CREATE SCHEMA tenant", "CREATE TABLE tenant.person (LIKE public.person INCLUDING ALL)"):
            setting_up.execute(text(statement))
        setting_up.execute(text("INSERT INTO tenant.person SELECT * FROM public.person"))
        setting_up.commit()
    try:
        if what in ("move", "upsert"):
            db.session.execute(change, execution_options=options)
            db.session.commit()
        else:
            with db.engine.begin() as core:
                core.execute(change, execution_options=options)
        assert [entry.person_id for entry in entries()] == [str(person)]
        assert db.session.scalar(select(Person.phone_number).where(Person.id == person)) == "1"
    finally:
        with db.engine.begin() as tidying:
            tidying.execute(text("DROP SCHEMA tenant CASCADE"))
