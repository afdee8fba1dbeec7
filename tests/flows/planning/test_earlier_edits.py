"""An edit that waited while the systems were compared was compared too: it is not sent over the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from huma_tripletex import planning, syncing
from huma_tripletex.models import Conflict
from huma_tripletex.outbox import wait
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.settle import hand_back
from huma_tripletex.outbox.withdraw import lock_open
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing.test_undo_of_the_rest import refuses_account
from tests.flows.syncing_parts import Desk, desk, desk_on

__all__ = ["desk"]
CHOICES = ("huma", "tripletex", "leave", None)
AFTER = {"huma": "41111111", "tripletex": "48000000", "leave": "48000000", None: "48000000"}


def decided(desk: Desk, choice: str | None) -> None:
    """A sync in which only the phone number is chosen about, and everything that still waits then goes."""
    desk.clock.forward(60)
    plan = desk.plan()
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id):
        planning.choose(desk.runtime, plan, {conflict.id: choice if conflict.field == "phone_number" else "huma"})
    desk.finish(desk.start(plan))
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()
    assert {entry.state for entry in desk.entries()} <= {"done"}


@pytest.mark.parametrize("choice", CHOICES)
def test_before_the_first_sync(desk: Desk, choice: str | None) -> None:
    employee = desk.both(1, phone_number="48000000")
    desk.plan()  # from here on edits are kept
    desk.change(1, phone_number="41111111")
    decided(desk, choice)
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == AFTER[choice]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("state", ["waiting", "parked"])
def test_of_somebody_who_is_linked(desk: Desk, choice: str | None, state: str) -> None:
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.change(1, phone_number="41111111")
    if state == "parked":
        desk.fault("status", method="PUT", path="/v2/employee/*", status=422, times=1)
        desk.drain()
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "48000000"})
    decided(desk, choice)
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == AFTER[choice]


def test_what_did_not_differ_and_what_came_later_is_sent(desk: Desk) -> None:
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.change(1, phone_number="41111111")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "48000000"})
    desk.clock.forward(60)
    plan = desk.plan()
    (conflict,) = desk.session.query(Conflict).filter_by(plan_id=plan.id)
    planning.choose(desk.runtime, plan, {conflict.id: "leave"})
    desk.clock.forward(60)
    desk.change(1, bank_account_number=account(55))
    desk.finish(desk.start(plan))
    desk.drain()
    row = desk.in_tripletex(employee)
    assert (row["phoneNumberMobile"], row["bankAccountNumber"]) == ("48000000", account(55))


@pytest.mark.parametrize("outcome", ["refused", "taken"])
def test_what_is_on_its_way_just_then_is_waited_for(desk: Desk, outcome: str) -> None:
    """It cannot be taken back; Tripletex may refuse it for now, and then it would wait again."""
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.change(1, phone_number="41111111")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "48000000"})
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "leave")
    desk.session.commit()
    now, session = desk.clock(), desk.session()
    assert claim(session, desk.connection().id, now, now + timedelta(minutes=1), "a worker", 1)
    desk.session.commit()

    with pytest.raises(planning.NotPossible, match="being_sent"):
        planning.approve(desk.runtime, plan, ANNA)
    desk.session.rollback()
    assert plan.state == "ready"

    hand_back(session, "a worker")
    desk.session.commit()
    if outcome == "taken":
        desk.drain()
    desk.finish(desk.start(plan))
    desk.drain()
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == ("41111111" if outcome == "taken" else "48000000")


def test_what_comes_back_while_a_plan_is_approved_waits_for_that(postgres_url: str) -> None:
    """Tripletex refused it just then: it is held as it was found until the approval is over."""
    for firm in desk_on(postgres_url):
        firm.both(1)
        firm.finish(firm.approve())
        firm.change(1, phone_number="41111111")
        now, session = firm.clock(), firm.session()
        assert claim(session, firm.connection().id, now, now + timedelta(minutes=1), "a worker", 1)
        session.commit()
        (entry,) = lock_open(session, [one.id for one in firm.entries()], select(literal("1")))
        assert entry.state == "in_flight"
        with Session(session.get_bind()) as other:
            other.execute(text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(OperationalError, match="lock"):
                hand_back(other, "a worker")
        session.rollback()


def test_what_is_on_its_way_and_did_not_differ_holds_nothing_up(desk: Desk) -> None:
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.change(1, phone_number="41111111")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "41111111", "firstName": "Another"})
    plan, now = desk.plan(), desk.clock()
    assert claim(desk.session(), desk.connection().id, now, now + timedelta(minutes=1), "a worker", 1)
    assert planning.approve(desk.runtime, plan, ANNA)


@pytest.mark.parametrize("wanted", ["edit", "retry"])
def test_what_an_earlier_run_could_not_write_is_not_sent_over_a_later_decision(desk: Desk, wanted: str) -> None:
    """The account was refused; then it was decided to leave it, and something else of the person is sent."""
    employee = desk.both(1, bank_account_number=account(77), phone_number="49999999")
    desk.both(2, phone_number="48000000")
    refuses_account(desk, employee, times=1)
    first = desk.finish(desk.approve("huma"))
    assert desk.result(first, 1).outcome == "failed"
    desk.http("PATCH", f"employees/{desk.named('Family2')[0]['id']}", json={"phoneNumberMobile": "48111111"})
    desk.clock.forward(60)
    plan = desk.plan()
    choices = {"bank_account_number": "leave", "phone_number": "huma"}
    rows = desk.session.query(Conflict).filter_by(plan_id=plan.id)
    planning.choose(desk.runtime, plan, {row.id: choices[row.field] for row in rows})
    desk.finish(desk.start(plan))

    if wanted == "edit":
        desk.change(1, given_name="Newest")
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()

    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(77)
    assert not [entry for entry in desk.entries() if entry.state == "parked"]
    syncing.take_in_late(desk.runtime, desk.clock())
    assert (desk.result(first, 1).reason, desk.result(first, 1).tripletex_fields) == ("superseded", ["phone_number"])


def test_whom_a_run_could_not_add_is_not_added_once_that_is_decided(desk: Desk) -> None:
    desk.both(9, phone_number="49999999")
    desk.person(1)
    desk.fault("status", method="POST", path="/v2/employee", status=422, code=18000, times=1)
    assert desk.result(desk.finish(desk.approve("huma", add=True)), 1).outcome == "failed"
    desk.http("DELETE", "faults")
    desk.clock.forward(60)
    desk.http("PATCH", f"employees/{desk.named('Family9')[0]['id']}", json={"phoneNumberMobile": "48888888"})
    plan = desk.plan()
    planning.choose_everybody(desk.runtime, plan, "only_in_huma", "leave")
    planning.choose_for_all(desk.runtime, plan, "huma")
    desk.finish(desk.start(plan))

    desk.change(1, phone_number="45555555")
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()

    assert desk.named("Family1") == []


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "drop_before"}, {"kind": "drop_after"}])
def test_what_a_sync_may_have_written_is_decided_about_as_it_was_found(desk: Desk, fault: dict[str, Any]) -> None:
    """Its answer was lost, and Tripletex was read since: what differs then was not written, and is not any more."""
    employee = desk.both(1, bank_account_number=account(77))
    desk.fault(method="PUT", path=f"/v2/employee/{employee}", times=1, **fault)
    first = desk.approve("huma")
    desk.carry_out(first)
    desk.drain()
    assert desk.entries()[0].unsure
    desk.clock.forward(600)
    desk.carry_out(first)
    plan = desk.plan()
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id):
        planning.choose(desk.runtime, plan, {conflict.id: "leave"})
    desk.finish(desk.start(plan))
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.clock.forward(600)
    desk.drain()
    syncing.take_in_late(desk.runtime, desk.clock())

    was_written = fault["kind"] == "drop_after"
    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(1 if was_written else 77)
    assert desk.result(first, 1).tripletex_fields == (["bank_account_number"] if was_written else [])
