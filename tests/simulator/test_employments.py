"""Employments: several per person, corrected and ended, but never deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Api, refusal

REASON = "EMPLOYMENT_END_EMPLOYEE"


def test_an_end_needs_a_reason_and_can_be_taken_back(api: Api) -> None:
    path = f"employee/employment/{api.hire()['employments'][0]['id']}"

    bare = api("PUT", path, {"endDate": "2026-12-31"})
    ended = api("PUT", path, {"endDate": "2026-12-31", "employmentEndReason": REASON})
    reopened = api("PUT", path, {"endDate": None, "employmentEndReason": None})

    assert refusal(bare) == (422, 18000, ["employmentEndReason"])
    assert (ended.json()["value"]["endDate"], ended.json()["value"]["version"]) == ("2026-12-31", 1)
    value = reopened.json()["value"]
    assert (value["endDate"], value["employmentEndReason"], value["version"]) == (None, None, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"startDate": None}, None),
        ({"endDate": "2023-01-01", "employmentEndReason": REASON}, "endDate"),
        ({"startDate": "yesterday"}, "startDate"),
        ({"endDate": "2026-02-30"}, "endDate"),
        ({"employmentEndReason": "BORED"}, "employmentEndReason"),
    ],
)
def test_an_update_that_makes_no_sense(api: Api, changes: dict[str, Any], field: str | None) -> None:
    path = f"employee/employment/{api.hire()['employments'][0]['id']}"
    before = api.get(path)

    answer = api("PUT", path, changes)

    assert refusal(answer)[2] == [field or "startDate"]
    assert api.get(path) == before


def test_a_rehire_is_a_new_employment_of_the_same_employee(api: Api) -> None:
    employee = api.hire("2020-01-01")
    ending = {"endDate": "2022-06-30", "employmentEndReason": REASON}
    api("PUT", f"employee/employment/{employee['employments'][0]['id']}", ending)

    body = {"employee": {"id": employee["id"]}, "startDate": "2022-07-01"}
    assert api("POST", "employee/employment", body).status_code == 201

    periods = api.get("employee/employment", employeeId=employee["id"], fields="startDate,endDate")
    expected = [{"startDate": "2020-01-01", "endDate": "2022-06-30"}, {"startDate": "2022-07-01", "endDate": None}]
    assert periods == expected


def test_employments_have_versions_of_their_own(api: Api) -> None:
    employee = api.hire()
    path = f"employee/employment/{employee['employments'][0]['id']}"
    assert api("PUT", path, {"version": 0, "startDate": "2024-02-01"}).status_code == 200

    late = api("PUT", path, {"version": 0, "startDate": "2024-03-01"})

    assert refusal(late) == (409, 8000, [])
    assert api.get(f"employee/{employee['id']}")["version"] == employee["version"]


def test_there_is_no_delete_and_no_bulk_form(api: Api) -> None:
    employment = api.hire()["employments"][0]["id"]

    assert refusal(api("DELETE", f"employee/employment/{employment}")) == (400, 4000, [])
    assert refusal(api("POST", "employee/employment/list", [])) == (422, 21000, [])


def test_an_employment_stays_with_its_employee(api: Api) -> None:
    first, second = api.hire(), api.hire()
    employment = first["employments"][0]["id"]

    answer = api("PUT", f"employee/employment/{employment}", {"employee": {"id": second["id"]}})

    assert answer.json()["value"]["employee"]["id"] == first["id"]


def test_removing_access_belongs_to_the_employee_and_shows_on_all_employments(api: Api) -> None:
    employee = api.hire("2020-01-01")
    first = employee["employments"][0]["id"]
    api("PUT", f"employee/employment/{first}", {"endDate": "2021-01-01", "employmentEndReason": REASON})
    body = {"employee": {"id": employee["id"]}, "startDate": "2022-01-01"}
    second = api("POST", "employee/employment", body).json()["value"]["id"]

    api("PUT", f"employee/employment/{second}", {"isRemoveAccessAtEmploymentEnded": True})

    assert api.get(f"employee/employment/{first}")["isRemoveAccessAtEmploymentEnded"] is True


def test_the_salary_in_force_is_the_latest_row_that_has_begun(api: Api) -> None:
    employment = api.hire()["employments"][0]["id"]
    for date, salary in (("2024-01-01", 500000), ("2026-01-01", 600000), ("2027-01-01", 700000)):
        body = {"employment": {"id": employment}, "date": date, "annualSalary": salary}
        assert api("POST", "employee/employment/details", body).status_code == 201

    latest = api.get(f"employee/employment/{employment}", fields="latestSalary(annualSalary)")

    assert latest == {"latestSalary": {"annualSalary": 600000}}


def test_nested_employments_must_not_overlap_each_other(api: Api) -> None:
    body = api.person(employments=[{"startDate": "2024-01-01"}, {"startDate": "2025-01-01"}])

    answer = api("POST", "employee", body)

    assert refusal(answer) == (422, 18000, ["employments.startDate"])


def test_the_lookups_are_there(api: Api) -> None:
    types = api.get("employee/employment/employmentType", fields="employmentType")
    reasons = api.get("employee/employment/employmentType/employmentEndReasonType", fields="code")

    assert {"employmentType": "ORDINARY"} in types
    assert {"code": REASON} in reasons
    assert api.get("employee/employment/occupationCode", code="2511102")[0]["nameNO"] == "AUTORISERT REGNSKAPSFØRER"
    assert api("GET", "employee/employment/employmentType/maritimeEmploymentType").json()["code"] == 15000


def test_details_are_corrected_in_place(api: Api) -> None:
    employment = api.hire()["employments"][0]["id"]
    body = {"employment": {"id": employment}, "date": "2024-01-01", "percentageOfFullTimeEquivalent": 100}
    row = api("POST", "employee/employment/details", body).json()["value"]
    path = f"employee/employment/details/{row['id']}"

    same_day = api("PUT", path, {"version": 0, "date": "2024-01-01", "percentageOfFullTimeEquivalent": 50})

    assert same_day.status_code == 200
    assert api.get(path) == {**row, "percentageOfFullTimeEquivalent": 50, "version": 1}
    assert refusal(api("PUT", path, {"version": 0, "date": "2024-02-01"})) == (409, 8000, [])
