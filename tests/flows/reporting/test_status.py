"""How connections are doing: whether changes flow, why not if not, and the same numbers wherever they are asked for."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

import pytest
from flask import Flask

from huma_tripletex import reporting
from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.outbox.figures import SAMPLE, figures
from huma_tripletex.outbox.record import Change, record
from huma_tripletex.reporting.status import statuses
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import TaskQueue
from tests.flows.cli.test_commands import asked, call
from tests.flows.host_parts import NOON, Clock, Statements, db, make_connection
from tests.flows.outbox_parts import Hands
from tests.flows.reporting.test_summaries import mixed
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def busy(clock: Clock, number: int, **values: Any) -> Hands:
    """Another organisation, of whose people one waits, one is in flight, one is parked and one has been delivered."""
    made = make_connection(str(number), company_id=number, **values)
    hands = Hands(clock, made.id, organisation_id=str(number))
    hands.change("parked")
    hands.change("delivered")
    hands.claim()
    clock.forward(number)
    hands.settle("parked", only=["parked"], reason="account_rejected")
    hands.settle(only=["delivered"], sent_at=clock())
    hands.change("in flight")
    hands.claim()
    hands.change("waits")
    return hands


def test_the_metrics_cost_the_same_however_many_connections_there_are(
    runtime: Runtime, clock: Clock, statements: Statements
) -> None:
    busy(clock, 1)
    statements.clear()
    reporting.metrics(runtime)
    one = len(statements.texts)
    for number in range(2, 20):
        busy(clock, number)
    make_connection("idle", company_id=20)
    make_connection("ended", company_id=21, state="disconnected")
    statements.clear()

    lines = reporting.metrics(runtime).splitlines()

    assert len(statements.texts) == one <= 3
    assert sum(line.startswith("huma_tripletex_waiting{") for line in lines) == 20


def test_all_connections_together_are_what_each_of_them_is(runtime: Runtime, clock: Clock) -> None:
    for number, values in enumerate(({}, {"state": "paused"}, {"activated_at": None}, {"failures": 3}), 1):
        busy(clock, number, **values)
    make_connection("idle", company_id=5)
    each = [reporting.status(runtime, one) for one in db.session.query(Connection).order_by(Connection.id)]

    assert statuses(runtime) == each
    assert [one.reason for one in each] == ["", "paused", "not_active", "unavailable", ""]
    assert [one.figures.waiting for one in each] == [1, 4, 4, 1, 0]


def test_from_an_alert_to_its_cause(host_app: Flask, runtime: Runtime, clock: Clock, statements: Statements) -> None:
    """The metrics say whose connection it is and why nothing flows; `status` lists all of them in three statements."""
    for number, values in enumerate(({}, {"state": "needs_attention", "state_reason": "unauthorised"}), 1):
        busy(clock, number, **values)
    make_connection("ended", company_id=3, state="disconnected")

    info = "huma_tripletex_connection_info{"
    told = [line.removeprefix(info) for line in reporting.metrics(runtime).splitlines() if line.startswith(info)]
    statements.clear()
    listed = host_app.test_cli_runner().invoke(args=["tripletex", "status"])
    asked_for = len(statements.ours)
    as_json = host_app.test_cli_runner().invoke(args=["tripletex", "status", "--json"])

    assert told == [
        'connection="1",organisation="1",reason="",state="connected"} 1.0',
        'connection="2",organisation="2",reason="unauthorised",state="needs_attention"} 1.0',
    ]
    assert listed.stdout.splitlines() == [
        "organisation 1  Fjord AS  connected  flowing  waiting 1, oldest for 2.0 s, parked 1",
        "organisation 2  Fjord AS  needs attention  not flowing: unauthorised  waiting 4, oldest for 2.0 s, parked 0",
    ]
    assert asked_for == 3
    assert [(one["organisation"], one["reason"]) for one in json.loads(as_json.stdout)] == [
        ("1", ""),
        ("2", "unauthorised"),
    ]


def test_without_a_connection_the_list_says_so(host_app: Flask) -> None:
    assert "No organisation is connected" in host_app.test_cli_runner().invoke(args=["tripletex", "status"]).stdout
    assert json.loads(host_app.test_cli_runner().invoke(args=["tripletex", "status", "--json"]).stdout) == []


def test_the_metrics_say_whether_redis_answers(runtime: Runtime, redis_url: str) -> None:
    def told(url: str) -> list[str]:
        lines = reporting.metrics(replace(runtime, queue=TaskQueue(url))).splitlines()
        return [line for line in lines if line.startswith("huma_tripletex_redis_answers")]

    assert told(redis_url) == ["huma_tripletex_redis_answers 1.0"]
    assert told("unix:///nowhere.sock") == ["huma_tripletex_redis_answers 0.0"]
    assert told("") == []


def test_it_is_counted_from_the_edit_and_says_so(host_app: Flask, runtime: Runtime, clock: Clock) -> None:
    """A transaction of the host that lasts 20 seconds counts in full: within it, nobody knows when it will end."""
    made = make_connection()
    hands = Hands(clock, made.id)
    record(db.session(), [Change("1", "p", ("phone_number",), "change")], clock())
    clock.forward(20)
    db.session.commit()
    hands.claim()
    clock.forward(1)
    hands.settle(sent_at=clock())

    lines = reporting.metrics(runtime).splitlines()
    said = host_app.test_cli_runner().invoke(args=["tripletex", "status", "--organisation", "1"]).stdout

    assert 'huma_tripletex_commit_to_tripletex_seconds_p50{connection="1"} 21.0' in lines
    assert any("seconds_p50 From the edit in Huma until Tripletex has it" in line for line in lines)
    assert "From edit to Tripletex: 21.00 s" in said


@pytest.mark.parametrize("many", [1, 2, 7, SAMPLE, SAMPLE + 20])
def test_how_long_it_takes_is_told_of_the_latest(connection: Connection, clock: Clock, many: int) -> None:
    chance = random.Random(many)
    took = [chance.choice([0.012, 1.0, 2.5]) if number >= 20 else 90.0 + number for number in range(many)]
    for number, seconds in enumerate(took):
        settled = NOON + timedelta(minutes=number)
        entry = OutboxEntry(connection_id=connection.id, person_id=str(number), fields=[], state="done")
        entry.outcome, entry.settled_at, entry.sent_at, entry.not_before = "delivered", settled, settled, NOON
        entry.captured_at = settled - timedelta(seconds=seconds)
        db.session.add(entry)
    db.session.commit()

    found = figures(db.session(), connection.id, clock())

    latest = sorted(took[-SAMPLE:])
    expected = [latest[ceil(share * len(latest)) - 1] for share in (0.50, 0.95)]
    assert [found.p50, found.p95] == pytest.approx(expected)


def test_what_nobody_takes_says_that_no_worker_runs(runtime: Runtime, connection: Connection, clock: Clock) -> None:
    hands = Hands(clock, connection.id)
    hands.change("a")
    clock.forward(runtime.settings.patience)
    assert reporting.status(runtime, connection).flowing, "a worker may be on its way"
    clock.forward(1)

    left = reporting.status(runtime, connection)

    assert (left.active, left.flowing, left.reason) == (True, False, "no_worker")
    assert "flask tripletex worker" in left.next_step


def test_what_a_worker_died_over_says_so_too(runtime: Runtime, connection: Connection, clock: Clock) -> None:
    hands = Hands(clock, connection.id)
    hands.change("a")
    hands.claim()
    clock.forward(30)
    assert reporting.status(runtime, connection).flowing, "its lease has only just run out"
    clock.forward(10)
    assert reporting.status(runtime, connection).reason == "no_worker"


def test_a_worker_that_is_at_something_else_is_one(runtime: Runtime, connection: Connection, clock: Clock) -> None:
    hands, other = Hands(clock, connection.id), busy(clock, 2)
    hands.change("a")
    clock.forward(600)
    other.change("b")
    other.claim()
    assert reporting.status(runtime, connection).flowing


def test_what_is_not_due_yet_is_not_left_lying(runtime: Runtime, connection: Connection, clock: Clock) -> None:
    hands = Hands(clock, connection.id)
    hands.change("a")
    hands.claim()
    hands.settle("later", reason="conflict", not_before=clock() + timedelta(hours=1))
    clock.forward(600)
    assert reporting.status(runtime, connection).flowing


@pytest.mark.parametrize(("status", "reason"), [(500, "unavailable"), (429, "rate_limited")])
def test_what_tripletex_does_not_take_says_why(desk: Desk, status: int, reason: str) -> None:
    mixed(desk, by=None)
    label = f'{{connection="{desk.connection().id}"}}'
    desk.fault("status", path="/v2/employee*", status=status, times=None)
    desk.change(1, phone_number="48888888")
    desk.drain()

    said = asked(desk, "status")

    assert (said["state"], said["active"], said["flowing"], said["reason"]) == ("connected", True, False, reason)
    assert {f"huma_tripletex_flowing{label} 0.0", f"huma_tripletex_active{label} 1.0"} <= {
        *reporting.metrics(desk.runtime).splitlines()
    }
    assert f"Nothing is sent at the moment. {said['why']} {said['next_step']}" in call(desk, "status").stdout


def test_when_tripletex_takes_it_again_it_flows(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk, by=None)
    desk.fault("status", path="/v2/employee*", status=500, times=None)
    desk.change(1, phone_number="48888888")
    desk.drain()
    assert not asked(desk, "status")["flowing"]

    desk.http("DELETE", "faults")
    desk.clock.forward(120)
    desk.drain()

    assert asked(desk, "status")["flowing"]
    assert "at the moment" not in call(desk, "status").stdout
