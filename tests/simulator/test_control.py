"""The control surface: it looks into the companies and changes them, and is clear about mistakes."""

from __future__ import annotations

import time
from typing import Any

import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN
from tests.simulator.conftest import Api, MakeApi


def test_tokens_of_both_companies_the_first_with_all_rights(api: Api) -> None:
    rows = api.control("GET", "tokens").json()

    assert [row["rights"] for row in rows] == ["all", "read", "none"] * 2
    assert {row["consumer_token"] for row in rows} == {CONSUMER_TOKEN}
    assert len({row["employee_token"] for row in rows}) == 6
    assert rows[0]["company"] == rows[2]["company"] != rows[3]["company"]
    assert set(rows[0]) == {"company", "consumer_token", "employee_token", "rights"}


def test_the_first_company_has_one_department_and_at_most_one_division_the_second_several(
    api: Api, second: Api
) -> None:
    assert len(api.get("department")) == 1
    assert len(api.get("division")) <= 1
    assert len(second.get("department")) > 1
    assert len(second.get("division")) > 1


def test_employees_are_besides_the_owners_and_the_first_owner_has_no_date_of_birth(make_api: MakeApi) -> None:
    for number in (0, 7):
        rows = make_api(employees=number).control("GET", "employees").json()
        assert len(rows) == number + 3
        assert [row["id"] for row in rows if row["dateOfBirth"] is None] == [rows[0]["id"]]


@pytest.mark.parametrize("company", ["1", "100000001", None])
def test_a_company_is_named_by_place_or_by_id(api: Api, company: str | None) -> None:
    first = api.control("GET", "employees", params={"company": company} if company else {}).json()
    other = api.control("GET", "employees", params={"company": 2}).json()

    assert [row["id"] for row in first] == [row["id"] for row in api.get("employee")]
    assert other == api.control("GET", "employees", params={"company": 100_000_002}).json()
    assert {row["id"] for row in first}.isdisjoint(row["id"] for row in other)


@pytest.mark.parametrize("company", ["0", "3", "Fjord", "-1"])
def test_a_company_that_is_none(api: Api, company: str) -> None:
    answer = api.control("GET", "employees", params={"company": company})

    assert answer.status_code == 404
    assert f"no company {company}." in answer.json()["error"]


def test_what_is_added_is_stored_as_given_and_answered_in_the_order_sent(api: Api) -> None:
    odd = {"firstName": "", "lastName": "x" * 300, "phoneNumberMobile": "+47 912 34 567", "bankAccountNumber": "1"}
    dated = {"firstName": "Åse", "employments": [{"startDate": "2020-01-01", "endDate": "2019-01-01"}]}

    answer = api.control("POST", "employees", [odd, dated, odd])

    assert answer.status_code == 201
    rows = answer.json()
    assert [row["firstName"] for row in rows] == ["", "Åse", ""]
    assert {name: rows[0][name] for name in odd} == odd
    (period,) = rows[1]["employments"]
    assert (period["startDate"], period["endDate"]) == ("2020-01-01", "2019-01-01")
    assert api.get(f"employee/{rows[0]['id']}")["phoneNumberMobile"] == "+47 912 34 567"
    assert api.control("GET", f"employees/{rows[1]['id']}").json() == rows[1]


def test_an_employee_is_found_in_whatever_company_by_the_id_alone(api: Api) -> None:
    row = api.control("POST", "employees", {"firstName": "Åse"}, params={"company": 2}).json()
    where = f"employees/{row['id']}"

    assert api.control("PATCH", where, {"firstName": "Ase"}).json()["firstName"] == "Ase"
    assert api.control("GET", where).json()["firstName"] == "Ase"
    assert api.control("GET", where, params={"company": 1}).status_code == 404
    assert api.control("DELETE", where).status_code == 204
    assert api.control("GET", where).status_code == 404


def test_one_is_answered_as_one(api: Api) -> None:
    row = api.control("POST", "employees", {"firstName": "Åse", "employeeNumber": "1", "department": {"id": 5}}).json()

    assert (row["firstName"], row["employeeNumber"], row["department"]["id"]) == ("Åse", "1", 5)
    assert len(api.get("employee", employeeNumber="1")) == 2


def test_an_edit_raises_the_version_and_replaces_the_employments(api: Api) -> None:
    old = api.hire()
    path = f"employees/{old['id']}"

    named = api.control("PATCH", path, {"firstName": "Åse"}).json()
    replaced = api.control("PATCH", path, {"employments": [{"startDate": "2019-01-01"}]}).json()

    assert (named["firstName"], named["lastName"], named["version"]) == ("Åse", "Nordmann", old["version"] + 1)
    assert named["employments"] == old["employments"]
    assert replaced["version"] == old["version"] + 2
    assert [period["startDate"] for period in replaced["employments"]] == ["2019-01-01"]
    assert api("GET", f"employee/employment/{old['employments'][0]['id']}").status_code == 404


