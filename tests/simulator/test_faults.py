"""Each fault does what it says, to the requests it names, as often as it was told."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator import ConnectionDropped, SimulatorApp
from tests.simulator.conftest import Api, refusal


@pytest.fixture
def employee(api: Api) -> dict[str, Any]:
    return api("POST", "employee", api.person(comments="før")).json()["value"]


def put(api: Api, employee: dict[str, Any]) -> Any:
    return api("PUT", f"employee/{employee['id']}", {"dateOfBirth": "1990-05-17", "comments": "etter"})


def stored(api: Api, employee: dict[str, Any]) -> str:
    return api.control("GET", f"employees/{employee['id']}").json()["comments"]


def test_a_status_is_answered_and_nothing_is_done(api: Api, employee: dict[str, Any]) -> None:
    api.fault("status", status=503, times=1, headers={"Retry-After": "3"})
    answer = put(api, employee)

    assert refusal(answer) == (503, 1000, [])
    assert answer.headers["Retry-After"] == "3"
    assert answer.headers["x-tlx-request-id"] == answer.json()["requestId"]
    assert stored(api, employee) == "før"
    assert put(api, employee).status_code == 200


def test_code_and_body_of_a_status_can_be_chosen(api: Api) -> None:
    api.fault("status", status=422, code=23000, times=1)
    api.fault("status", status=500, body={"odd": True}, times=1)
    api.fault("status", status=200, body='{"value": {"trunc', times=1)
    unchecked = httpx.Client(transport=httpx.WSGITransport(SimulatorApp(api.simulator)), base_url="http://x/v2")

    assert refusal(api("GET", "employee")) == (422, 23000, [])
    with unchecked:
        assert unchecked.get("/employee").json() == {"odd": True}
        assert unchecked.get("/employee").text == '{"value": {"trunc'


def test_hidden_fields_are_missing_in_lists_and_in_single_answers(api: Api) -> None:
    employee = api.hire()
    made = api.fault(
        "hide", fields=["phoneNumberMobile", "employments.endDate", "nothing.of.the.kind"], path="/v2/employee*"
    )
    (listed,) = api.get("employee", id=employee["id"], fields="*,employments(*)")
    single = api.get(f"employee/{employee['id']}", fields="*,employments(*)")
    written = api("PUT", f"employee/{employee['id']}", {"dateOfBirth": "1990-05-17", "phoneNumberMobile": "41000001"})
    refused = api("PUT", f"employee/{employee['id']}", {"dateOfBirth": "1990-05-17", "phoneNumberMobile": "x"})
    api.control("DELETE", "faults")
    whole = api.get(f"employee/{employee['id']}", fields="*,employments(*)")

    assert made["fields"] == ["phoneNumberMobile", "employments.endDate", "nothing.of.the.kind"]
    assert whole["phoneNumberMobile"] == "41000001"
    assert refusal(refused) == (422, 18000, ["phoneNumberMobile"])
    assert whole["employments"][0]["endDate"] is None
    for answer in (listed, single, written.json()["value"]):
        assert set(whole) - set(answer) == {"phoneNumberMobile"}
    for answer in (listed, single):
        assert set(whole["employments"][0]) - set(answer["employments"][0]) == {"endDate"}


def test_a_delay_delays_and_then_works(api: Api, employee: dict[str, Any]) -> None:
    api.fault("delay", seconds=0.05, times=1)
    began = time.monotonic()
    answer = put(api, employee)

    assert answer.status_code == 200
    assert time.monotonic() - began >= 0.05


def test_dropped_before_nothing_was_done(api: Api, employee: dict[str, Any]) -> None:
    api.fault("drop_before", times=1)
    with pytest.raises(ConnectionDropped):
        put(api, employee)

    assert stored(api, employee) == "før"


def test_dropped_after_it_was_done(api: Api, employee: dict[str, Any]) -> None:
    api.fault("drop_after", times=1)
    with pytest.raises(ConnectionDropped):
        put(api, employee)

    assert stored(api, employee) == "etter"
    assert api.control("GET", "requests").json()[-1]["status"] is None


@pytest.mark.parametrize(("answer", "shown"), [("stored", "før"), ("asked", "etter")])
def test_a_lie_says_200_and_stores_nothing(api: Api, employee: dict[str, Any], answer: str, shown: str) -> None:
    api.fault("lie", times=1, answer=answer)
    lie = put(api, employee)

    assert lie.status_code == 200
    assert lie.json()["value"]["comments"] == shown
    assert api.get(f"employee/{employee['id']}") == employee


def test_a_lie_about_a_create_and_about_a_session(api: Api) -> None:
    before = api.control("GET", "employees").json()
    api.fault("lie", times=2)
    made = api("POST", "employee", api.person(employments=[{"startDate": "2024-01-01"}]))
    session = api.login().json()["value"]["token"]

    assert made.status_code == 201
    assert refusal(api("GET", f"employee/{made.json()['value']['id']}")) == (404, 6000, [])
    assert api.control("GET", "employees").json() == before
    assert api("GET", "employee", auth=("0", session)).status_code == 401


def test_a_rate_limit_of_its_own_for_the_requests_it_names(api: Api) -> None:
    api.fault("rate_limit", path="/v2/employee", limit=2, period=10)
    statuses = [api("GET", "employee").status_code for _ in range(3)]
    elsewhere = api("GET", "department")

    assert statuses == [200, 200, 429]
    assert elsewhere.status_code == 200
    assert "X-Rate-Limit-Limit" not in elsewhere.headers


def test_a_revoked_token_ends_its_sessions_and_gets_no_new_one(api: Api) -> None:
    api.fault("revoke_token")
    dead = api("GET", "employee")
    again = api.login()
    api.control("DELETE", "faults")

    assert refusal(dead) == (401, 3000, [])
    assert refusal(again) == (422, 18000, ["arg:employeeToken"])
    assert api("GET", "employee").status_code == 401  # the session stays dead
    assert api.login().status_code == 201


def test_html_instead_of_json(api: Api, employee: dict[str, Any]) -> None:
    api.fault("html", times=1)
    answer = put(api, employee)

    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")
    assert stored(api, employee) == "før"


MATCHES = [
    ({}, True),
    ({"method": "GET"}, True),
    ({"method": "get"}, True),
    ({"method": "PUT"}, False),
    ({"path": "/v2/employee/*"}, True),
    ({"path": "/v2/employee"}, False),
    ({"path": "/v2/*/employment*"}, True),
    ({"method": "*", "path": "*"}, True),
    ({"times": 0}, False),
    ({"company": 100_000_002}, False),
    ({"company": 100_000_001}, True),
]


@pytest.mark.parametrize(("how", "hit"), MATCHES, ids=str)
def test_a_fault_hits_what_its_patterns_name(api: Api, how: dict[str, Any], hit: bool) -> None:
    api.fault("status", status=503, **how)

    answer = api("GET", "employee/employment", params={"count": 1})

    assert (answer.status_code == 503) == hit


def test_times_are_used_up_one_by_one_and_null_lasts(api: Api) -> None:
    api.fault("status", status=503, times=2)
    statuses = [api("GET", "department").status_code for _ in range(3)]
    api.fault("status", status=503, times=None)
    lasting = [api("GET", "department").status_code for _ in range(5)]
    api.control("DELETE", "faults")

    assert statuses == [503, 503, 200]
    assert lasting == [503] * 5
    assert api("GET", "department").status_code == 200


def test_delays_add_up_and_the_first_of_the_others_strikes(api: Api) -> None:
    api.fault("delay", seconds=0.02, times=1)
    api.fault("status", status=503, times=1)
    api.fault("status", status=504, times=1)
    api.fault("delay", seconds=0.02, times=1)
    began = time.monotonic()
    first, second, third = (api("GET", "department").status_code for _ in range(3))

    assert time.monotonic() - began >= 0.04
    assert (first, second, third) == (503, 504, 200)


def test_the_stored_fault_is_answered_and_listed(api: Api) -> None:
    made = api.fault("status", status=503, method="put", path="/v2/employee/*", times=3)

    expected = {
        "id": 1,
        "kind": "status",
        "method": "PUT",
        "path": "/v2/employee/*",
        "times": 3,
        "company": None,
        "status": 503,
        "code": None,
        "headers": {},
        "body": None,
    }
    assert made == expected
    assert api.control("GET", "faults").json() == [expected]


BAD = [
    ({}, "one of status"),
    ({"kind": "explode"}, "'explode'"),
    ({"kind": "status"}, "needs a `status`"),
    ({"kind": "status", "status": 799}, "799"),
    ({"kind": "delay", "seconds": "long"}, "'long'"),
    ({"kind": "delay", "times": -1}, "-1"),
    ({"kind": "delay", "times": 1.5}, "1.5"),
    ({"kind": "delay", "often": 3}, "often"),
    ({"kind": "delay", "path": 7}, "7"),
    ({"kind": "status", "status": 500, "headers": ["a"]}, "headers"),
    ({"kind": "lie", "answer": "maybe"}, "answer"),
    ({"kind": "hide"}, "needs `fields`"),
    ({"kind": "hide", "fields": "employments"}, "needs `fields`"),
    ({"kind": "hide", "fields": [1]}, "needs `fields`"),
]


@pytest.mark.parametrize(("fault", "word"), BAD, ids=str)
def test_a_fault_that_makes_no_sense_is_answered_with_a_sentence(api: Api, fault: dict[str, Any], word: str) -> None:
    answer = api.control("POST", "faults", fault)

    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert answer.json()["error"].endswith(".")
    assert api.control("GET", "faults").json() == []
