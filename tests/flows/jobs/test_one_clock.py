"""Machines whose clocks differ: with PostgreSQL all workers go by the database's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from huma_tripletex.clock import Clock, utc_now
from huma_tripletex.jobs import sweep
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.clock import NOW_AND_THEN, keep_time
from tests.flows.delivery_parts import Bench, bench
from tests.flows.host_parts import Statements

NEARLY = timedelta(seconds=5)


def machine_that_is(ahead: timedelta) -> Callable[[], datetime]:
    return lambda: utc_now() + ahead


@pytest.fixture(params=[timedelta(minutes=10), timedelta(minutes=-10)], ids=["ahead", "behind"])
def stand(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Bench]:
    with bench(postgres_url, clock=Clock(machine_that_is(request.param))) as made:
        yield made


def test_a_lease_is_ended_when_it_is_over_by_the_clock_that_all_have(stand: Bench) -> None:
    stand.linked("p1")
    stand.edit("p1", phone_number="+4798765432")
    until = utc_now() + stand.runtime.settings.lease_time
    assert claim(stand.session(), stand.connection_id, utc_now() + timedelta(hours=1), until, "another worker", 1)
    stand.session.commit()

    do_a_sweep(stand)
    assert stand.entry().state == "in_flight"
    assert abs(stand.clock() - utc_now()) < NEARLY


def test_what_the_host_wrote_with_a_clock_that_is_ahead_goes_at_once(stand: Bench) -> None:
    employee = stand.linked("p1")
    stand.edit("p1", phone_number="+4798765432")
    do_a_sweep(stand)
    stand.drain()
    assert stand.employee(employee)["phoneNumberMobile"] == "98765432"


def test_others_ask_now_and_then(stand: Bench) -> None:
    keep_time(stand.runtime, NOW_AND_THEN)
    assert abs(stand.clock() - utc_now()) < NEARLY
    statements = Statements().listen(stand.session().get_bind())
    keep_time(stand.runtime, NOW_AND_THEN)
    assert not statements.texts


def test_setting_the_machine_moves_nothing_any_more() -> None:
    ahead = timedelta()
    clock = Clock(lambda: utc_now() + ahead)
    clock.follow(utc_now)
    ahead = timedelta(hours=1)
    assert abs(clock() - utc_now()) < NEARLY


def test_sqlite_is_on_the_same_machine() -> None:
    with bench(clock=Clock(machine_that_is(timedelta(minutes=10)))) as stand:
        do_a_sweep(stand)
        assert stand.clock() - utc_now() > NEARLY


def test_nobody_waits_for_a_moment_that_was_written_down_while_the_clock_ran_ahead() -> None:
    with bench() as stand:
        place = Workplace.of(stand.runtime)
        employee = stand.linked("p1")
        stand.clock.forward(600)
        stand.edit("p1", phone_number="+4798765432")
        do_a_sweep(stand, place)
        stand.clock.forward(-600)
        do_a_sweep(stand, place)
        stand.drain()
        assert stand.employee(employee)["phoneNumberMobile"] == "98765432"


def do_a_sweep(stand: Bench, place: Workplace | None = None) -> None:
    for _what, step in sweep.steps(stand.runtime, place or Workplace.of(stand.runtime)):
        step()
        stand.session.commit()
