"""What came of people after their run had ended: its result, and what is said of an undo, follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huma_tripletex import reporting, syncing
from huma_tripletex.models import SyncRun
from huma_tripletex.outbox import wait
from huma_tripletex.web import undo_marks
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing.test_undo_of_the_rest import refuses_account
from tests.flows.syncing_parts import Desk, desk

__all__ = ["desk"]


def stored_otherwise(desk: Desk) -> SyncRun:
    """A run after which Tripletex has accepted a phone number and holds another one."""
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    desk.carry_out(run)
    desk.fault("lie", method="PUT", path=f"/v2/employee/{employee}", answer="stored")
    drain_for(desk, minutes=10)
    assert desk.carry_out(run)
    assert desk.result(run, 1).outcome == "different"
    desk.http("DELETE", "faults")
    return run


def drain_for(desk: Desk, minutes: int) -> None:
    for _ in range(minutes):
        desk.drain()
        desk.clock.forward(60)


@pytest.mark.parametrize(("act", "outcome"), [(wait.retry, "updated"), (wait.dismiss, "skipped")])
def test_what_was_stored_otherwise_needs_nobody_once_somebody_has_seen_to_it(
    desk: Desk, act: Callable[..., int], outcome: str
) -> None:
    run = stored_otherwise(desk)

    act(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()
    syncing.take_in_late(desk.runtime, desk.clock())

    assert desk.result(run, 1).outcome == outcome
    assert reporting.report(desk.runtime, run).need_you == 0
    written = [one.fields for one in syncing.written(desk.runtime, run)]
    assert written == ([("phone_number",)] if outcome == "updated" else [])
    assert syncing.take_in_late(desk.runtime, desk.clock()) == 0


def test_the_rest_of_an_undo_is_offered_when_what_waited_was_refused_in_the_end(desk: Desk) -> None:
    employee = desk.both(1, bank_account_number=account(77))
    desk.both(2, phone_number="49999998")
    run = desk.finish(desk.approve("huma"))
    for method in ("GET", "PUT"):
        desk.fault("status", method=method, path="/v2/*", status=503, times=None)
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.carry_out(back)
    drain_for(desk, minutes=12)
    assert desk.carry_out(back)
    assert undo_marks.of(desk.runtime, run).is_whole, "what waits is sent by itself"

    desk.http("DELETE", "faults")
    refuses_account(desk, employee, times=None)
    drain_for(desk, minutes=30)
    desk.http("DELETE", "faults")
    wait.dismiss(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    syncing.take_in_late(desk.runtime, desk.clock())

    assert not undo_marks.of(desk.runtime, run).is_whole
    assert [one.fields for one in syncing.written(desk.runtime, run) if one.fields] == [("bank_account_number",)]
