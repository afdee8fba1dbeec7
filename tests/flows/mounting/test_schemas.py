"""A host whose engine maps schemas: its tables and ours are in one of its own, and everything goes on there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Engine, create_engine, text, update

from huma_tripletex import reporting
from huma_tripletex.models import schema
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.sweep import due_connections
from tests.flows.host_parts import (
    WORKERS,
    Account,
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
from tests.flows.outbox_parts import LEASE
from tests.flows.planning_parts import ORGANISATION, facts
from tests.flows.syncing_parts import Desk, _typed, desk_on

SCHEMA = "app"
MAPPED: dict[str, Any] = {"schema_translate_map": {None: SCHEMA}}
ELSEWHERE: dict[str, Any] = {"schema_translate_map": {None: "tenant"}}
CONFIG: dict[str, Any] = {"SQLALCHEMY_ENGINE_OPTIONS": {"execution_options": MAPPED}}


@pytest.fixture
def schema_url(postgres_url: str) -> str:
    """A database with a schema in which the host has its tables, and without any of ours."""
    make_schema(postgres_url, SCHEMA)
    return postgres_url


@pytest.fixture
def desk(schema_url: str) -> Iterator[Desk]:
    """The host, whose operator is about to make our tables."""
    yield from desk_on(schema_url, has_tables=True, config=CONFIG)


@pytest.fixture
def accounts(schema_url: str) -> Iterator[None]:
    """The other host, with a table that does not know whose people they are; organisation 1 is connected."""
    app = make_host_app(schema_url, WORKERS, has_tables=True, **CONFIG)
    with app.app_context():
        schema.upgrade(db.engine)
        make_connection()
        yield
        db.session.remove()
        db.engine.dispose()


def make_schema(url: str, name: str) -> None:
    engine = create_engine(url, execution_options={"schema_translate_map": {None: name}})
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    db.metadata.create_all(engine)
    engine.dispose()


def schemas(engine: Engine) -> set[str]:
    """Where our tables are."""
    asking = text("SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name LIKE 'huma_tripletex%'")
    with engine.connect() as connection:
        return set(connection.execute(asking).scalars())


def command(desk: Desk, *arguments: str, stdin: str = "") -> Result:
    done = desk.app.test_cli_runner().invoke(args=["tripletex", *arguments], input=stdin)
    assert done.exit_code == 0, done.output
    return done


def asked(desk: Desk, *arguments: str, stdin: str = "") -> Any:
    return json.loads(command(desk, *arguments, "--organisation", ORGANISATION, "--json", stdin=stdin).stdout)


def waits_of() -> list[tuple[str, list[str]]]:
    return [(entry.person_id, entry.fields) for entry in entries(state="waiting")]


def test_the_tables_are_made_where_the_engine_has_them_and_found_there(desk: Desk) -> None:
    for _ in range(2):
        command(desk, "db", "upgrade")
        assert schema.is_current(db.engine)
    assert schemas(db.engine) == {SCHEMA}

    schema.downgrade(db.engine, "base")
    assert schemas(db.engine) == {SCHEMA}, "Alembic's own table stays"
    assert not schema.is_current(db.engine)


def test_changes_are_captured_delivered_parked_and_tried_again(desk: Desk) -> None:
    command(desk, "db", "upgrade")
    person = make_person(int(ORGANISATION), **_typed(facts(1)))
    employee = desk.employee(1)
    asked(desk, "connect", stdin=desk.token())
    desk.finish(desk.approve())
    assert asked(desk, "status")["active"]

    person.phone_number = "41000001"
    db.session.commit()
    db.session.execute(update(Person).where(Person.id == person.id).values(phone_number="41000002"))
    db.session.commit()
    assert waits_of() == [(str(person.id), ["phone_number"])] * 2
    assert due_connections(db.session(), desk.clock()) == [desk.connection().id]
    desk.drain()
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "41000002"

    desk.fault("status", status=422, method="PUT", path="/v2/employee/*")
    person.phone_number = "41000003"
    db.session.commit()
    desk.drain()
    assert asked(desk, "status")["parked_people"] == 1
    assert 'huma_tripletex_parked_people{connection="1"} 1.0' in reporting.metrics(desk.runtime)
    desk.http("DELETE", "faults")
    asked(desk, "retry")
    desk.drain()
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "41000003"
    assert {entry.state for entry in entries()} == {"done"}


@pytest.mark.parametrize("where", [{}, ELSEWHERE], ids=["as the engine maps", "as one connection maps"])
def test_who_a_row_belongs_to_is_asked_where_it_is_and_told_where_our_tables_are(
    accounts: None, where: Mapping[str, Any]
) -> None:
    make_schema(db.engine.url.render_as_string(hide_password=False), "tenant")
    worker = Worker(number="w1", company="1", first="Kari", last="Nordmann")
    db.session.connection(execution_options=where)
    db.session.add(worker)
    db.session.commit()
    forget()

    db.session.connection(execution_options=where)
    db.session.add(Account(worker_number="w1", number="1"))
    db.session.commit()
    with db.engine.connect() as connection:
        connection.execution_options(**where).execute(update(Account).values(number="2"))
        connection.commit()

    assert waits_of() == [("w1", ["bank_account_number"])] * 2


def test_a_flush_still_costs_one_statement(desk: Desk) -> None:
    schema.upgrade(db.engine)
    make_connection()
    person = make_person()
    forget()
    statements = Statements().listen(db.engine)
    person.phone_number = "1"
    db.session.commit()
    assert len(statements.ours) == 1


def test_a_claim_is_one_statement(desk: Desk) -> None:
    schema.upgrade(db.engine)
    connection_id = make_connection().id
    for number in range(3):
        make_person(phone_number=str(number))
    statements = Statements().listen(db.engine)
    claimed = claim(db.session(), connection_id, desk.clock() + LEASE, desk.clock() + 2 * LEASE, "token", 2)
    assert (len(claimed), len(statements.ours)) == (2, 1)
    assert {entry.lease for entry in entries(state="in_flight")} == {"token"}
