"""Whoever was written in part when a sync was stopped is told as that: not as left alone, nor as not begun."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huma_tripletex import planning, reporting, syncing
from huma_tripletex.models import Conflict, SyncPlan, SyncRun
from huma_tripletex.reporting import done, taken_back
from tests.flows.host_parts import db
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing.test_undo import undone
from tests.flows.syncing_parts import Desk, desk, quick_desk
from tests.parts.tripletex import NEARLY_OVER

__all__ = ["desk", "quick_desk"]
EMPLOYMENT = "/v2/employee/employment/*"
ENGLISH = replace(ANNA, locale="en")
IN_PART = "1 person was synced in part, because the sync was stopped. Press Sync users to do the rest."
NOT_BEGUN = "1 person was not begun, because the sync was stopped. Press Sync users to do the rest."


def stop(desk: Desk, run: SyncRun) -> SyncRun:
    assert syncing.cancel(desk.runtime, run)
    desk.session.commit()
    assert desk.carry_out(run), "the run has not ended"
    return desk.session.get_one(SyncRun, run.id, populate_existing=True)


def choose(desk: Desk, plan: SyncPlan, **sides: str) -> None:
    rows = desk.session.query(Conflict).filter_by(plan_id=plan.id)
    planning.choose(desk.runtime, plan, {row.id: sides[row.field] for row in rows}, by=ANNA)
    desk.session.commit()


def both_ways(desk: Desk) -> SyncRun:
    """A run that is to write one person to either system, and another to Tripletex alone."""
    desk.both(1, phone_number="49999999", bank_account_number=account(77))
    desk.both(2, given_name="Other")
    plan = desk.plan()
    choose(desk, plan, phone_number="huma", bank_account_number="tripletex", given_name="huma")
    return desk.start(plan, ENGLISH)


def test_whoever_was_written_in_huma_when_a_sync_was_stopped_was_begun(desk: Desk) -> None:
    run = both_ways(desk)
    desk.carry_out(run)

    ended = stop(desk, run)

    first = desk.result(run, 1)
    assert (first.outcome, first.reason, first.huma_fields) == ("skipped", "stopped_in_part", ["bank_account_number"])
    assert (desk.result(run, 2).outcome, desk.result(run, 2).reason) == ("cancelled", "cancelled")
    account = reporting.report(desk.runtime, ended)
    with desk.app.test_request_context():
        told, sentences = done.done(account), [row.sentence for row in account.rows]
    assert told == ("In Huma: 1 value changed.", "In Tripletex: no change.", IN_PART, NOT_BEGUN)
    assert (account.need_you, account.in_part) == (0, 1)
    assert "before it came to Given1" not in " ".join(sentences)
    reporting.send_due_mail(desk.runtime, desk.clock())
    assert desk.mails[-1].subject.startswith("Tripletex: 0 of 2 people synced before it was stopped, 1 was not begun")
    assert IN_PART in " ".join(desk.mails[-1].text.split())
    assert [one.fields for one in syncing.written(desk.runtime, run)] == [("bank_account_number",)]


def test_of_an_undo_that_was_stopped_halfway_what_is_back_in_huma_is_told(desk: Desk) -> None:
    run = desk.finish(both_ways(desk))
    back = syncing.undo(desk.runtime, run, ENGLISH)
    desk.session.commit()
    desk.carry_out(back)

    account = reporting.report(desk.runtime, stop(desk, back))

    with desk.app.test_request_context():
        said, how = taken_back.headline(account), taken_back.not_done(account)
    assert said == "Earlier values are back for 0 of 2 people, partly for 1 more"
    assert [sentence.split(", because")[0] for sentence in how] == [
        "1 person was put back in part",
        "1 person was not begun",
    ]
    assert sorted(syncing.written(desk.runtime, run)[0].fields) == ["phone_number"]


def test_a_sync_of_one_that_was_stopped_halfway_does_not_say_that_it_is_done(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999", bank_account_number=account(77))
    plan = desk.plan()
    choose(desk, plan, phone_number="huma", bank_account_number="tripletex")
    run = desk.start(plan, ENGLISH)
    desk.carry_out(run)

    account_of = reporting.report(desk.runtime, stop(desk, run))

    said = reporting.headline(account_of, reporting.left_of(desk.runtime, run))
    assert said.startswith("0 of 1 person synced before it was stopped")


def test_why_huma_was_not_written_outlives_a_stop(quick_desk: Desk) -> None:
    """It came to them, and it was not the stop that left Huma as it was."""
    desk = quick_desk
    run = both_ways(desk)
    desk.change(1, bank_account_number=account(55))
    desk.carry_out(run)

    stop(desk, run)

    result = desk.result(run, 1)
    assert (result.outcome, result.reason) == ("skipped", "changed_in_huma")


def half_sent(desk: Desk, status: int) -> tuple[SyncRun, int]:
    """A run whose first person's phone number and account are in Tripletex, and whose first workday is not; the
    employee.
    """
    employee = desk.both(1, phone_number="49999999", bank_account_number=account(77), first_workday="2021-01-01")
    run = desk.approve("huma", by=ENGLISH)
    desk.carry_out(run)
    desk.fault("status", method="PUT", path=EMPLOYMENT, status=status, times=None)
    desk.drain()
    desk.http("DELETE", "faults")
    row = desk.in_tripletex(employee)
    assert (row["phoneNumberMobile"], row["employments"][0]["startDate"]) == ("40000001", "2021-01-01")
    return run, employee


def is_as_before(desk: Desk, employee: int) -> bool:
    row = desk.in_tripletex(employee)
    return (row["phoneNumberMobile"], row["bankAccountNumber"]) == ("49999999", account(77))


@pytest.mark.parametrize("status", [429, 401])
def test_what_tripletex_took_of_somebody_before_a_stop_is_told_and_can_be_undone(desk: Desk, status: int) -> None:
    run, employee = half_sent(desk, status)

    ended = stop(desk, run)

    result = desk.result(run, 1)
    assert (result.outcome, result.reason) == ("skipped", "stopped_in_part")
    assert sorted(result.tripletex_fields) == ["bank_account_number", "phone_number"]
    told = reporting.report(desk.runtime, ended)
    with desk.app.test_request_context():
        assert done.done(told) == ("In Huma: no change.", "In Tripletex: 2 values changed.", IN_PART)
        assert "phone number and bank account number" in "".join(reporting.csv_of(desk.runtime, run)).lower()
    reporting.send_due_mail(desk.runtime, desk.clock())
    assert "In Tripletex: 2 values changed." in " ".join(desk.mails[-1].text.split())
    if status == 401:  # after the other the client waits for real
        well_again(desk)
        undone(desk, run)
        assert is_as_before(desk, employee)


def well_again(desk: Desk) -> None:
    connection = desk.connection()
    connection.state, connection.snoozed_until, connection.failures = "connected", None, 0
    desk.session.commit()
    desk.clock.forward(60)


def waited_too_long(desk: Desk, run: SyncRun) -> None:
    desk.clock.forward(desk.runtime.settings.run_wait + 1)
    assert desk.carry_out(run)
    assert desk.result(run, 1).outcome == "waiting"


def test_what_tripletex_took_of_somebody_who_waits_is_put_back_by_an_undo(desk: Desk) -> None:
    run, employee = half_sent(desk, 401)
    waited_too_long(desk, run)
    assert reporting.report(desk.runtime, run).tripletex.values == 2
    well_again(desk)

    undone(desk, run)

    assert is_as_before(desk, employee)
    assert desk.in_tripletex(employee)["employments"][0]["startDate"] == "2021-01-01"
    assert (desk.result(run, 1).outcome, desk.entries()[0].reason) == ("skipped", "undone")


def test_what_was_taken_is_known_after_attempts_that_brought_nothing(quick_desk: Desk) -> None:
    desk = quick_desk
    run, _ = half_sent(desk, 429)
    desk.fault("status", method="GET", path="/v2/employee/*", status=429, headers=NEARLY_OVER, times=1)
    well_again(desk)
    desk.drain()
    assert desk.entries()[0].reason == "rate_limited"

    stop(desk, run)

    assert sorted(desk.result(run, 1).tripletex_fields) == ["bank_account_number", "phone_number"]


def test_what_was_taken_is_known_of_somebody_who_has_left_huma_since(quick_desk: Desk) -> None:
    desk = quick_desk
    run, _ = half_sent(desk, 401)
    db.session.delete(desk.read(1))
    db.session.commit()
    well_again(desk)

    desk.finish(run)

    result = desk.result(run, 1)
    assert (result.outcome, result.reason) == ("skipped", "left_huma")
    assert sorted(result.tripletex_fields) == ["bank_account_number", "phone_number"]


def test_what_was_taken_is_known_when_a_later_plan_takes_the_place_of_the_rest(quick_desk: Desk) -> None:
    desk = quick_desk
    other = desk.both(2, phone_number="49999998")
    run, _ = half_sent(desk, 401)
    waited_too_long(desk, run)
    well_again(desk)
    desk.http("PATCH", f"employees/{other}", json={"phoneNumberMobile": "48111111"})
    plan = desk.plan()
    choose(desk, plan, first_workday="leave", bank_account_number="leave", phone_number="huma")

    desk.finish(desk.start(plan))

    syncing.take_in_late(desk.runtime, desk.clock())
    assert sorted(desk.result(run, 1).tripletex_fields) == ["bank_account_number", "phone_number"]
    assert sorted(syncing.written(desk.runtime, run)[0].fields) == ["bank_account_number", "phone_number"]


def test_who_was_added_without_an_employment_before_a_stop_was_begun(desk: Desk) -> None:
    desk.both(1)
    desk.person(2)
    run = desk.approve("huma", add=True)
    desk.carry_out(run)
    desk.fault("status", method="POST", path="/v2/employee/employment*", status=429, headers=NEARLY_OVER, times=1)
    desk.drain()
    assert len(desk.named("Family2")) == 1

    stop(desk, run)

    result = desk.result(run, 2)
    assert (result.outcome, result.reason) == ("skipped", "stopped_in_part")
    assert result.employee_id == desk.named("Family2")[0]["id"]
