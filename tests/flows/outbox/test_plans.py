"""What a sweep and a claim ask for is found by index: idle connections and delivered entries cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg._queries
import pytest
from flask import Flask
from sqlalchemy import event, insert, text

from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.settle import Settlement, settle
from huma_tripletex.outbox.sweep import due_connections, release_expired
from tests.flows.host_parts import NOON, Clock, db, make_connection, make_host_app
from tests.flows.outbox_parts import LEASE

IDLE, DELIVERED, WAITING = 1000, 20_000, 50


@pytest.fixture
def busy(host_app: Flask) -> int:
    """One connection has something to do, among a thousand idle ones with twenty thousand delivered entries."""
    connection_id = make_connection("busy").id
    facts = {"company_id": 1, "company_name": "", "owner_employee_id": 1, "owner_name": "", "state": "connected"}
    times = dict.fromkeys(("state_since", "connected_at", "capturing_since", "activated_at"), NOON)
    idle = [{**facts, **times, "id": 1000 + number, "organisation_id": f"idle {number}"} for number in range(IDLE)]
    db.session.execute(insert(Connection), idle)
    entry = {"fields": ["phone_number"], "captured_at": NOON, "not_before": NOON}
    done = {**entry, "state": "done", "outcome": "delivered", "settled_at": NOON}
    rows = [{**done, "connection_id": 1000 + n % IDLE, "person_id": f"p{n}"} for n in range(DELIVERED)]
    db.session.execute(insert(OutboxEntry.__table__), rows)
    waiting = [
        {**entry, "state": "waiting", "connection_id": connection_id, "person_id": f"p{n}"} for n in range(WAITING)
    ]
    db.session.execute(insert(OutboxEntry.__table__), waiting)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return connection_id


@contextmanager
def plans() -> Iterator[list[str]]:
    """The plan of every statement that is carried out meanwhile."""
    found: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor = connection.connection.cursor()
        cursor.execute(f"{how} {statement}", parameters)
        found.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(db.engine, "before_cursor_execute", explain)
    yield found
    event.remove(db.engine, "before_cursor_execute", explain)


def reads_everything(plan: list[str]) -> list[str]:
    """Lines that read a whole table that grows."""
    tables = ("huma_tripletex_outbox_entry", "huma_tripletex_connection")
    ways = ("Seq Scan on", "SCAN")
    return [
        line
        for line in plan
        for way in ways
        if any(f"{way} {table}" in line for table in tables) and "USING" not in line
    ]


def deliver(busy: int) -> None:
    claimed = claim(db.session(), busy, NOON, NOON + LEASE, "token", 20)
    assert len(claimed) == 20
    settled = [
        Settlement(connection_id=busy, person_id=one.person_id, entry_ids=one.entry_ids, outcome="delivered")
        for one in claimed
    ]
    assert settle(db.session(), "token", settled, NOON).entries == 20


ACTS: list[Callable[[int], Any]] = [
    lambda busy: due_connections(db.session(), NOON),
    lambda busy: release_expired(db.session(), NOON + timedelta(hours=1)),
    lambda busy: claim(db.session(), 1000, NOON, NOON + LEASE, "idle", 100),
    deliver,
]


@pytest.mark.parametrize(
    "act", ACTS, ids=["look for what is due", "look for what is abandoned", "claim nothing", "deliver"]
)
def test_nothing_is_read_but_what_is_due(busy: int, act: Callable[[int], Any]) -> None:
    with plans() as found:
        act(busy)
    assert found
    assert reads_everything(found) == []


def test_what_would_read_everything_is_noticed(busy: int) -> None:
    with plans() as found:
        db.session.execute(text("SELECT count(*) FROM huma_tripletex_outbox_entry WHERE outcome = 'x'"))
    assert reads_everything(found)


def test_a_claim_is_short_enough_for_psycopg_to_keep(host_postgresql_url: str, clock: Clock) -> None:
    """What it makes of a statement it keeps up to this length; beyond, it reads it anew each time."""
    app, texts = make_host_app(host_postgresql_url, clock=clock, has_tables=True), []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: texts.append(statement))
        claim(db.session(), 1, NOON, NOON + LEASE, "token", 20)
        db.session.remove()
        db.engine.dispose()
    assert [text for text in texts if "outbox_lease" in text]
    assert max(map(len, texts)) <= psycopg._queries.MAX_CACHED_STATEMENT_LENGTH
