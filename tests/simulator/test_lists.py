"""Lists: paging, the misleading size, the ceiling, sorting, `fields`, filters and checksums."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Api, MakeApi, refusal

NO_CHECKSUM = "Checksum not yet supported for this endpoint"
NOT_ASKED = "'If-None-Match' header not specified"


def test_pages_follow_each_other_without_gap_or_repetition(make_api: MakeApi) -> None:
    api = make_api(employees=22)
    pages = [api.get("employee", from_=start, count=10, sorting="id", fields="id") for start in (0, 10, 20, 30)]

    assert [len(page) for page in pages] == [10, 10, 5, 0]
    ids = [row["id"] for page in pages for row in page]
    assert ids == sorted(set(ids))


def test_the_full_size_only_tells_whether_there_is_more(api: Api) -> None:
    for count, expected in ((100, 101), (248, 249), (249, 249), (1000, 249)):
        body = api("GET", "country", params={"count": count}).json()
        assert (body["fullResultSize"], body["count"]) == (expected, min(count, 249))


def test_a_page_has_at_most_a_thousand_unless_switched(make_api: MakeApi) -> None:
    api = make_api(employees=1100)
    cut = len(api.get("employee", count=2000, fields="id"))
    api.switch(page_maximum=0)

    assert cut == 1000
    assert len(api.get("employee", count=2000, fields="id")) == 1103
    assert len(api.get("employee", fields="id")) == 1000


def test_above_the_ceiling_nothing_is_listed_whatever_the_count(make_api: MakeApi) -> None:
    api = make_api(employees=31, switches={"result_ceiling": 30})
    answer = api("GET", "employee", params={"count": 1})

    assert refusal(answer) == (422, 23000, [])
    assert answer.json()["message"] == "Result set too large. Limit of 30 reached."
    assert len(api.get("employee", employeeNumber="7")) == 1
    api.switch(result_ceiling=31)
    assert len(api.get("employee")) == 34  # the three owners do not count


EVERY_LIST = (
    "employee employee/searchForEmployeesAndContacts employee/employment employee/employment/details "
    "employee/employment/employmentType employee/employment/occupationCode employee/entitlement "
    "department department/query division country"
)


@pytest.mark.parametrize("path", EVERY_LIST.split())
def test_every_list_has_the_ceiling(second: Api, path: str) -> None:
    employment = {"id": second.get("employee/employment")[0]["id"]}
    for date in ("2027-01-01", "2028-01-01"):
        second("POST", "employee/employment/details", {"employment": employment, "date": date})
    owners = len(second.get("employee", onlyEmployeeTokens="true", fields="id"))
    rows = len(second.get(path)) - (owners if path in EVERY_LIST.split()[:2] else 0)

    second.switch(result_ceiling=rows)
    assert second("GET", path).status_code == 200
    second.switch(result_ceiling=rows - 1)
    assert refusal(second("GET", path, params={"count": 1})) == (422, 23000, [])


@pytest.mark.parametrize("query", ["count=x", "from=x", "count=1.5", "count=1_0"])
def test_a_page_that_is_no_number(api: Api, query: str) -> None:
    assert refusal(api("GET", f"employee?{query}")) == (422, 21000, [])


@pytest.mark.parametrize("name", ["count", "from"])
def test_a_page_below_zero(api: Api, name: str) -> None:
    assert refusal(api("GET", f"employee?{name}=-1")) == (422, 15000, [name])


def test_sorting_by_several_names_and_by_a_sub_object(second: Api) -> None:
    rows = second.get("employee", sorting="department.name,-lastName,id", fields="id,lastName,department(name)")

    keys = [(row["department"]["name"].casefold(), row["lastName"].casefold()) for row in rows]
    assert len({department for department, _ in keys}) > 1
    by_name = sorted(keys, key=lambda key: key[1], reverse=True)
    assert keys == sorted(by_name, key=lambda key: key[0])


@pytest.mark.parametrize("sorting", ["foo", "employments", "department", "department.foo", "lastName.foo", "-"])
def test_sorting_by_what_is_not_there(api: Api, sorting: str) -> None:
    assert refusal(api("GET", "employee", params={"sorting": sorting})) == (422, 17000, [])


def test_fields_choose_and_expand(api: Api) -> None:
    employee = api.hire()
    path = f"employee/{employee['id']}"

    assert api.get(path, fields="firstName, id") == {"firstName": "Kari", "id": employee["id"]}
    assert set(api.get(path, fields="employments")["employments"][0]) == {"id", "url"}
    inside = api.get(path, fields="employments(startDate,employee(firstName))")
    assert inside == {"employments": [{"startDate": "2024-01-01", "employee": {"firstName": "Kari"}}]}
    expanded = api.get(path, fields="*,department(*)")
    assert expanded["department"]["name"] == "Avdeling"
    assert expanded["firstName"] == "Kari"
    assert api.get(path, fields="") == api.get(path) == api.get(path, fields="*")


BAD_FIELDS = [
    ("foo", "foo", "EmployeeDTO"),
    ("employments(foo)", "foo", "EmploymentDTO"),
    ("firstName(id)", "firstName", "EmployeeDTO"),
    ("changes(foo)", "foo", "ChangeDTO"),
    ("id,", "", "EmployeeDTO"),
    ("department(id", "", "EmployeeDTO"),
    ("id)", ")", "EmployeeDTO"),
    ("(", "(", "EmployeeDTO"),
]


@pytest.mark.parametrize(("fields", "name", "model"), BAD_FIELDS)
def test_fields_that_do_not_exist_or_do_not_parse(api: Api, fields: str, name: str, model: str) -> None:
    answer = api("GET", "employee", params={"fields": fields})

    assert refusal(answer) == (400, 11000, [])
    assert f"fields filter: {name}." in answer.json()["message"]


def filters() -> list[tuple[dict[str, Any], set[str]]]:
    """Query parameters, and the first names they find among the people of `people`."""
    return [
        ({"firstName": "åS"}, {"Åse"}),
        ({"lastName": "berg"}, {"Åse", "Ola"}),
        ({"employeeNumber": "7"}, {"Åse"}),
        ({"email": "OLA@"}, {"Ola"}),
        ({"hasSystemAccess": "false", "lastName": "berg"}, {"Åse"}),
        ({"hasSystemAccess": "true", "lastName": "berg"}, {"Ola"}),
        ({"onlyContacts": "true"}, {"Per"}),
        ({"includeContacts": "true", "lastName": "berg"}, {"Åse", "Ola", "Per"}),
        ({"periodStart": "2021-01-01", "lastName": "berg"}, {"Ola"}),
        ({"periodEnd": "2021-01-01", "lastName": "berg"}, {"Åse"}),
        ({"allowInformationRegistration": "false"}, set()),
        ({"assignableProjectManagers": "true", "lastName": "berg"}, {"Ola"}),
        ({"onlyProjectManagers": "true", "lastName": "berg"}, {"Ola"}),
        ({"departmentId": "1,2"}, set()),
    ]


@pytest.fixture
def people(make_api: MakeApi) -> Api:
    api = make_api(employees=0)
    people = [
        {"firstName": "Åse", "lastName": "Bergli", "employeeNumber": "7"},
        {
            "firstName": "Ola",
            "lastName": "Solberg",
            "employeeNumber": "77",
            "email": "ola@x.no",
            "userType": "STANDARD",
        },
        {"firstName": "Per", "lastName": "Berger", "isContact": True},
    ]
    people[0]["employments"] = [{"startDate": "2020-01-01", "endDate": "2020-12-31"}]
    people[1]["employments"] = [{"startDate": "2022-01-01"}]
    assert api.control("POST", "employees", people).status_code == 201
    return api


@pytest.mark.parametrize(("query", "expected"), filters(), ids=lambda part: str(part) if isinstance(part, dict) else "")
def test_each_filter_finds_its_people(people: Api, query: dict[str, Any], expected: set[str]) -> None:
    assert {row["firstName"] for row in people.get("employee", **query)} == expected


def test_ids_and_owners_are_filters_too(people: Api) -> None:
    everybody = people.get("employee", fields="id")
    owners = people.get("employee", onlyEmployeeTokens="true", fields="id")

    assert people.get("employee", id=f"{everybody[3]['id']}, 5", fields="id") == [everybody[3]]
    assert owners == everybody[:3]


def test_the_search_includes_contacts_shows_few_fields_and_tells_the_inactive(people: Api) -> None:
    found = people.get("employee/searchForEmployeesAndContacts", lastName="berg")
    gone = people.get("employee/searchForEmployeesAndContacts", lastName="berg", isInactive="true")

    assert {row["firstName"] for row in found} == {"Åse", "Ola", "Per"}
    assert set(found[0]) == {"id", "employeeNumber", "firstName", "lastName", "email", "pictureId"}
    assert [row["firstName"] for row in gone] == ["Åse"]


def test_departments_are_found_by_name_number_and_query(second: Api) -> None:
    assert [row["name"] for row in second.get("department", name="sAL")] == ["Salg"]
    assert [row["name"] for row in second.get("department", departmentNumber="1")] == ["Drift"]
    assert second.get("department/query", query="dri", fields="name") == [{"name": "Drift"}]
    assert set(second.get("department/query")[0]) == {"id", "name"}
    assert second.get("department", isInactive="true") == []
    assert [row["name"] for row in second.get("division", query="tromsø")] == ["Bre Tromsø"]


def test_countries_are_found_by_code_and_four_ids_are_tripletexs_own(api: Api) -> None:
    known = {row["isoAlpha2Code"]: row["id"] for row in api.get("country", code="NO,DK,FI,GB")}

    assert known == {"NO": 161, "DK": 57, "FI": 68, "GB": 75}
    everybody = api.get("country")
    for column in ("id", "isoAlpha2Code", "isoAlpha3Code", "isoNumericCode"):
        assert len({row[column] for row in everybody}) == len(everybody) == 249


def test_employees_have_no_checksum_and_others_have_one_on_demand(api: Api) -> None:
    assert api("GET", "employee").json()["versionDigest"] == NO_CHECKSUM
    assert api("GET", "employee/employment").json()["versionDigest"] is None
    assert api("GET", "department").json()["versionDigest"] == NOT_ASKED
    asked = api("GET", "department", headers={"If-None-Match": "anything"}).json()["versionDigest"]
    unchanged = api("GET", "department", headers={"If-None-Match": asked})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    api("POST", "department", {"name": "Ny", "departmentNumber": "9"})
    assert api("GET", "department", headers={"If-None-Match": asked}).status_code == 200


def test_departments_can_be_changed_and_the_unused_deleted(second: Api) -> None:
    rows = second("POST", "department/list", [{"name": "A", "departmentNumber": "8"}, {"name": "B"}]).json()["values"]
    renamed = second("PUT", f"department/{rows[0]['id']}", {"version": 0, "name": "AA"}).json()["value"]
    both = second("PUT", "department/list", [{"id": row["id"], "isInactive": True} for row in rows])
    used = second.get("employee")[0]["department"]["id"]

    assert (renamed["name"], renamed["version"]) == ("AA", 1)
    assert [row["isInactive"] for row in both.json()["values"]] == [True, True]
    assert second("DELETE", f"department/{rows[0]['id']}").status_code == 204
    assert refusal(second("DELETE", f"department/{used}"))[:2] == (422, 18000)
    assert refusal(second("GET", f"department/{rows[0]['id']}")) == (404, 6000, [])


def test_a_second_department_makes_departments_required_for_ever(api: Api) -> None:
    new = api("POST", "department", {"name": "Ny"}).json()["value"]
    assert api("DELETE", f"department/{new['id']}").status_code == 204

    assert refusal(api("POST", "employee", api.person())) == (422, 18000, ["department.id"])
