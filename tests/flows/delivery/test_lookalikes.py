"""A create was lost or refused, and payroll has entered the same person meanwhile: nobody is added twice, and nothing
that payroll has written is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex.core.people import HostPerson
from huma_tripletex.outbox import wait
from tests.flows.delivery_parts import KARI, Bench, bench, employee_json
from tests.flows.syncing_parts import Desk, quick_desk

__all__ = ["quick_desk"]


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def never_arrived(stand: Bench, **values: Any) -> None:
    """A create that did not reach Tripletex, though nobody knows."""
    stand.fault("drop_before", method="POST", path="/v2/employee", times=1)
    stand.person("p1", **values)
    stand.approve("p1", *stand.people["p1"].values, kind="create")
    stand.drain()
    assert stand.link_of().state == "creating"


def entered_by_payroll(stand: Bench, **values: Any) -> int:
    person = HostPerson("", {**KARI, **values}, None)
    (row,) = stand.http("POST", "employees", json=[employee_json(person)])
    return int(row["id"])


def tried_again(stand: Bench) -> None:
    stand.http("DELETE", "requests")
    stand.clock.forward(20)  # what was lost cannot be carried out any more
    stand.drain()


def test_who_has_everything_that_was_sent_is_taken_for_the_same(stand: Bench) -> None:
    """As by a human: it cannot be told from what a create makes, and nothing there is changed."""
    never_arrived(stand)
    employee = entered_by_payroll(stand)
    tried_again(stand)
    assert (stand.link_of().employee_id, stand.entry().state) == (employee, "done")
    assert {call.split()[0] for call in stand.calls()} == {"GET"}


def test_what_payroll_has_left_empty_is_filled_in(stand: Bench) -> None:
    never_arrived(stand)
    employee = entered_by_payroll(stand, phone_number=None, bank_account_number=None, first_workday=None)
    tried_again(stand)
    row = stand.employee(employee)
    assert (row["bankAccountNumber"], [one["startDate"] for one in row["employments"]]) == (
        "12345678903",
        ["2020-01-01"],
    )
    assert stand.entry().state == "done"


@pytest.mark.parametrize(
    "other",
    [
        {"bank_account_number": "86011117947"},
        {"phone_number": "41000001"},
        {"first_workday": "2021-02-01"},
        {"last_workday": "2031-12-31"},
    ],
)
def test_who_has_another_value_is_asked_about_and_left_as_they_are(stand: Bench, other: dict[str, str]) -> None:
    never_arrived(stand)
    employee = entered_by_payroll(stand, **other)
    before = stand.employee(employee)
    tried_again(stand)
    assert (stand.entry().state, stand.entry().reason) == ("parked", "resembles_somebody")
    assert stand.employee(employee) == before
    assert len(stand.named("Nordmann")) == 1


def test_a_value_that_could_not_be_sent_is_no_other_value(stand: Bench) -> None:
    stand.fault("drop_after", method="POST", path="/v2/employee", times=1)
    stand.person("p1", bank_account_number="1")
    stand.approve("p1", *stand.people["p1"].values, kind="create")
    stand.drain()
    tried_again(stand)
    assert stand.link_of().state == "linked"
    assert stand.entry().reason == "account_invalid"


@pytest.mark.parametrize("entered", [{"employee_id": None}, {"employee_id": "99"}, {"given_name": "Karin"}])
def test_who_may_be_the_same_though_not_as_sent_is_asked_about(stand: Bench, entered: dict[str, str | None]) -> None:
    never_arrived(stand, **({} if entered.get("employee_id") != "99" else {"employee_id": None}))
    entered_by_payroll(stand, **entered)
    tried_again(stand)
    assert (stand.entry().state, stand.entry().reason) == ("parked", "resembles_somebody")
    assert stand.link_of() is None
    assert len(stand.named("Nordmann")) == 1


def test_trying_a_refused_one_again_looks_whether_payroll_was_faster(stand: Bench) -> None:
    stand.fault("status", status=422, method="POST", path="/v2/employee", times=1)
    stand.person("p1", employee_id=None)
    stand.approve("p1", *stand.people["p1"].values, kind="create")
    stand.drain()
    assert stand.entry().state == "parked"
    entered_by_payroll(stand, employee_id="99", bank_account_number=None)

    wait.retry(stand.session(), stand.connection_id, stand.clock())
    stand.session.commit()
    stand.drain()

    assert (stand.entry().state, stand.entry().reason) == ("parked", "resembles_somebody")
    assert len(stand.named("Nordmann")) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_the_result_says_that_it_was_found_and_not_seen_to_be_made(quick_desk: Desk, fault: str) -> None:
    """Nobody can tell whether Tripletex had carried out the create, or payroll was as fast with the very same."""
    desk = quick_desk
    desk.both(1)
    desk.person(20, first_workday=None)
    run = desk.approve("huma", add=True)
    desk.carry_out(run)
    desk.fault(fault, method="POST", path="/v2/employee", times=1)
    desk.drain()
    if fault == "drop_before":
        desk.employee(20, first_workday=None)
    desk.clock.forward(30)

    desk.finish(run)

    assert len(desk.named("Family20")) == 1
    assert (desk.result(run, 20).outcome, desk.result(run, 20).reason) == ("created", "found_afterwards")
