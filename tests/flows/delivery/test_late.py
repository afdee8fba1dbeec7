"""Tripletex carries out a request when nobody waits for it any more: nobody is there twice, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex.outbox.withdraw import withdraw_run
from tests.flows.delivery_parts import KARI, Bench
from tests.flows.late_line import DOUBT, GATEWAY, LATE, TIMEOUT, goes_on, late_bench, line_of, new


@pytest.fixture
def stand() -> Iterator[Bench]:
    with late_bench() as made:
        yield made


def states(stand: Bench) -> set[tuple[str, str]]:
    return {(entry.state, entry.outcome) for entry in stand.entries()}


def writes(stand: Bench) -> list[str]:
    return [call for call in stand.calls() if not call.startswith("GET")]


@pytest.mark.parametrize("answer", [TIMEOUT, GATEWAY])
@pytest.mark.parametrize(("path", "people"), [("/v2/employee", 1), ("/v2/employee/list", 3)])
def test_a_create_that_is_carried_out_late_makes_nobody_twice(
    stand: Bench, path: str, people: int, answer: str
) -> None:
    line_of(stand).hold("POST", path, answer)
    new(stand, *(f"p{number}" for number in range(people)))
    stand.drain()
    goes_on(stand, LATE)
    assert stand.named("Nordmann") == [], "nothing is created as long as it may come"

    assert line_of(stand).let_go() == 201
    goes_on(stand, 30)

    assert len(stand.named("Nordmann")) == people
    assert states(stand) == {("done", "delivered")}
    assert {link.employee_id for link in map(stand.link_of, stand.people) if link} == {
        row["id"] for row in stand.named("Nordmann")
    }


@pytest.mark.parametrize("answer", [TIMEOUT, GATEWAY])
def test_a_create_that_never_comes_is_sent_again_when_it_cannot_come_any_more(stand: Bench, answer: str) -> None:
    line_of(stand).hold("POST", "/v2/employee", answer)
    new(stand, "p0")
    stand.drain()
    goes_on(stand, DOUBT + 30)
    assert len(stand.named("Nordmann")) == 1
    assert states(stand) == {("done", "delivered")}
    assert writes(stand) == ["POST /employee", "POST /employee/employment"]


def test_an_employment_that_is_begun_late_is_not_begun_twice(stand: Bench) -> None:
    """Whether Tripletex would refuse the second one is not documented."""
    line_of(stand).hold("POST", "/v2/employee/employment", TIMEOUT)
    new(stand, "p0")
    stand.drain()
    goes_on(stand, LATE)
    assert writes(stand) == ["POST /employee"]

    assert line_of(stand).let_go() == 201
    goes_on(stand, 30)

    assert states(stand) == {("done", "delivered")}
    assert writes(stand) == ["POST /employee", "POST /employee/employment"]


CHANGES: list[tuple[str, str, str | None, str | None]] = [
    ("employee", "bank_account_number", "86011117947", "12345678903"),
    ("employee", "phone_number", "41000001", "91234567"),
    ("employment", "last_workday", "2031-12-31", None),
]


@pytest.mark.parametrize(("kind", "key", "value", "before"), CHANGES)
def test_a_change_that_is_carried_out_late_is_not_what_stays(
    stand: Bench, kind: str, key: str, value: str, before: str | None
) -> None:
    number = edited_and_edited_back(stand, kind, key, value, before)
    goes_on(stand, LATE)
    assert {state for state, _ in states(stand)} == {"waiting"}, "as long as it may come, a look settles nothing"

    assert line_of(stand).let_go() == 200
    goes_on(stand, 30)

    assert told(stand.employee(number), key) == before
    assert {state for state, _ in states(stand)} == {"done"}


def test_a_look_that_is_not_answered_ends_no_doubt(stand: Bench) -> None:
    number = edited_and_edited_back(stand, *CHANGES[0])
    stand.fault("drop_before", method="GET", path=f"/v2/employee/{number}", times=1)
    goes_on(stand, LATE)
    assert {state for state, _ in states(stand)} == {"waiting"}
    assert line_of(stand).let_go() == 200
    goes_on(stand, 30)
    assert told(stand.employee(number), CHANGES[0][1]) == CHANGES[0][3]


def test_nor_does_a_second_request_that_is_lost_sooner(stand: Bench) -> None:
    kind, key, value, before = CHANGES[0]
    number = edited_and_edited_back(stand, kind, key, value, "15032080119")
    stand.fault("drop_before", method="PUT", path=f"/v2/employee/{number}", times=1)
    goes_on(stand, 5)
    stand.edit("p0", **{key: before})
    goes_on(stand, LATE)
    assert {state for state, _ in states(stand)} == {"waiting"}
    assert line_of(stand).let_go() == 200
    goes_on(stand, 30)
    assert told(stand.employee(number), key) == before


REFUSED = {"kind": "status", "status": 422}
DROPPED = {"kind": "drop_before"}


@pytest.mark.parametrize("what", [REFUSED, DROPPED], ids=["refused", "dropped"])
def test_nor_does_a_request_about_another_field_that_is_not_carried_out(stand: Bench, what: dict[str, Any]) -> None:
    kind, key, value, before = CHANGES[1]
    number = edited_and_edited_back(stand, kind, key, value, before)
    stand.edit("p0", bank_account_number="86011117947")
    stand.fault(**what, method="PUT", path=f"/v2/employee/{number}", times=1)
    goes_on(stand, 5)
    assert line_of(stand).let_go() == 200
    goes_on(stand, DOUBT + 60)
    assert told(stand.employee(number), key) == before


def test_what_was_taken_back_is_not_said_to_be_undone_as_long_as_it_may_come(stand: Bench) -> None:
    _, key, value, before = CHANGES[1]
    number = stand.linked("p0")
    line_of(stand).hold("PUT", f"/v2/employee/{number}", TIMEOUT)
    stand.person("p0", **{key: value})
    stand.approve("p0", key, tripletex={key: before})
    stand.drain()
    withdraw_run(stand.session(), 1, stand.clock())
    stand.session.commit()
    goes_on(stand, LATE)
    assert {state for state, _ in states(stand)} == {"waiting"}
    assert line_of(stand).let_go() == 200
    goes_on(stand, 30)
    assert states(stand) == {("done", "delivered")}


def test_a_correction_does_not_end_the_doubt_about_an_employment_that_may_be_begun(stand: Bench) -> None:
    number = stand.linked("p0", last_workday="2021-12-31")
    line_of(stand).hold("POST", "/v2/employee/employment", TIMEOUT)
    stand.edit("p0", first_workday="2026-01-01", last_workday=None)
    stand.drain()
    stand.edit("p0", first_workday=KARI["first_workday"], last_workday="2022-06-30")
    goes_on(stand, LATE)
    assert [one["endDate"] for one in stand.employee(number)["employments"]] == ["2022-06-30"], "it is sent at once"

    assert line_of(stand).let_go() == 201
    goes_on(stand, 30)
    last = stand.entry("p0")
    assert (last.state, last.reason) == ("parked", "employments_overlap"), "somebody looks at what there is now"


@pytest.mark.parametrize(("kind", "key", "value", "before"), CHANGES)
def test_a_change_that_never_comes_is_waited_for_no_longer_than_it_can(
    stand: Bench, kind: str, key: str, value: str, before: str | None
) -> None:
    number = edited_and_edited_back(stand, kind, key, value, before)
    goes_on(stand, DOUBT + 30)
    assert told(stand.employee(number), key) == before
    assert {state for state, _ in states(stand)} == {"done"}
    assert writes(stand) == [], "there was nothing to send"


@pytest.mark.parametrize(("kind", "key", "value", "before"), CHANGES)
def test_a_third_value_goes_at_once_and_makes_the_late_one_too_late(
    stand: Bench, kind: str, key: str, value: str, before: str | None
) -> None:
    third = {"bank_account_number": "15032080119", "phone_number": "41000002", "last_workday": "2032-12-31"}[key]
    number = edited_and_edited_back(stand, kind, key, value, third)
    goes_on(stand, 10)
    assert told(stand.employee(number), key) == third
    assert line_of(stand).let_go() == 409
    assert told(stand.employee(number), key) == third


def edited_and_edited_back(stand: Bench, kind: str, key: str, value: str, then: str | None) -> int:
    """A change whose answer is waited for in vain, and another edit after it."""
    number = stand.linked("p0")
    employee: dict[str, Any] = stand.employee(number)
    path = (
        f"/v2/employee/{number}"
        if kind == "employee"
        else f"/v2/employee/employment/{employee['employments'][0]['id']}"
    )
    line_of(stand).hold("PUT", path, TIMEOUT)
    stand.edit("p0", **{key: value})
    stand.drain()
    stand.edit("p0", **{key: then})
    return number


def told(employee: dict[str, Any], key: str) -> str | None:
    if key == "last_workday":
        return employee["employments"][0]["endDate"] or None
    return str(employee["bankAccountNumber" if key == "bank_account_number" else "phoneNumberMobile"])
