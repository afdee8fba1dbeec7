"""Every change of an object says which version of it was seen and what is to become different, and nothing else: so
nobody's work in Tripletex is overwritten unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from huma_tripletex.delivery import Clients
from huma_tripletex.runtime import NAME
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import NORWAY, Bench, bench

BIRTH = {"dateOfBirth": "1990-05-17"}
LOOK, PUT, PUT_EMPLOYMENT = "GET /employee/{id}", "PUT /employee/{id}", "PUT /employee/employment/{id}"
SETTING = "EMPLOYMENT_END_EMPLOYEE"


class Heard(httpx.BaseTransport):
    """Keeps the bodies of PUTs."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.bodies: list[dict[str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            self.bodies.append(json.loads(request.read()))
        return self._inner.handle_request(request)


def listening(stand: Bench) -> Heard:
    assert stand.runtime.transport is not None
    heard = Heard(stand.runtime.transport)
    stand.runtime = stand.app.extensions[NAME] = replace(stand.runtime, transport=heard)
    stand.clients = Clients()
    return heard


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


EMPLOYEE: list[tuple[dict[str, str | None], dict[str, Any]]] = [
    ({"given_name": "Karin"}, {**BIRTH, "firstName": "Karin"}),
    ({"family_name": "Moen"}, {**BIRTH, "lastName": "Moen"}),
    ({"employee_id": "18"}, {**BIRTH, "employeeNumber": "18"}),
    ({"employee_id": None}, {**BIRTH, "employeeNumber": ""}),
    ({"bank_account_number": "86011117947"}, {**BIRTH, "bankAccountNumber": "86011117947"}),
    ({"bank_account_number": None}, {**BIRTH, "bankAccountNumber": ""}),
    ({"date_of_birth": "1990-05-18"}, {"dateOfBirth": "1990-05-18"}),
    (
        {"phone_number": "41000001"},
        {**BIRTH, "phoneNumberMobile": "41000001", "phoneNumberMobileCountry": {"id": NORWAY}},
    ),
    ({"phone_number": None}, {**BIRTH, "phoneNumberMobile": ""}),
    ({"given_name": "Karin", "employee_id": "18"}, {**BIRTH, "firstName": "Karin", "employeeNumber": "18"}),
]


@pytest.mark.parametrize(("edit", "body"), EMPLOYEE, ids=lambda one: "+".join(one))
def test_an_employee_is_told_what_changed_and_no_more(
    stand: Bench, edit: dict[str, str | None], body: dict[str, Any]
) -> None:
    number = stand.linked("p1")
    version = stand.employee(number)["version"]
    heard = listening(stand)
    stand.edit("p1", **edit)
    stand.drain()
    assert heard.bodies == [{"id": number, "version": version, **body}]
    assert stand.entry().outcome == "delivered"

    stand.edit("p1", given_name="Kari Anne")
    stand.drain()
    birth = {"dateOfBirth": edit.get("date_of_birth") or BIRTH["dateOfBirth"]}
    assert heard.bodies[1:] == [{"id": number, "version": version + 1, **birth, "firstName": "Kari Anne"}]


EMPLOYMENT: list[tuple[str | None, dict[str, str | None], dict[str, Any]]] = [
    (None, {"first_workday": "2020-02-01"}, {"startDate": "2020-02-01"}),
    (None, {"last_workday": "2031-01-31"}, {"endDate": "2031-01-31", "employmentEndReason": SETTING}),
    ("2031-01-31", {"last_workday": "2031-02-28"}, {"endDate": "2031-02-28"}),
    ("2031-01-31", {"last_workday": None}, {"endDate": None, "employmentEndReason": None}),
    (
        None,
        {"first_workday": "2020-02-01", "last_workday": "2031-01-31"},
        {"startDate": "2020-02-01", "endDate": "2031-01-31", "employmentEndReason": SETTING},
    ),
]


