"""Stopped or undone while nobody knew whether Tripletex had carried it out: that is found out, and nothing is sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from huma_tripletex import reporting, syncing
from huma_tripletex.models import SyncRun
from huma_tripletex.outbox import wait
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
ERROR = {"kind": "status", "status": 500}
LOST, DONE = {"kind": "drop_before"}, {"kind": "drop_after"}


def unsure(desk: Desk, run: SyncRun, fault: dict[str, Any], *, method: str = "PUT") -> None:
    """Hands a run over, everybody of which meets this."""
    desk.fault(method=method, path="/v2/employee*", times=None, **fault)
    desk.fault(method=method, path="/v2/employee/*", times=None, **fault)
    desk.carry_out(run)
    desk.drain()
    assert all(entry.unsure for entry in desk.entries() if entry.run_id == run.id)


def stop(desk: Desk, run: SyncRun) -> None:
    assert syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.carry_out(run)


def well_again(desk: Desk, run: SyncRun) -> SyncRun:
    desk.http("DELETE", "faults")
    for _ in range(6):
        desk.clock.forward(300)
        desk.drain()
        desk.carry_out(run)
    syncing.take_in_late(desk.runtime, desk.clock())
    return desk.session.get_one(SyncRun, run.id, populate_existing=True)


def sent(desk: Desk, method: str = "PUT") -> int:
    return sum(row["method"] == method for row in desk.http("GET", "requests"))


@pytest.mark.parametrize("fault", [ERROR, LOST])
def test_whoever_met_an_error_is_not_sent_once_the_sync_is_stopped(desk: Desk, fault: dict[str, Any]) -> None:
    employees = [desk.both(number, bank_account_number=account(500 + number)) for number in range(1, 13)]
    run = desk.approve("huma")
    unsure(desk, run, fault)

    stop(desk, run)
    before = sent(desk)
    ended = well_again(desk, run)

    assert sent(desk) == before
    held = [desk.in_tripletex(employee)["bankAccountNumber"] for employee in employees]
    assert held == [account(500 + number) for number in range(1, 13)]
    assert Counter(desk.outcomes(run)) == {"cancelled": 12}
    assert (ended.state, reporting.report(desk.runtime, ended).need_you) == ("ended", 0)


def test_what_was_carried_out_before_the_stop_is_told_as_written(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    unsure(desk, run, DONE)
    stop(desk, run)

    well_again(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "40000001"
    assert (desk.result(run, 1).outcome, desk.result(run, 1).tripletex_fields) == ("updated", ["phone_number"])
    assert [one.fields for one in syncing.written(desk.runtime, run)] == [("phone_number",)]


def test_of_somebody_carried_out_in_part_before_the_stop_that_part_is_told(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", first_workday="2021-01-01")
    run = desk.approve("huma")
    desk.carry_out(run)
    desk.fault("status", method="PUT", path="/v2/employee/employment/*", status=500, times=None)
    desk.drain()
    stop(desk, run)

    well_again(desk, run)

    assert desk.in_tripletex(employee)["employments"][0]["startDate"] == "2021-01-01"
    result = desk.result(run, 1)
    assert (result.outcome, result.reason, result.tripletex_fields) == ("skipped", "stopped_in_part", ["phone_number"])


def test_neither_more_errors_nor_trying_at_once_make_it_sent(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    unsure(desk, run, ERROR)
    stop(desk, run)
    desk.http("DELETE", "faults")
    desk.fault(method="GET", path="/v2/employee/*", times=None, **ERROR)
    desk.clock.forward(300)
    desk.drain()
    (entry,) = desk.entries()
    assert (entry.state, entry.reason, entry.why) == ("waiting", "cancelled", "taken_back_unsure")
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()

    well_again(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    assert desk.entries()[0].state == "dismissed"


def test_a_newer_edit_of_somebody_stopped_is_sent_as_ever(desk: Desk) -> None:
    desk.both(3)
    desk.finish(desk.approve("huma"))
    employee = desk.both(1, phone_number="49999999", bank_account_number=account(77))
    run = desk.approve("huma")
    unsure(desk, run, ERROR)
    stop(desk, run)
    desk.change(1, phone_number="40000077")

    well_again(desk, run)

    row = desk.in_tripletex(employee)
    assert (row["phoneNumberMobile"], row["bankAccountNumber"]) == ("40000077", account(77))
    assert (desk.result(run, 1).outcome, desk.result(run, 1).tripletex_fields) == ("cancelled", [])


@pytest.mark.parametrize(("fault", "made"), [(ERROR, 0), (LOST, 0), (DONE, 1)])
def test_nobody_is_added_once_the_sync_is_stopped(desk: Desk, fault: dict[str, Any], made: int) -> None:
    desk.both(1)
    desk.person(2)
    run = desk.approve("huma", add=True, by=None)
    unsure(desk, run, fault, method="POST")
    stop(desk, run)
    before = sent(desk, "POST")

    well_again(desk, run)

    there = desk.named("Family2")
    assert (len(there), sent(desk, "POST")) == (made, before)
    result = desk.result(run, 2)
    assert (result.outcome, result.employee_id) == (("skipped", there[0]["id"]) if made else ("cancelled", None))


def test_what_was_unsure_when_its_sync_was_undone_is_not_sent(desk: Desk) -> None:
    employee = desk.both(1, bank_account_number=account(77))
    desk.both(2, phone_number="49999998")
    desk.fault("status", status=500, method="PUT", path=f"/v2/employee/{employee}", times=None)
    run = desk.approve("huma")
    desk.carry_out(run)
    for _ in range(12):
        desk.drain()
        desk.clock.forward(60)
    assert desk.carry_out(run)
    assert desk.result(run, 1).outcome == "waiting"

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    well_again(desk, back)

    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(77)
    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == ("skipped", "undone")
