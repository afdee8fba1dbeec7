"""No body, parameter or depth breaks the simulator: all is answered or refused, and what should break it after all is
answered as Tripletex answers its own bugs, and fails the test.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator.operations.table import API
from huma_tripletex.simulator.people_models import PEOPLE_MODELS
from tests.parts.deviations import provoked
from tests.simulator.conftest import Api, refusal

DAY = "2024-01-01"
ODD: list[Any] = [None, "", "x", "\x00", 0, -1, 1.5, 10**30, True, [], {}, [[]], [None], [{}], "x" * 200_000]
ODD += [{"id": value} for value in (None, -1, 10**30, 1.0, True, [], "1")]
ODD += [{"firstName": "a", "lastName": "b"}, {"startDate": DAY}, {"name": "x"}]
MODELS = {model.name: [field.name for field in model.fields] for model in PEOPLE_MODELS}


@pytest.mark.parametrize("value", ODD, ids=lambda value: str(value)[:20])
def test_any_value_in_any_field(second: Api, value: Any) -> None:
    row = second.get("employee", count=1, from_=4)[0]
    employment, person = row["employments"][0]["id"], {"id": row["id"]}
    bodies = {
        "Employee": [("POST", "employee", second.person()), ("PUT", f"employee/{row['id']}", {"dateOfBirth": DAY})],
        "Employment": [
            ("POST", "employee/employment", {"employee": person, "startDate": "2030-01-01"}),
            ("PUT", f"employee/employment/{employment}", {}),
        ],
        "EmploymentDetails": [
            ("POST", "employee/employment/details", {"employment": {"id": employment}, "date": "2025-12-31"})
        ],
        "LeaveOfAbsence": [("POST", "employee/employment/leaveOfAbsence", {"startDate": DAY, "type": "FURLOUGH"})],
    }
    for model, calls in bodies.items():
        for method, path, body in calls:
            for name in MODELS[model]:
                answered(second(method, path, {**body, name: value}))
    for name in MODELS["Employee"]:
        answered(second("POST", "employee/list", [second.person(**{name: value})]))
    for name in MODELS["Employment"]:
        answered(second("POST", "employee", second.person(employments=[{"startDate": DAY, name: value}])))


@pytest.mark.parametrize("value", ODD, ids=lambda value: str(value)[:20])
def test_any_value_as_a_whole_body(second: Api, value: Any) -> None:
    for route in [*API._exact.values(), *(route for route, _ in API._open)]:
        if route.method in ("POST", "PUT"):
            path = route.path.replace("{id}", "1")
            answered(second(route.method, path, content=json.dumps(value)))
            answered(second(route.method, path, content=json.dumps([value])))


@pytest.mark.parametrize(
    "reference", [{"firstName": "a", "lastName": "b"}, {"firstName": "a", "lastName": "b", "id": 1}]
)
def test_an_employment_of_somebody_who_is_only_described(api: Api, reference: dict[str, Any]) -> None:
    answer = api("POST", "employee/employment", {"employee": reference, "startDate": DAY})

    assert refusal(answer) == (404, 6000, [])


def test_details_of_an_employment_that_is_only_described(api: Api) -> None:
    answer = api("POST", "employee/employment/details", {"employment": {"startDate": DAY}, "date": DAY})

    assert refusal(answer) == (404, 6000, [])


NESTED = {
    "lists": b"[" * 100_000 + b"]" * 100_000,
    "lists that do not end": b"[" * 100_000,
    "objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "employments of employees": b'{"employments":[{"employee":' * 300 + b"{}" + b"}]}" * 300,
}


@pytest.mark.parametrize("content", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("path", ["employee", "employee/list", "token/session/:create"])
def test_a_body_that_is_too_deep(api: Api, path: str, content: bytes) -> None:
    assert refusal(api("POST", path, content=content)) == (422, 22000, [])


def test_a_body_as_deep_as_one_may_be(api: Api) -> None:
    deep: Any = "x"
    for _ in range(18):
        deep = {"employments": [deep]}

    assert refusal(api("POST", "employee", {**api.person(), **deep}))[:2] == (422, 16000)


def test_a_control_that_is_too_deep(api: Api) -> None:
    assert api.http.post("/_simulator/employees", content=NESTED["lists"]).json() == {"error": "The body is not JSON."}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"fields": "employments(employee(" * 400 + "id" + "))" * 400}, (400, 11000)),
        ({"fields": "(" * 5000}, (400, 11000)),
        ({"sorting": "department.departmentManager." * 200 + "id"}, (422, 17000)),
    ],
)
def test_a_query_that_is_too_deep(api: Api, query: dict[str, str], expected: tuple[int, int]) -> None:
    assert refusal(api("GET", "employee", params=query))[:2] == expected


def test_fields_as_deep_as_they_may_be(api: Api) -> None:
    row = api.hire()
    (shown,) = api.get("employee", id=row["id"], fields="employments(employee(" * 6 + "id" + "))" * 6)

    assert shown["employments"][0]["employee"]["employments"][0]["employee"]


QUERIES = (
    "count=%D9%A1 from=%FF count=+5 id=%D9%A1 departmentId=99999999999999999999",
    "periodStart=0000-00-00 periodEnd=9999-12-31 fields=%00 fields=, fields=*,* fields=employments(*,*)",
    "sorting=,,-, sorting=- sorting=. sorting=url sorting=changes sorting=address.city sorting=userType",
    "sorting=internationalId.number sorting=displayName sorting=department.departmentManager.lastName",
)


@pytest.mark.parametrize("query", [query for line in QUERIES for query in line.split()])
def test_any_parameter(api: Api, query: str) -> None:
    answered(api("GET", f"employee?{query}"))


def test_a_bug_is_a_500_as_tripletex_has_them_and_fails_the_test(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("id")

    monkeypatch.setattr(api.simulator.api, "answer", broken)
    with provoked(), pytest.raises(AssertionError, match="The simulator failed to answer"):
        api("GET", "employee")

    monkeypatch.setattr(api.http, "_transport", api.shapes._inner)
    answer = api("GET", "employee")
    assert refusal(answer) == (500, 1000, [])
    assert answer.headers["x-tlx-request-id"] == answer.json()["requestId"]
    assert "GET /v2/employee broke the simulator" in caplog.text


def answered(answer: httpx.Response) -> None:
    assert answer.status_code < 500
