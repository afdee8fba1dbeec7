"""What waits for Tripletex goes soon after its first good answer, whoever hears it and whatever its own pause."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from huma_tripletex import connecting, planning
from huma_tripletex.jobs import upkeep
from huma_tripletex.models import Connection
from huma_tripletex.outbox.wait import heard
from tests.flows.delivery_parts import Bench, bench, statements
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
PROMISED = 30
"""Seconds."""


@pytest.fixture
def stand() -> Iterator[Bench]:
    """Three people in both systems; changes of the first two have waited for four hours, so their pauses are long."""
    with bench() as made:
        for n in range(3):
            made.linked(f"p{n}", employee_id=str(n + 1), family_name=f"N{n}")
        made.fault("status", status=500, path="/v2/employee*", times=None)
        for n in range(2):
            made.edit(f"p{n}", phone_number=f"4741000{n:03}")
        work(made, 4 * 3600, step=60)
        made.http("DELETE", "faults")
        assert {entry.state for entry in made.entries()} == {"waiting"}
        assert all((entry.not_before - made.clock()).total_seconds() > PROMISED for entry in made.entries())
        yield made


def work(stand: Bench, seconds: int, step: int = 5) -> None:
    for _ in range(seconds // step):
        stand.clock.forward(step)
        stand.sweep()
        stand.drain()


def look(stand: Bench) -> None:
    stand.connection.checked_at = None
    stand.session.commit()
    upkeep.check_tokens(stand.runtime, lambda: False)


def replace(stand: Bench) -> None:
    connecting.replace_token(stand.runtime, stand.connection, stand.token, None)
    stand.session.commit()


def compare(stand: Bench) -> None:
    plan = planning.begin(stand.runtime, stand.connection, None)
    stand.session.commit()
    planning.draft(stand.runtime, plan.id)
    stand.session.refresh(plan)
    assert plan.state == "ready"


@pytest.mark.parametrize("hear", [look, replace, compare])
def test_what_waits_goes_after_an_answer_that_no_drain_has_heard(stand: Bench, hear: Callable[[Bench], None]) -> None:
    hear(stand)
    work(stand, PROMISED)
    assert {entry.outcome for entry in stand.entries()} == {"delivered"}


def test_a_look_that_is_not_answered_wakes_nobody(stand: Bench) -> None:
    stand.fault("status", status=500, path="/v2/*", times=None)
    before = stand.connection.failures
    look(stand)
    work(stand, PROMISED)
    assert stand.connection.failures == before > 0
    assert {entry.state for entry in stand.entries()} == {"waiting"}


@pytest.mark.parametrize("hear", [look, compare])
def test_what_waits_for_a_token_that_a_look_found_broken_is_probed(hear: Callable[[Bench], None]) -> None:
    """A drain would find it too, and probe it every minute; so it is whoever found it."""
    with bench() as stand:
        stand.linked("p1")
        stand.fault("status", status=401, code=3000, path="/v2/*", times=None)
        with contextlib.suppress(AssertionError):  # a comparison fails
            hear(stand)
        assert stand.connection.state == "needs_attention"
        stand.edit("p1", phone_number="41000001")
        work(stand, 600)
        stand.http("DELETE", "faults")
        work(stand, 90)
        assert (stand.entry("p1").outcome, stand.connection.state) == ("delivered", "connected")


def test_a_run_that_sees_tripletex_lets_everything_go_on(quick_desk: Desk) -> None:
    quick_desk.both(1, phone_number="41000001")
    run = quick_desk.approve("tripletex")
    quick_desk.connection().failures = 3
    quick_desk.session.commit()
    quick_desk.carry_out(run)
    assert quick_desk.session.scalar(select(Connection.failures)) == 0


def test_of_a_connection_that_is_well_nothing_is_written() -> None:
    with bench() as stand:
        stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        with statements(stand) as counted:
            assert not heard(stand.session(), stand.connection_id, stand.clock())
        assert sum(counted.values()) == 1