@pytest.mark.parametrize(("before", "edit", "body"), EMPLOYMENT)
def test_an_employment_is_told_what_changed_and_no_more(
    stand: Bench, before: str | None, edit: dict[str, str | None], body: dict[str, Any]
) -> None:
    number = stand.linked("p1", last_workday=before)
    (period,) = stand.employee(number)["employments"]
    heard = listening(stand)
    stand.edit("p1", **edit)
    stand.drain()
    # where the first workday changes, Tripletex is asked for the last one, unless that is agreed on
    assert heard.bodies == [{"id": period["id"], "version": period["version"], **body}]
    assert stand.entry().outcome == "delivered"


@pytest.mark.parametrize(
    ("switches", "field", "bodies"),
    [
        (
            Switches(text_cleared_by="null"),
            "bank_account_number",
            [{"bankAccountNumber": ""}, {"bankAccountNumber": None}],
        ),
        (Switches(date_cleared_by="empty"), "last_workday", [{"endDate": None}, {"endDate": None}, {"endDate": ""}]),
    ],
)
def test_what_is_emptied_another_way_has_the_version_of_the_first_try(
    switches: Switches, field: str, bodies: list[dict[str, Any]]
) -> None:
    with bench(switches=switches) as stand:
        number = stand.linked("p1", last_workday="2031-01-31")
        heard = listening(stand)
        stand.edit("p1", **{field: None})
        stand.drain()
        assert stand.entry().outcome == "delivered"
        employee = stand.employee(number)
        versions = [body["version"] for body in heard.bodies]
        assert [{name: body[name] for name in bodies[0]} for body in heard.bodies] == bodies
        now = employee["version"] if field == "bank_account_number" else employee["employments"][0]["version"]
        assert versions == [0] * (len(bodies) - 1) + [now - 1]
        assert employee["employments"][0]["employmentEndReason"] == (SETTING if field != "last_workday" else None)


def edited_by_somebody_else(stand: Bench, number: int, **values: Any) -> None:
    (period,) = stand.employee(number)["employments"]
    period |= {"version": period["version"] + 1, **values}
    stand.http("PATCH", f"employees/{number}", json={"employments": [period]})
    stand.http("DELETE", "requests")


@pytest.mark.parametrize("edit", [{"last_workday": "2031-01-31"}, {"first_workday": "2020-02-01"}], ids=str)
def test_an_employment_that_somebody_else_edits_in_between_is_read_again(stand: Bench, edit: dict[str, str]) -> None:
    number = stand.linked("p1")
    edited_by_somebody_else(stand, number, taxDeductionCode="pensjon")
    version = stand.employee(number)["employments"][0]["version"]
    heard = listening(stand)
    stand.edit("p1", **edit)
    stand.drain()
    assert stand.calls() == [PUT_EMPLOYMENT, LOOK, PUT_EMPLOYMENT]
    assert [body["version"] for body in heard.bodies] == [version - 1, version]
    (period,) = stand.employee(number)["employments"]
    assert period["taxDeductionCode"] == "pensjon"
    assert stand.entry().outcome == "delivered"


def test_whoever_is_always_faster_is_not_overwritten(stand: Bench) -> None:
    number = stand.linked("p1")
    edited_by_somebody_else(stand, number, startDate="2019-06-01")
    stand.fault("status", method="PUT", path="/v2/employee/employment/*", status=409, code=8000)
    stand.edit("p1", last_workday="2031-01-31")
    stand.drain()
    assert (stand.entry().state, stand.entry().reason) == ("waiting", "conflict")
    assert stand.employee(number)["employments"][0]["endDate"] is None


def test_a_beginning_that_somebody_else_has_moved_past_is_asked_about(stand: Bench) -> None:
    """Their employment has ended meanwhile: what was a correction would begin another one."""
    number = stand.linked("p1")
    stand.approve("p1", "first_workday", tripletex={"first_workday": "2020-01-01"})
    edited_by_somebody_else(stand, number, endDate="2019-12-31", startDate="2019-01-01")
    stand.drain()
    (period,) = stand.employee(number)["employments"]
    assert (period["startDate"], period["endDate"]) == ("2019-01-01", "2019-12-31")
    assert stand.entry().reason == "changed_in_tripletex"
