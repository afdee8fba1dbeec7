"""What answers become: shapes, whichever way Tripletex says "nothing", and `Unreadable` for what is not specified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from huma_tripletex.errors import Unreadable
from huma_tripletex.tripletex import Company, Country, Department, Division, Employee, Employment, Entitlement, WhoAmI
from tests.tripletex.stub import REQUEST_ID, Stub, answer, many, one

EMPLOYMENT = {
    "id": 9,
    "version": 4,
    "employee": {"id": 7, "url": "tripletex.no/v2/employee/7"},
    "startDate": "2020-01-01",
    "endDate": "2026-12-31",
    "division": {"id": 3, "url": "u"},
    "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE",
    "isMainEmployer": True,
}
EMPLOYEE = {
    "id": 7,
    "version": 2,
    "firstName": "Åse",
    "lastName": "Ørn",
    "employeeNumber": "0012",
    "dateOfBirth": "1990-05-17",
    "email": "aase@example.no",
    "phoneNumberMobile": "91234567",
    "phoneNumberMobileCountry": {"id": 161, "url": "u"},
    "bankAccountNumber": "12345678903",
    "department": {"id": 5, "url": "u"},
    "employments": [EMPLOYMENT],
    "userType": None,
    "address": None,
}


def read(body: Any) -> Employee:
    return Stub({"GET /employee/{id}": answer(body)}).logged_in().employee(7)


def test_an_employee_with_everything() -> None:
    assert read({"value": EMPLOYEE}) == Employee(
        id=7,
        version=2,
        first_name="Åse",
        last_name="Ørn",
        employee_number="0012",
        date_of_birth="1990-05-17",
        email="aase@example.no",
        phone_number_mobile="91234567",
        phone_country_id=161,
        bank_account_number="12345678903",
        department_id=5,
        employments=(
            Employment(
                id=9,
                version=4,
                employee_id=7,
                start_date="2020-01-01",
                end_date="2026-12-31",
                division_id=3,
                employment_end_reason="EMPLOYMENT_END_EMPLOYEE",
            ),
        ),
    )


NAMES = [name for name in EMPLOYEE if name not in ("id", "version", "employments", "userType", "address")]


@pytest.mark.parametrize("nothing", ["", None])
def test_nothing_is_nothing_however_it_is_said(nothing: str | None) -> None:
    said: dict[str, Any] = dict.fromkeys(NAMES, nothing)
    if nothing == "":
        said |= {"phoneNumberMobileCountry": None, "department": None}
    assert read({"value": {"id": 7, "version": 0, "employments": [], **said}}) == Employee(id=7, version=0)


def test_what_is_left_out_is_not_nothing_but_unseen() -> None:
    only = read({"value": {"id": 7, "version": 0, "employments": []}})
    assert only.unseen == (
        "first_name",
        "last_name",
        "employee_number",
        "date_of_birth",
        "email",
        "phone_number_mobile",
        "phone_number_mobile_country",
        "bank_account_number",
        "department",
    )
    for name in NAMES:
        most = read({"value": {key: value for key, value in EMPLOYEE.items() if key != name}})
        assert len(most.unseen) == 1, name
        assert most == replace(read({"value": {**EMPLOYEE, name: None}}), unseen=most.unseen)


@pytest.mark.parametrize(("said", "seen"), [({"employmentEndReason": None}, ""), ({"employmentEndReason": ""}, "")])
def test_a_reason_that_is_left_out_is_not_no_reason(said: dict[str, Any], seen: str) -> None:
    without = {name: value for name, value in EMPLOYMENT.items() if name != "employmentEndReason"}
    (period,) = read({"value": {**EMPLOYEE, "employments": [{**without, **said}]}}).employments
    assert period.employment_end_reason == seen
    (period,) = read({"value": {**EMPLOYEE, "employments": [without]}}).employments
    assert period.employment_end_reason is None


@pytest.mark.parametrize("missing", ["startDate", "endDate"])
def test_an_employment_that_does_not_show_its_days_does_not_pass_for_one_that_goes_on(missing: str) -> None:
    blind = {name: value for name, value in EMPLOYMENT.items() if name != missing}
    stub = Stub(
        {
            "GET /employee": many({**EMPLOYEE, "employments": [blind]}),
            "GET /employee/employment": many(blind),
            "POST /employee/employment": one(blind, 201),
        }
    )
    client = stub.logged_in()
    calls: list[Callable[[], Any]] = [
        client.employees,
        lambda: client.employments(7),
        lambda: client.create_employment({"employee": {"id": 7}}),
    ]
    for call in calls:
        with pytest.raises(Unreadable):
            call()


@pytest.mark.parametrize("employments", [None, "missing"])
def test_nobody_is_taken_for_somebody_without_employments_unseen(employments: str | None) -> None:
    """Otherwise they would be given one more."""
    body = {name: value for name, value in EMPLOYEE.items() if name != "employments"}
    if employments is None:
        body["employments"] = None
    stub = Stub({"GET /employee/{id}": one(body), "GET /employee": many(body), "PUT /employee/{id}": one(body)})
    client = stub.logged_in()
    with pytest.raises(Unreadable):
        client.employee(7)
    with pytest.raises(Unreadable):
        client.employees()
    with pytest.raises(Unreadable):
        client.find_employees(employee_number="0012")
    assert client.update_employee(7, {"id": 7}).employments == ()


def test_unknown_values_and_unknown_fields_are_no_error() -> None:
    strange = {**EMPLOYMENT, "employmentEndReason": "EMPLOYMENT_END_ON_MARS", "newField": [{}]}
    employee = read({"value": {**EMPLOYEE, "employments": [strange], "userType": "MARTIAN"}, "new": 1})
    assert employee.employments[0].employment_end_reason == "EMPLOYMENT_END_ON_MARS"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7"},
        {"id": None},
        {"id": 7.5},
        {"id": True},
        {"version": None},
        {"firstName": 5},
        {"firstName": ["Kari"]},
        {"dateOfBirth": 19900517},
        {"dateOfBirth": "19900517"},
        {"dateOfBirth": "1990-02-30"},
        {"dateOfBirth": "1990-05-17T00:00:00"},
        {"dateOfBirth": "17.05.1990"},
        {"phoneNumberMobileCountry": 161},
        {"phoneNumberMobileCountry": {}},
        {"department": {"id": "5"}},
        {"employments": {}},
        {"employments": [None]},
        {"employments": [{**EMPLOYMENT, "startDate": 3}]},
        {"employments": [{**EMPLOYMENT, "division": 3}]},
    ],
    ids=str,
)
def test_a_wrong_type_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as caught:
        read({"value": {**EMPLOYEE, **change}})
    assert caught.value.request_id == REQUEST_ID
    assert caught.value.operation == "GET /employee/{id}"
    assert caught.value.status == 200


@pytest.mark.parametrize("missing", ["id", "version"])
def test_what_must_be_there_and_is_not_is_unreadable(missing: str) -> None:
    with pytest.raises(Unreadable):
        read({"value": {name: value for name, value in EMPLOYEE.items() if name != missing}})


@pytest.mark.parametrize("body", [{}, [], None, {"value": None}, {"value": []}, {"values": [EMPLOYEE]}, "x", 5])
def test_another_envelope_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_employments_that_were_not_expanded_do_not_pass_for_employments_without_dates() -> None:
    references = {**EMPLOYEE, "employments": [{"id": 9, "url": "u"}]}
    with pytest.raises(Unreadable):
        read({"value": references})
    with pytest.raises(Unreadable):
        Stub({"GET /employee": many(references)}).logged_in().employees()


def test_the_answer_to_a_write_names_employments_and_no_more() -> None:
    references = {**EMPLOYEE, "employments": [{"id": 9, "url": "u"}]}
    stub = Stub(
        {
            "PUT /employee/{id}": one(references),
            "POST /employee": one(references, 201),
            "POST /employee/list": many(references, status=201),
        }
    )
    client = stub.logged_in()
    for written in (client.update_employee(7, {"id": 7}), client.create_employee({}), *client.create_employees([{}])):
        assert [(e.id, e.is_reference) for e in written.employments] == [(9, True)]
    assert not read({"value": EMPLOYEE}).employments[0].is_reference


def test_an_answer_about_another_object_is_unreadable() -> None:
    stub = Stub({"GET /employee/{id}": one(EMPLOYEE), "PUT /employee/employment/{id}": one(EMPLOYMENT)})
    with pytest.raises(Unreadable):
        stub.logged_in().employee(8)
    with pytest.raises(Unreadable):
        stub.logged_in().update_employment(10, {"id": 10})


def test_a_list_of_new_employees_has_as_many_as_were_sent() -> None:
    stub = Stub({"POST /employee/list": many(EMPLOYEE, status=201)})
    with pytest.raises(Unreadable):
        stub.logged_in().create_employees([{}, {}])


def test_no_new_employees_are_no_call() -> None:
    stub = Stub()
    assert stub.logged_in().create_employees([]) == ()
    assert stub.transport.asked == []


def test_looking_for_nobody_in_particular_is_refused() -> None:
    with pytest.raises(ValueError, match="something to look for"):
        Stub().logged_in().find_employees()


def test_the_smaller_shapes() -> None:
    stub = Stub(
        {
            "GET /token/session/>whoAmI": one(
                {
                    "employeeId": 1,
                    "actualEmployeeId": 2,
                    "companyId": 3,
                    "language": "no",
                    "company": {"id": 3, "name": "Fjord AS"},
                    "employee": {"id": 1, "firstName": "Ola", "lastName": "Nordmann"},
                }
            ),
            "GET /company/{id}": one({"id": 3, "name": "Fjord AS", "organizationNumber": "999"}),
            "GET /country": many({"id": 161, "isoAlpha2Code": "NO"}),
            "GET /department": many({"id": 1, "name": "Salg", "departmentNumber": "10", "isInactive": True}),
            "GET /division": many({"id": 1, "name": None, "displayName": "Oslo"}, {"id": 2, "name": "Bergen"}),
            "GET /employee/entitlement": many({"id": 1, "name": "ROLE_ADMINISTRATOR"}),
            "GET /employee/employment": many(EMPLOYMENT),
        }
    )
    client = stub.logged_in()
    assert client.who_am_i() == WhoAmI(1, 2, 3, "Fjord AS", "no", "Ola Nordmann")
    assert client.company(3) == Company(3, "Fjord AS", "999")
    assert client.countries() == (Country(161, "NO"),)
    assert client.departments() == (Department(1, "Salg", "10", True),)
    assert client.divisions() == (Division(1, "Oslo"), Division(2, "Bergen"))
    assert client.entitlements(1) == (Entitlement(1, "ROLE_ADMINISTRATOR"),)
    assert client.employments(7)[0].version == 4


def test_who_am_i_of_a_token_that_may_see_little() -> None:
    stub = Stub(
        {"GET /token/session/>whoAmI": one({"employeeId": 1, "companyId": 3, "company": {"id": 3}, "employee": None})}
    )
    assert stub.logged_in().who_am_i() == WhoAmI(1, 1, 3)
