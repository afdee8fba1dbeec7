"""A worker serves many connections: one that Tripletex slows down gives its turn back, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from huma_tripletex.clock import utc_now
from huma_tripletex.delivery import DrainReport
from huma_tripletex.jobs.agenda import Agenda
from huma_tripletex.tripletex import Budget
from tests.flows.delivery_parts import Bench, bench

PEOPLE = 40
SLICE = 0.3


@pytest.fixture
def stand() -> Iterator[Bench]:
    """Many have a change that waits; the clock is the real one, as the rate limit's is."""
    Budget._by_token.clear()
    with bench(clock=utc_now) as made:
        for n in range(PEOPLE):
            made.linked(f"p{n}", employee_id=str(n + 1), family_name=f"Nordmann {n}")
            made.edit(f"p{n}", phone_number=f"+474100{n:04d}")
        yield made
    Budget._by_token.clear()


def turn(stand: Bench) -> tuple[DrainReport, float]:
    """One slice, and how many seconds it took."""
    began = time.monotonic()
    report = stand.drain(length=timedelta(seconds=SLICE))
    return report, time.monotonic() - began


def test_the_end_of_a_rate_window_is_not_waited_for_in_a_turn(stand: Bench) -> None:
    stand.fault("rate_limit", path="/v2/employee*", limit=20, period=60)
    if (over := 60 - time.time() % 60) < 5:
        time.sleep(over)  # in two windows, twice as many may be sent
    report, took = turn(stand)
    assert took < SLICE + 2
    assert 10 <= report.delivered <= 20
    assert report.more
    assert report.again_at is not None
    assert report.again_at > utc_now() - timedelta(seconds=1)
    assert 429 not in [row["status"] for row in stand.http("GET", "requests")]
    assert report.again_at < utc_now() + timedelta(seconds=63)
    again, took = turn(stand)
    assert (again.delivered, took < 1) == (0, True)
    assert {entry.state for entry in stand.entries()} == {"done", "waiting"}
    assert {entry.attempts for entry in stand.entries() if entry.state == "waiting"} == {0}


def test_slow_answers_end_a_turn_after_those_that_are_under_way(stand: Bench) -> None:
    stand.fault("delay", path="/v2/employee*", seconds=0.6)
    report, took = turn(stand)
    assert took < SLICE + 1.5
    assert 0 < report.delivered < PEOPLE
    assert report.more  # so that it is put on the agenda again, behind those who wait


def test_everybody_is_delivered_in_the_end(stand: Bench) -> None:
    stand.fault("delay", path="/v2/employee*", seconds=0.4)
    turns, more = 0, True
    while more:
        more, turns = turn(stand)[0].more, turns + 1
        assert turns < PEOPLE
    assert {entry.state for entry in stand.entries()} == {"done"}
    assert turns > 1


def test_its_next_turn_comes_when_the_window_is_over(stand: Bench) -> None:
    stand.fault("rate_limit", path="/v2/employee*", limit=20, period=3)
    report = turn(stand)[0]
    turns = 0
    while report.more and turns < 50:
        if report.again_at:
            time.sleep(max(0.0, (report.again_at - utc_now()).total_seconds()))
        report = turn(stand)[0]
        turns += 1
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_a_connection_that_waits_for_its_window_lets_the_others_go_before_it() -> None:
    now = utc_now()
    agenda = Agenda(lambda: now)
    agenda.add(1, now + timedelta(seconds=10))
    agenda.add(2)
    agenda.add(3)
    assert [agenda.next() for _ in range(3)] == [2, 3, None]
    now += timedelta(seconds=10)
    assert agenda.next() == 1
