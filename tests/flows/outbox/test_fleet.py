"""A fleet of connections in one PostgreSQL: what a sweep and a claim read does not grow with those who have nothing to
do, nor with what was delivered. Pages of the database are counted, so that a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, Text, cast, event, func, insert, literal, select, text
from sqlalchemy import Connection as DatabaseConnection

from huma_tripletex.models import Connection, OutboxEntry, PersonLink
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.settle import Settlement, settle
from huma_tripletex.outbox.sweep import due_connections, release_expired
from tests.flows.host_parts import NOON, db, empty_tables
from tests.flows.outbox_parts import LEASE

BUSY, WAITING, CLAIMED = 10, 200, 50
FEW, PEOPLE = 100, 20
DEEPER = 2.0
"""A fleet a hundred times as large makes its indexes a level deeper; that much more is read, and no more."""


def fill(number: int, people: int) -> None:
    """`number` connections of `people` people, everybody delivered once; the first ten have more to send."""
    one, who = series(number), series(people)
    facts = {"company_id": one, "company_name": "", "owner_employee_id": 1, "owner_name": "", "state": "connected"}
    times = dict.fromkeys(("state_since", "connected_at", "capturing_since", "activated_at"), NOON)
    add(Connection, id=one, organisation_id=cast(one, Text), **facts, **times)
    link = {"state": "linked", "matched_by": "employee_id", "linked_at": NOON}
    add(PersonLink, connection_id=one, person_id=cast(who, Text), employee_id=who, **link)
    entry = {"fields": ["phone_number"], "captured_at": NOON, "not_before": NOON}
    done = {"state": "done", "outcome": "delivered", "settled_at": NOON}
    add(OutboxEntry, connection_id=one, person_id=cast(who, Text), **entry, **done)
    busy, who = series(BUSY), series(WAITING)
    add(OutboxEntry, connection_id=busy, person_id=cast(who, Text), state="waiting", **entry)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def series(number: int) -> ColumnElement[int]:
    """1, 2, 3 ... as a column; lateral, so that two of them make every pair."""
    return func.generate_series(1, number).column_valued(joins_implicitly=True)


def add(model: Any, **values: Any) -> None:
    """One row for each combination of the series among `values`; the other columns get their defaults."""
    columns = [
        value if isinstance(value, ColumnElement) else literal(value, model.__table__.c[name].type)
        for name, value in values.items()
    ]
    db.session.execute(insert(model.__table__).from_select(list(values), select(*columns)))


def empty() -> None:
    db.session.rollback()
    db.session.execute(text("TRUNCATE huma_tripletex_connection, huma_tripletex_outbox_entry CASCADE"))
    db.session.commit()


@contextmanager
def pages_read() -> Iterator[list[int]]:
    """How many pages each statement touches: it is explained with what it does, taken back, and then carried out."""
    found: list[int] = []

    def explain(connection: DatabaseConnection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        driver: Any = connection.connection
        with driver.cursor() as cursor:
            cursor.execute("SAVEPOINT explained")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            plan = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO SAVEPOINT explained")
        found.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def look_for_what_is_due() -> None:
    assert len(due_connections(db.session(), NOON)) == BUSY


def look_for_what_is_abandoned() -> None:
    assert release_expired(db.session(), NOON + timedelta(hours=1)) == 0


def claim_and_settle() -> None:
    claimed = claim(db.session(), BUSY, NOON, NOON + LEASE, "token", CLAIMED)
    assert len(claimed) == CLAIMED
    done = [
        Settlement(connection_id=BUSY, person_id=one.person_id, entry_ids=one.entry_ids, outcome="delivered")
        for one in claimed
    ]
    assert settle(db.session(), "token", done, NOON).entries == CLAIMED


def claim_nothing() -> None:
    assert claim(db.session(), BUSY + 1, NOON, NOON + LEASE, "idle", CLAIMED) == []


ACTS: tuple[Callable[[], None], ...] = (
    look_for_what_is_due,
    look_for_what_is_abandoned,
    claim_and_settle,
    claim_nothing,
)


def cost(number: int, people: int) -> dict[str, int]:
    """Pages that each act touches in a fleet of that size. Nothing of it is kept."""
    empty()
    fill(number, people)
    found = {}
    for act in ACTS:
        with pages_read() as pages:
            act()
        db.session.rollback()
        found[act.__name__] = sum(pages)
    return found


@pytest.fixture
def host_url(host_postgresql_url: str) -> str:
    """Fleets are PostgreSQL's alone."""
    empty_tables(host_postgresql_url)
    return host_postgresql_url


@pytest.fixture
def fleet(host_app: Flask) -> Iterator[Flask]:
    yield host_app
    empty()


@pytest.mark.parametrize(
    ("number", "people"),
    [
        pytest.param(8 * FEW, PEOPLE, id="800 connections"),
        pytest.param(10_000, 50, id="10,000", marks=pytest.mark.soak),
    ],
)
@pytest.mark.timeout(900)
def test_idle_connections_and_delivered_entries_cost_nothing(fleet: Flask, number: int, people: int) -> None:
    small, large = cost(FEW, PEOPLE), cost(number, people)

    assert {name: (small[name], pages) for name, pages in large.items() if pages > DEEPER * small[name] + BUSY} == {}


def test_an_act_that_reads_everything_is_noticed(fleet: Flask) -> None:
    def pages_of(number: int) -> int:
        cost(number, PEOPLE)
        with pages_read() as pages:
            db.session.execute(text("SELECT count(*) FROM huma_tripletex_outbox_entry WHERE outcome = 'x'"))
        return sum(pages)

    assert pages_of(8 * FEW) > DEEPER * pages_of(FEW) + BUSY