def test_the_control_surface_tells_the_user_type_the_api_does_not(api: Api) -> None:
    row = api("POST", "employee", api.person(userType="EXTENDED", email="a@example.org")).json()["value"]

    assert row["userType"] is None
    assert api.control("GET", f"employees/{row['id']}").json()["userType"] == "EXTENDED"


def test_somebody_who_is_removed_is_gone(api: Api) -> None:
    row = api.hire()

    assert api.control("DELETE", f"employees/{row['id']}").status_code == 204
    assert api("GET", f"employee/{row['id']}").status_code == 404
    assert api("GET", f"employee/employment/{row['employments'][0]['id']}").status_code == 404
    assert api.control("DELETE", f"employees/{row['id']}").status_code == 404


MISTAKES: list[tuple[str, str, Any, int, str]] = [
    ("POST", "employees", {"nome": "x"}, 400, "Employee has no nome."),
    ("POST", "employees", [7], 400, "An employee is a JSON object."),
    ("POST", "employees", {"employments": [1]}, 400, "An employment is a JSON object"),
    ("PATCH", "employees/1", {}, 404, "no employee 1."),
    ("PATCH", "employees/x", {}, 404, "no employee x."),
    ("GET", "nothing", None, 404, "There is no GET /_simulator/nothing."),
    ("PUT", "employees", {}, 404, "There is no PUT /_simulator/employees."),
    ("PUT", "clock", {}, 400, "The clock takes"),
    ("PUT", "clock", {"now": "soon"}, 400, "soon"),
    ("PATCH", "switches", {"foo": 1}, 400, "no switch 'foo'"),
    ("PATCH", "switches", {"bank_account": "mod97"}, 400, "mod97"),
    ("PATCH", "switches", [], 400, "must be a JSON object"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "sentence"), MISTAKES)
def test_mistakes_are_answered_with_a_sentence(
    api: Api, method: str, path: str, body: Any, status: int, sentence: str
) -> None:
    before = api.control("GET", "employees").json()

    answer = api.control(method, path, body)

    assert answer.status_code == status
    assert sentence in answer.json()["error"]
    assert api.control("GET", "employees").json() == before


def test_a_body_that_is_no_json(api: Api) -> None:
    answer = api.http.post("/_simulator/employees", content=b"{")

    assert (answer.status_code, answer.json()) == (400, {"error": "The body is not JSON."})


def test_the_journal_has_every_api_request_oldest_first(api: Api) -> None:
    api.control("DELETE", "requests")
    began = time.time()
    answers = [api("GET", "employee"), api("GET", "employee/1"), api.login()]
    rows = api.control("GET", "requests").json()

    paths = ["/v2/employee", "/v2/employee/1", "/v2/token/session/:create"]
    assert [row["path"] for row in rows] == paths
    assert [row["method"] for row in rows] == ["GET", "GET", "POST"]
    assert [row["status"] for row in rows] == [200, 404, 201]
    assert [row["request_id"] for row in rows] == [answer.headers["x-tlx-request-id"] for answer in answers]
    assert began <= rows[0]["time"] <= rows[1]["time"] <= rows[2]["time"] <= time.time()
    assert set(rows[0]) == {"method", "path", "status", "request_id", "time"}


def test_the_journal_keeps_no_secrets(api: Api) -> None:
    query = {"consumerToken": CONSUMER_TOKEN, "employeeToken": "secret", "expirationDate": "2026-11-25"}
    api.http.put("/v2/token/session/:create", params=query)

    assert "secret" not in api.control("GET", "requests").text


def test_the_clock_can_be_read_set_and_advanced(api: Api) -> None:
    assert api.control("GET", "clock").json() == {"now": "2026-11-23T12:00:00+00:00"}
    assert api.control("PUT", "clock", {"advance": 90}).json() == {"now": "2026-11-23T12:01:30+00:00"}
    moved = api.control("PUT", "clock", {"now": "2027-01-01T00:00:00+01:00"}).json()
    assert moved == {"now": "2026-12-31T23:00:00+00:00"}


def test_a_reset_goes_back_to_the_beginning(api: Api) -> None:
    before = api.control("GET", "employees").json()
    api.control("PATCH", f"employees/{before[4]['id']}", {"firstName": "X"})
    api.hire()
    api.fault("status", status=503)
    api.switch(page_maximum=7)

    assert api.control("POST", "reset").status_code == 204

    assert api.control("GET", "employees").json() == before
    assert api.control("GET", "faults").json() == []
    assert api.control("GET", "requests").json() == []
    assert api.control("GET", "switches").json()["page_maximum"] == 1000
    assert api("GET", "employee").status_code == 401
