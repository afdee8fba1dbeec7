"""Odd calls, as clients make them by mistake: each is refused in the way the recorded ones were, and none breaks the
simulator.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.conftest import Api, refusal

DAY = "2024-01-01"
Fields = list[str | None]

VALUES: list[tuple[str, Any, Fields]] = [
    ("firstName", 5, ["firstName"]),
    ("lastName", True, ["lastName"]),
    ("employeeNumber", 7, ["employeeNumber"]),
    ("email", ["a@example.org"], ["email"]),
    ("phoneNumberMobile", 91234567, ["phoneNumberMobile"]),
    ("bankAccountNumber", 12345678903, ["bankAccountNumber"]),
    ("userType", "ADMINISTRATOR", ["userType"]),
    ("isContact", "yes", ["isContact"]),
    ("comments", {}, ["comments"]),
    ("creditorBankCountryId", "NO", ["creditorBankCountryId"]),
    ("dateOfBirth", "2020-13-01", ["dateOfBirth"]),
    ("dateOfBirth", "2020-02-30", ["dateOfBirth"]),
    ("dateOfBirth", "01.02.2020", ["dateOfBirth"]),
    ("dateOfBirth", "2020-2-1", ["dateOfBirth"]),
    ("dateOfBirth", "2020-01-01T00:00:00", ["dateOfBirth"]),
    ("dateOfBirth", "٢٠٢٠-٠١-٠١", ["dateOfBirth"]),
    ("dateOfBirth", 20200101, ["dateOfBirth"]),
    ("id", "5", ["id"]),
    ("version", "1", ["version"]),
    ("department", "1", ["department"]),
    ("department", [], ["department"]),
    ("department", {"id": "1"}, ["department.id"]),
    ("department", {"id": None}, ["department.id"]),
    ("department", {"id": 1.5}, ["department.id"]),
    ("phoneNumberMobileCountry", 161, ["phoneNumberMobileCountry"]),
    ("employments", {}, ["employments"]),
    ("employments", [5], ["employments"]),
    ("employments", [{"startDate": "x"}], ["employments.startDate"]),
    ("employments", [{"startDate": DAY, "division": 5}], ["employments.division"]),
    ("address", "Storgata 1", ["address"]),
    ("internationalId", "x", ["internationalId"]),
    ("foo", 1, ["foo"]),
    ("employments", [{"startDate": DAY, "foo": 1}], ["foo"]),
]


@pytest.mark.parametrize(("name", "value", "fields"), VALUES)
def test_a_value_that_does_not_fit(api: Api, name: str, value: Any, fields: Fields) -> None:
    assert refusal(api("POST", "employee", api.person(**{name: value}))) == (422, 16000, fields)


RULES: list[tuple[dict[str, Any], tuple[int, int, Fields]]] = [
    ({"id": 5}, (422, 18000, ["id"])),
    ({"version": 3}, (422, 18000, ["version"])),
    ({"firstName": None, "lastName": ""}, (422, 18000, ["firstName", "lastName"])),
    ({"department": {"id": 1}}, (404, 6000, [])),
    ({"department": {}}, (422, 18000, ["department.name", "department.name"])),
    ({"employments": [{"startDate": DAY, "endDate": "2023-01-01"}]}, (422, 18000, ["employments.endDate"])),
    ({"employments": [{"startDate": DAY, "id": 7}]}, (422, 18000, ["employments.id"])),
    ({"employments": [{}, {"startDate": DAY}]}, (422, 18000, ["employments.startDate"])),
    ({"employments": [{"startDate": DAY, "division": {"id": 1}}]}, (404, 6000, [])),
]


@pytest.mark.parametrize(("changes", "expected"), RULES)
def test_a_new_employee_that_cannot_be(api: Api, changes: dict[str, Any], expected: tuple[int, int, Fields]) -> None:
    assert refusal(api("POST", "employee", api.person(**changes))) == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 22000), (b"{", 22000), (b'{"a":1}x', 22000), (b"\xff", 22000), (b"null", 16000), (b'"x"', 16000)],
)
def test_a_body_that_is_none(api: Api, content: bytes, code: int) -> None:
    answer = api("POST", "employee", content=content)

    assert refusal(answer)[:2] == (422, code)


UPDATES: list[tuple[dict[str, Any], tuple[int, int, Fields]]] = [
    ({"id": 1}, (422, 18000, ["id"])),
    ({"id": "1"}, (422, 16000, ["id"])),
    ({"version": "0"}, (422, 16000, ["version"])),
    ({"version": -1}, (409, 8000, [])),
    ({"version": 99}, (409, 8000, [])),
    ({"firstName": ""}, (422, 18000, ["firstName"])),
    ({"dateOfBirth": ""}, (422, 16000, ["dateOfBirth"])),
    ({"dateOfBirth": None}, (422, 18000, ["dateOfBirth"])),
    ({"employeeNumber": "1"}, (422, 18000, ["employeeNumber"])),
    ({"department": {"id": 1}}, (404, 6000, [])),
    ({"startDate": DAY}, (422, 16000, ["startDate"])),
]


@pytest.mark.parametrize(("changes", "expected"), UPDATES)
def test_an_update_that_cannot_be(api: Api, changes: dict[str, Any], expected: tuple[int, int, Fields]) -> None:
    row = api.hire()
    before = api.get(f"employee/{row['id']}")

    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": row["dateOfBirth"], **changes})

    assert refusal(answer) == expected
    assert api.get(f"employee/{row['id']}") == before


@pytest.mark.parametrize("changes", [{"firstName": None}, {"displayName": "x"}, {"companyId": 1}, {"url": "x"}, {}])
def test_an_update_of_nothing_leaves_the_version(api: Api, changes: dict[str, Any]) -> None:
    row = api.hire()

    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": row["dateOfBirth"], **changes})

    assert answer.json()["value"]["version"] == row["version"]


def test_a_name_cannot_be_emptied_by_null(api: Api) -> None:
    row = api.hire()
    api.switch(text_cleared_by="null")

    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": row["dateOfBirth"], "firstName": None})

    assert refusal(answer) == (422, 18000, ["firstName"])


EMPLOYMENTS: list[tuple[dict[str, Any], tuple[int, int, Fields]]] = [
    ({"employee": None}, (422, 18000, ["employee.id"])),
    ({"employee": {}}, (422, 18000, ["employee.firstName", "employee.lastName"])),
    ({"employee": {"id": 1}}, (404, 6000, [])),
    ({"employee": {"id": None}}, (422, 16000, ["employee.id"])),
    ({"startDate": ""}, (422, 16000, ["startDate"])),
    ({"startDate": "01.01.2030"}, (422, 16000, ["startDate"])),
    ({"endDate": "2029-01-01", "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE"}, (422, 18000, ["endDate"])),
    ({"endDate": "2031-01-01", "employmentEndReason": "SACKED"}, (422, 16000, ["employmentEndReason"])),
    ({"division": {"id": 1}}, (404, 6000, [])),
    ({"employmentType": "ORDINARY"}, (422, 16000, ["employmentType"])),
    ({"id": 1}, (422, 18000, ["id"])),
]


@pytest.mark.parametrize(("changes", "expected"), EMPLOYMENTS)
def test_an_employment_that_cannot_be(api: Api, changes: dict[str, Any], expected: tuple[int, int, Fields]) -> None:
    employee = api("POST", "employee", api.person()).json()["value"]
    body = {"employee": {"id": employee["id"]}, "startDate": "2030-01-01", **changes}

    assert refusal(api("POST", "employee/employment", body)) == expected


CALLS: list[tuple[str, str, tuple[int, int]]] = [
    ("GET", "employee/-1", (404, 6000)),
    ("GET", "employee/1.5", (422, 21000)),
    ("GET", "employee/99999999999999999999", (422, 21000)),
    ("GET", "employee/list", (422, 21000)),
    ("GET", "employee/1/x", (404, 6000)),
    ("GET", "company/division", (422, 21000)),
    ("GET", "employee/category", (404, 6000)),
    ("GET", "employee/standardTime", (404, 6000)),
    ("GET", "employee/categories", (422, 21000)),
    ("GET", "employee?hasSystemAccess=maybe", (422, 21000)),
    ("GET", "employee?includeContacts=1", (422, 21000)),
    ("GET", "department?isInactive=no", (422, 21000)),
    ("GET", "division/1", (400, 4000)),
    ("GET", "token/session/:create", (400, 4000)),
    ("PATCH", "employee/1", (400, 4000)),
    ("POST", "employee/1", (400, 4000)),
    ("PUT", "employee", (400, 4000)),
    ("DELETE", "employee/employment/1", (400, 4000)),
    ("DELETE", "token/session/nobody", (404, 6000)),
    ("GET", "employee?count=1e3", (422, 21000)),
    ("GET", "employee?sorting=employments.id", (422, 17000)),
    ("GET", "employee?sorting=department", (422, 17000)),
    ("GET", "employee?fields=firstName(x)", (400, 11000)),
    ("GET", "employee?fields=department(name,foo(x))", (400, 11000)),
    ("GET", "employee?fields=employments(id", (400, 11000)),
    ("GET", "employee?fields=id)", (400, 11000)),
    ("GET", "employee?id=1,,2", (422, 12000)),
    ("GET", "employee?departmentId=x", (422, 12000)),
    ("GET", "employee?periodStart=1.1.2020", (422, 21000)),
    ("GET", "employee/employment?employeeId=abc", (422, 21000)),
    ("GET", "employee/employment?employeeId=1,2", (422, 21000)),
    ("GET", "employee/entitlement?employeeId=me", (422, 21000)),
]


@pytest.mark.parametrize(("method", "path", "expected"), CALLS)
def test_a_call_that_cannot_be(api: Api, method: str, path: str, expected: tuple[int, int]) -> None:
    assert refusal(api(method, path))[:2] == expected


@pytest.mark.parametrize(
    "query", ["count=0", "from=99", "count=10001", "id=1,2", "includeContacts=True", "unknown=1", "fields=id,id"]
)
def test_a_list_that_is_odd_and_answered(api: Api, query: str) -> None:
    assert api("GET", f"employee?{query}").status_code == 200


@pytest.mark.parametrize(
    ("content_type", "is_read"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON;charset=UTF-8", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("application/jsonp", False),
    ],
)
def test_a_body_is_what_it_says(api: Api, content_type: str, is_read: bool) -> None:
    body, headers = json.dumps(api.person()), {"Content-Type": content_type}
    answer = api("POST", "employee", content=body, headers=headers)
    minted = api.http.post("/v2/token/session/:create", content="{}", headers=headers)

    assert minted.status_code == (422 if is_read else 400)
    if is_read:
        assert answer.status_code == 201
        return
    assert refusal(answer) == (400, 4000, [])
    assert answer.json()["message"] == "HTTP 415 Unsupported Media Type"


TWICE = [{"date": "2025-01-01"}, {"date": "2025-01-01"}]
FROM_THE_START = [{}, {"date": DAY}]
TOO_EARLY = [{"date": "2023-01-01"}]


@pytest.mark.parametrize("details", [TWICE, FROM_THE_START, TOO_EARLY])
def test_details_that_come_along_are_refused_with_the_way_to_them(api: Api, details: list[dict[str, Any]]) -> None:
    employment = {"startDate": DAY, "employmentDetails": details}
    employee = api("POST", "employee", api.person()).json()["value"]

    alone = api("POST", "employee/employment", {"employee": {"id": employee["id"]}, **employment})
    inside = api("POST", "employee", api.person(employments=[employment]))
    listed = api("POST", "employee/list", [api.person(), api.person(employments=[employment])])

    assert refusal(alone) == (422, 18000, ["employmentDetails.date"])
    assert refusal(inside) == (422, 18000, ["employments.employmentDetails.date"])
    assert refusal(listed) == (422, 18000, ["employments.employmentDetails.date"])
    place = f"[1].employments[0].employmentDetails[{len(details) - 1}].date"
    assert listed.json()["validationMessages"][0]["path"] == place


def test_a_row_of_a_bulk_update_without_an_id_is_nobody(second: Api) -> None:
    for path in ("department/list", "division/list", "event/subscription/list"):
        for row in ({"id": None}, {}, {"id": 1}):
            assert refusal(second("PUT", path, [row])) == (404, 6000, [])


def test_the_place_of_a_bad_row_is_told_in_every_stage(api: Api) -> None:
    bad: list[tuple[dict[str, Any], str | None, str | None]] = [
        ({"firstName": None}, "firstName", "[1].firstName"),
        ({"userType": None}, None, None),
        ({"id": 3}, "id", "[1].id"),
        ({"employments": [{}]}, "employments.startDate", "[1].employments[0].startDate"),
        ({"employments": [{"startDate": 1}]}, "employments.startDate", "[1].employments[0].startDate"),
    ]
    for changes, field, path in bad:
        answer = api("POST", "employee/list", [api.person(), api.person(**changes)])
        (message,) = answer.json()["validationMessages"]
        assert (message["field"], message["path"], message["rootId"]) == (field, path, 1)


@pytest.mark.parametrize("header", ["", "Basic", "Basic x", "Bearer abc", "Basic OjA="])
def test_an_authorization_that_is_none(api: Api, header: str) -> None:
    answer = api.http.get("/v2/employee", headers={"Authorization": header})

    assert refusal(answer) == (401, 3000, [])


def test_a_session_that_has_been_deleted(api: Api) -> None:
    session = api.login().json()["value"]["token"]

    first = api("DELETE", f"token/session/{session}", auth=("0", session))
    again = api("DELETE", f"token/session/{session}", auth=("0", session))

    assert first.status_code == 204
    assert refusal(again) == (401, 3000, [])
    assert refusal(api("DELETE", f"token/session/{session}")) == (404, 6000, [])
