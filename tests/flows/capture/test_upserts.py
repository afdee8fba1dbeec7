"""An upsert of a session: who was there before is changed, in what really changed; only the others are added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Connection
from tests.flows.host_parts import (
    WORKERS,
    Account,
    Clock,
    Person,
    Statements,
    Worker,
    db,
    entries,
    forget,
    make_connection,
    make_host_app,
    make_person,
)

ROW = {"organisation_id": 1, "given_name": "Kari", "family_name": "Nordmann", "on_payroll": True}


@pytest.fixture
def people(connection: Connection) -> list[int]:
    """Two people of organisation 1 who have a number, known already."""
    people = [make_person(phone_number=number).id for number in ("1", "2")]
    forget()
    return people


def told() -> list[tuple[str, str, list[str]]]:
    return [(entry.kind, entry.person_id, entry.fields) for entry in entries()]


def insertion() -> Any:
    return (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert


def upsert(model: Any = Person, *sets: str, by: Any = "id", where: Any = None, **given: Any) -> Any:
    """INSERT, and of a row that is there `sets` become what was given."""
    adding = insertion()(model)
    if given:
        adding = adding.values(**given)
    return adding.on_conflict_do_update(
        index_elements=[by], set_={name: adding.excluded[name] for name in sets}, where=where
    )


def test_who_was_there_is_changed_in_what_differs(people: list[int]) -> None:
    adding = upsert(Person, "phone_number", "given_name", "shoe_size", id=people[0], phone_number="9", **ROW)
    assert db.session.execute(adding).rowcount == 1
    db.session.commit()
    assert told() == [("change", str(people[0]), ["phone_number"])]


def test_what_is_as_before_is_no_change(people: list[int], statements: Statements) -> None:
    statements.clear()
    db.session.execute(upsert(Person, "phone_number", id=people[0], phone_number="1", **ROW))
    db.session.execute(upsert(Person, "shoe_size", id=people[0], phone_number="9", shoe_size=44, **ROW))
    db.session.execute(
        upsert(Person, "phone_number", id=people[1], phone_number="9", where=Person.shoe_size == 0, **ROW)
    )
    db.session.commit()
    assert statements.ours == []


@pytest.mark.parametrize("how", ["parameters", "values"])
def test_several_of_whom_some_are_new(people: list[int], how: str) -> None:
    rows = [{"id": number, "phone_number": "2", **ROW} for number in [*people, *range(1000, 2200)]]
    adding = upsert(Person, "phone_number")
    result = db.session.execute(adding, rows) if how == "parameters" else db.session.execute(adding.values(rows[:-900]))
    assert result.rowcount in (len(rows), len(rows) - 900, -1)
    db.session.commit()
    changed = [found for found in told() if found[0] != "added"]
    assert changed == [("change", str(people[0]), ["phone_number"])]
    assert all(fields == list(KEYS) for kind, _, fields in told() if kind == "added")
    assert len(told()) == db.session.scalar(select(func.count()).select_from(Person)) - 1


def test_what_the_host_returns_stays_as_it_is(people: list[int]) -> None:
    adding = upsert(Person, "phone_number", id=people[0], phone_number="9", **ROW)
    assert db.session.execute(adding.returning(Person.phone_number)).all() == [("9",)]
    assert told() == [("change", str(people[0]), ["phone_number"])]


def test_whoever_gets_a_new_number_is_added(people: list[int]) -> None:
    db.session.execute(upsert(Person, "phone_number", **ROW))
    ((kind, who, fields),) = told()
    assert (kind, fields) == ("added", list(KEYS))
    assert int(who) not in people


def test_moving_by_an_upsert(people: list[int], connection: Connection) -> None:
    other = make_connection("2", company_id=2)
    db.session.execute(upsert(Person, "organisation_id", id=people[0], **{**ROW, "organisation_id": 2}))
    db.session.commit()
    found = {(entry.connection_id, entry.kind, tuple(entry.fields)) for entry in entries()}
    assert found == {(connection.id, "change", ()), (other.id, "added", KEYS)}


def test_moving_by_an_upsert_of_which_it_cannot_be_told_whom_it_meets(
    people: list[int], connection: Connection
) -> None:
    other = make_connection("2", company_id=2)
    moving = upsert(Person, "organisation_id", id=func.abs(people[0]), **{**ROW, "organisation_id": 2})
    db.session.execute(moving)
    db.session.commit()
    assert {(entry.connection_id, entry.kind) for entry in entries()} == {
        (connection.id, "change"),
        (other.id, "added"),
    }


def test_coming_onto_the_payroll_by_an_upsert(people: list[int]) -> None:
    db.session.execute(upsert(Person, "on_payroll", id=people[0], **{**ROW, "on_payroll": False}))
    assert told() == [("change", str(people[0]), list(KEYS))]


@pytest.mark.parametrize("how", ["parameter", "expression", "select", "anything"])
def test_where_it_cannot_be_told_whom_it_meets_whatever_is_set_counts(people: list[int], how: str) -> None:
    names = [Person.id, *(getattr(Person, name) for name in ROW)]
    if how == "parameter":
        changing = upsert(Person, "given_name", id=bindparam("whose"), **ROW)
        db.session.execute(changing, {"whose": people[0]})
        db.session.execute(changing, {"whose": 77})
    elif how == "expression":
        for whose in (people[0], 77):
            db.session.execute(upsert(Person, "given_name", id=func.abs(whose), **ROW))
    elif how == "select":
        moved = select(Person.id + 77 - people[0], *names[1:]).where(Person.id == people[0])
        for query in (select(*names).where(Person.id == people[0]), moved):
            adding = upsert(Person, "given_name").from_select([name.key for name in names], query)
            db.session.execute(adding)
    else:
        named = db.engine.dialect.name == "postgresql"  # a constraint that the host's models do not know
        target: dict[str, Any] = {"constraint": "numbers"} if named else {}
        if named:
            db.session.execute(text("ALTER TABLE person ADD CONSTRAINT numbers UNIQUE (id)"))
        for whose in (people[0], 77):
            adding = insertion()(Person).values(id=whose, **ROW)
            db.session.execute(adding.on_conflict_do_update(**target, set_={"given_name": "Kari"}))
        if named:
            db.session.execute(text("ALTER TABLE person DROP CONSTRAINT numbers"))
    db.session.commit()
    assert told() == [("change", str(people[0]), ["given_name"]), ("added", "77", list(KEYS))]


def test_doing_nothing_about_who_is_there(people: list[int]) -> None:
    rows = [{"id": number, **ROW} for number in (people[0], 77)]
    db.session.execute(insertion()(Person).values(rows).on_conflict_do_nothing())
    assert told() == [("added", "77", list(KEYS))]


@pytest.fixture
def worker(host_url: str) -> Iterator[str]:
    """A worker whose account is in a table of its own; their number."""
    app = make_host_app(host_url, WORKERS, Clock(), has_tables=True)
    with app.app_context():
        make_connection("A")
        account = Account(id=7, number="12345678903", bank="DNB")
        db.session.add(Worker(number="017", company="A", first="Kari", last="Nordmann", account=account))
        db.session.commit()
        forget()
        yield "017"
        db.session.remove()
        db.engine.dispose()


def test_a_row_of_another_model(worker: str) -> None:
    rows: list[dict[str, Any]] = [{"id": 7, "number": "98765432109"}, {"id": 7, "number": "98765432109"}, {"id": 8}]
    for row in rows:
        db.session.execute(upsert(Account, "number", worker_number=worker, **row))
    db.session.commit()
    assert told() == [
        ("change", worker, ["bank_account_number"]),
        ("change", worker, ["bank_account_number", "first_workday"]),
    ]


def test_by_a_column_that_is_called_otherwise(worker: str) -> None:
    for first in ("Kari", "Karin"):
        adding = upsert(Worker, "first_name", by="worker_no", number=worker, company="A", first=first, last="Nordmann")
        db.session.execute(adding)
    db.session.commit()
    assert told() == [("change", worker, ["given_name"])]
