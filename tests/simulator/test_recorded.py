"""Calls that were recorded against the real Tripletex, replayed: status, code, field, message and path agree.

Each case is a request and what Tripletex answered. OSLO is a company without divisions whose departments were never
activated, BERGEN one with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.conftest import Api, MakeApi, refusal

LENGTH = "Feltet har ikke korrekt lengde. Det må være mellom 1 og 100."
NOT_NULL = "Kan ikke være null."
NOT_EMPTY = "Feltet kan ikke være tomt."
REQUIRED = "Feltet må fylles ut."
USER_TYPE = 'Brukertype kan ikke være "0" eller tom.'
NO_FIELD = "Feltet eksisterer ikke i objektet."
WRONG_TYPE = "Verdien er ikke av korrekt type for dette feltet."
DIVISION = "Arbeidsforholdet må knyttes til en virksomhet/underenhet."
OSLO, BERGEN = 0, 3


@dataclass(frozen=True)
class Recorded:
    """One call and its refusal. `remove` are keys of the standard body that were not sent."""

    name: str
    method: str
    path: str
    body: Any = None
    remove: tuple[str, ...] = ()
    company: int = OSLO
    status: int = 422
    code: int = 18000
    field: str | None = ""
    message: str = ""
    at: str | None = None

    @property
    def developer_message(self) -> str | None:
        """What a body lacks is told without one, as are names and types that do not fit."""
        lacks = self.message in (NOT_NULL, NOT_EMPTY, LENGTH)
        return "VALIDATION_ERROR" if self.code == 18000 and not lacks else None


CREATES = [
    Recorded(
        "no first name",
        "POST",
        "employee",
        remove=("firstName",),
        field="firstName",
        message=NOT_NULL,
        at="null.firstName",
    ),
    Recorded(
        "no last name", "POST", "employee", remove=("lastName",), field="lastName", message=NOT_NULL, at="null.lastName"
    ),
    Recorded(
        "empty name", "POST", "employee", {"firstName": ""}, field="firstName", message=LENGTH, at="null.firstName"
    ),
    Recorded(
        "long name", "POST", "employee", {"lastName": "x" * 101}, field="lastName", message=LENGTH, at="null.lastName"
    ),
    Recorded("no user type", "POST", "employee", remove=("userType",), field=None, message=USER_TYPE),
    Recorded("empty user type", "POST", "employee", {"userType": ""}, field=None, message=USER_TYPE),
    Recorded(
        "user without e-mail",
        "POST",
        "employee",
        {"userType": "STANDARD"},
        field="email",
        message="Må angis for Tripletex-brukere.",
    ),
    Recorded("bad e-mail", "POST", "employee", {"email": "kari"}, field="email", message="Ugyldig format."),
    Recorded("æ in e-mail", "POST", "employee", {"email": "kåre@x.no"}, field="email", message="Ugyldig format."),
    Recorded("no department", "POST", "employee", company=BERGEN, field="department.id", message=REQUIRED),
    Recorded(
        "no user type comes before no department",
        "POST",
        "employee",
        remove=("userType",),
        company=BERGEN,
        field=None,
        message=USER_TYPE,
    ),
    Recorded(
        "date of birth in another form",
        "POST",
        "employee",
        {"dateOfBirth": "17.05.1990"},
        code=16000,
        field="dateOfBirth",
        message=WRONG_TYPE,
        at="dateOfBirth",
    ),
    Recorded(
        "user type that is none",
        "POST",
        "employee",
        {"userType": "EMPLOYEE"},
        code=16000,
        field="userType",
        message=WRONG_TYPE,
        at="userType",
    ),
    Recorded(
        "national identity number with a wrong check digit",
        "POST",
        "employee",
        {"nationalIdentityNumber": "17059012345"},
        field="nationalIdentityNumber",
        message="Ugyldig format.",
    ),
    *(
        Recorded(
            f"{name} is no field", "POST", "employee", {name: "2024-01-01"}, code=16000, field=name, message=NO_FIELD
        )
        for name in ("startDate", "endDate", "isInactive", "role", "isEmployee")
    ),
    Recorded(
        "nested employment without start",
        "POST",
        "employee",
        {"employments": [{}]},
        field="employments.startDate",
        message=NOT_NULL,
        at="employments[0].startDate",
    ),
    Recorded(
        "department inside an employment",
        "POST",
        "employee",
        {"employments": [{"startDate": "2024-01-01", "department": {"id": 1}}]},
        code=16000,
        field="department",
        message=NO_FIELD,
    ),
    Recorded(
        "employment type that is none, deep inside",
        "POST",
        "employee",
        {"employments": [{"startDate": "2024-01-01", "employmentDetails": [{"employmentType": "FAST"}]}]},
        code=16000,
        field="employments.employmentDetails.employmentType",
        message=WRONG_TYPE,
        at="employments[0].employmentDetails[0].employmentType",
    ),
    Recorded(
        "details outside the details",
        "POST",
        "employee",
        {"employments": [{"startDate": "2024-01-01", "employmentType": "ORDINARY"}]},
        code=16000,
        field="employmentType",
        message=NO_FIELD,
    ),
]


@pytest.mark.parametrize("case", CREATES, ids=lambda case: case.name)
def test_a_create_is_refused_as_recorded(make_api: MakeApi, case: Recorded) -> None:
    api = make_api(place=case.company)
    body = api.person(**(case.body or {}))
    for name in case.remove:
        del body[name]
    before = len(api.control("GET", "employees", params={"company": api.token["company"]}).json())

    answer = api(case.method, case.path, body)

    assert_refused(answer, case)
    assert len(api.control("GET", "employees", params={"company": api.token["company"]}).json()) == before


PATHS = [
    Recorded("unknown field in fields", "GET", "employee?fields=isInactive", status=400, code=11000),
    Recorded("unknown field inside", "GET", "employee?fields=employments(foo)", status=400, code=11000),
    Recorded("a word for an id", "GET", "company/loggedInUser", code=21000),
    Recorded("a word for an employee", "GET", "employee/loggedInUser", code=21000),
    Recorded("no such object", "GET", "employee/1", status=404, code=6000),
    Recorded("no such path", "GET", "occupationCode", status=404, code=6000),
    Recorded("the wrong method", "GET", "company", status=400, code=4000),
    Recorded("a company by its id", "PUT", "company/1", {}, status=400, code=4000),
    Recorded("a word that is no session", "GET", "token/session/whoAmI", status=400, code=4000),
    Recorded("ids that are none", "GET", "employee?id=a,b", code=12000),
    Recorded("unknown sorting", "GET", "employee?sorting=foo", code=17000),
    Recorded("a missing parameter", "PUT", "employee/entitlement/:grantEntitlementsByTemplate", code=15000),
    Recorded("there is no bulk update", "PUT", "employee/list", body=[], code=21000),
]


@pytest.mark.parametrize("case", PATHS, ids=lambda case: case.name)
def test_a_path_is_refused_as_recorded(api: Api, case: Recorded) -> None:
    status, code, _ = refusal(api(case.method, case.path, case.body))

    assert (status, code) == (case.status, case.code)


def test_nobody_may_delete_an_employee(api: Api) -> None:
    employee = api.get("employee")[-1]

    assert refusal(api("DELETE", f"employee/{employee['id']}")) == (403, 9000, [])


def test_the_messages_name_what_was_asked(api: Api) -> None:
    unknown = api("GET", "employee?fields=id,foo").json()
    word = api("GET", "company/whoAmI").json()

    expected = "Illegal field in fields filter: foo. foo does not match a field in the model: EmployeeDTO"
    assert unknown["message"] == expected
    assert word["message"] == 'Wrong data format! Expected number. For input string: "whoAmI"'
    assert word["validationMessages"] is None


def test_a_wrong_method_is_a_400_that_speaks_of_405(api: Api) -> None:
    body = api("DELETE", "department").json()

    assert (body["status"], body["code"], body["message"]) == (400, 4000, "HTTP 405 Method Not Allowed")


def test_an_email_that_is_taken(api: Api) -> None:
    email = api.get("employee")[0]["email"]

    answer = api("POST", "employee", api.person(email=email.upper()))

    assert refusal(answer) == (422, 18000, ["email"])
    message = answer.json()["validationMessages"][0]["message"]
    assert message == "Det finnes allerede en bruker med denne e-postadressen."


def test_the_ladder_of_a_company_with_departments_and_divisions(second: Api) -> None:
    body = second.person(employments=[{"startDate": "2024-01-01"}])
    first = second("POST", "employee", body)
    body["department"] = {"id": second.get("department")[0]["id"]}
    then = second("POST", "employee", body)
    body["employments"][0]["division"] = {"id": second.get("division")[0]["id"]}
    last = second("POST", "employee", body)

    assert refusal(first) == (422, 18000, ["department.id"])
    assert refusal(then) == (422, 18000, ["employments.division.id"])
    assert then.json()["validationMessages"][0]["message"] == DIVISION
    assert last.status_code == 201


EMPLOYMENTS = [
    ({"startDate": None}, ["startDate"], NOT_NULL),
    ({"startDate": "2026-05-01"}, ["startDate"], "Overlappende perioder."),
]


@pytest.mark.parametrize(("changes", "fields", "message"), EMPLOYMENTS)
def test_an_employment_is_refused_as_recorded(
    api: Api, changes: dict[str, Any], fields: list[str], message: str
) -> None:
    employee = api.hire()

    answer = api("POST", "employee/employment", {"employee": {"id": employee["id"]}, **changes})

    assert refusal(answer) == (422, 18000, fields)
    assert answer.json()["validationMessages"][0]["message"] == message


def test_an_employment_of_somebody_without_date_of_birth(api: Api) -> None:
    owner = api.get("token/session/>whoAmI")["employeeId"]

    answer = api("POST", "employee/employment", {"employee": {"id": owner}, "startDate": "2024-01-01"})

    assert refusal(answer) == (422, 18000, ["employee.dateOfBirth"])
    assert answer.json()["validationMessages"][0]["message"] == REQUIRED


def test_an_employment_without_division_where_there_are_some(second: Api) -> None:
    employee = second.get("employee")[0]["id"]

    answer = second("POST", "employee/employment", {"employee": {"id": employee}, "startDate": "2030-01-01"})

    assert refusal(answer) == (422, 18000, ["division.id"])
    assert answer.json()["validationMessages"][0]["message"] == DIVISION


def test_everything_wrong_with_an_employment_is_told_at_once(second: Api) -> None:
    department, company = second.get("department")[0]["id"], second.token["company"]
    division = {"id": second.get("division")[0]["id"]}
    employments = [{"startDate": "2024-01-01", "division": division}]
    body = second.person(department={"id": department}, employments=employments)
    employee = {"id": second("POST", "employee", body).json()["value"]["id"]}

    none = second("POST", "employee/employment", {"employee": employee, "startDate": "2025-01-01"})
    legal = {"employee": employee, "startDate": "2025-01-01", "division": {"id": company}}
    answer = second("POST", "employee/employment", legal)

    assert refusal(none) == (422, 18000, ["startDate", "division.id"])
    assert refusal(answer) == (422, 18000, ["startDate", "division.id"])
    assert [message["message"] for message in answer.json()["validationMessages"]] == [
        "Overlappende perioder.",
        "Det er ikke mulig å knytte arbeidsforholdet til den juridiske enheten.",
    ]


def test_the_smallest_employment_that_worked_46_times(api: Api) -> None:
    employee = api("POST", "employee", api.person()).json()["value"]["id"]

    answer = api("POST", "employee/employment", {"employee": {"id": employee}, "startDate": "2026-07-11"})

    assert answer.status_code == 201
    value = answer.json()["value"]
    del value["id"], value["url"], value["employee"]
    assert value == {
        "version": 0,
        "employmentId": "",
        "startDate": "2026-07-11",
        "endDate": None,
        "employmentEndReason": None,
        "division": None,
        "lastSalaryChangeDate": None,
        "noEmploymentRelationship": False,
        "isMainEmployer": True,
        "taxDeductionCode": "loennFraHovedarbeidsgiver",
        "employmentDetails": [],
        "isRemoveAccessAtEmploymentEnded": False,
        "latestSalary": None,
    }


def test_details_are_refused_as_recorded(api: Api) -> None:
    employment = api.hire()["employments"][0]["id"]
    details = {"employment": {"id": employment}, "date": "2024-01-01"}
    first = api("POST", "employee/employment/details", {**details, "monthlySalary": 50000})
    same = api("POST", "employee/employment/details", details)
    early = api("POST", "employee/employment/details", {**details, "date": "2023-12-31"})

    assert first.status_code == 201  # sending a read-only field is tolerated
    assert refusal(same) == (422, 18000, ["date"])
    assert same.json()["validationMessages"][0]["message"] == "Finnes fra før."
    assert refusal(early) == (422, 18000, ["date"])
    assert early.json()["validationMessages"][0]["message"].startswith("Dato på lønnsraden er før")


def test_a_start_does_not_move_past_the_second_row_of_details(api: Api) -> None:
    employment = api.hire()["employments"][0]["id"]
    for date in ("2024-01-01", "2025-01-01"):
        assert api("POST", "employee/employment/details", {"employment": {"id": employment}, "date": date}).is_success

    moved = api("PUT", f"employee/employment/{employment}", {"startDate": "2025-01-01"})
    past = api("PUT", f"employee/employment/{employment}", {"startDate": "2025-01-02"})

    assert moved.status_code == 200
    assert refusal(past) == (422, 18000, ["startDate"])


def test_departments_and_divisions_are_refused_as_recorded(second: Api) -> None:
    number = second.get("department", fields="departmentNumber")[1]["departmentNumber"]
    taken = second("POST", "department", {"name": "Ny", "departmentNumber": number})
    company = second.get(f"company/{second.token['company']}")
    division = {"name": "Ny", "startDate": "2024-01-01", "municipalityDate": "2024-01-01", "municipality": {"id": 301}}
    without = second("POST", "division", division)
    legal = second("POST", "division", {**division, "organizationNumber": company["organizationNumber"]})

    assert refusal(taken) == (422, 18000, ["departmentNumber"])
    assert taken.json()["validationMessages"][0]["message"] == "Nummeret er i bruk."
    assert refusal(without) == (422, 18000, ["organizationNumber"])
    assert refusal(legal) == (422, 18000, ["organizationNumber"])
    assert legal.json()["validationMessages"][0]["message"].startswith("Juridisk enhet")


def test_the_place_in_a_list_is_the_root_of_its_messages(api: Api) -> None:
    answer = api("POST", "employee/list", [api.person(), api.person(firstName="")])

    (message,) = answer.json()["validationMessages"]
    assert (message["field"], message["path"], message["rootId"]) == ("firstName", "[1].firstName", 1)


def assert_refused(answer: Any, case: Recorded) -> None:
    assert refusal(answer) == (case.status, case.code, [case.field]), answer.text
    body = answer.json()
    (message,) = body["validationMessages"]
    assert message["message"] == case.message
    assert message["path"] == case.at
    assert body["message"] == ("Validering feilet." if case.code == 18000 else "Request mapping failed")
    assert body["developerMessage"] == case.developer_message


def test_a_department_where_they_were_never_used_lacks_its_manager(api: Api, second: Api) -> None:
    (unused,) = api.get("department")
    used = second.get("department")[0]

    assert set(unused) == {"id", "version", "url", "name", "departmentNumber", "displayName", "isInactive"}
    assert set(used) - set(unused) == {"departmentManager", "businessActivityTypeId"}


def test_changes_are_told_in_norwegian_time(api: Api) -> None:
    (change,) = api.get(f"employee/{api.hire()['id']}", fields="*,changes")["changes"]

    assert change["timestamp"] == "2026-11-23T13:00:00+01:00"


def test_an_employee_reads_with_these_fields_in_this_order(api: Api) -> None:
    assert " ".join(api.get("employee")[0]) == (
        "id version url firstName lastName displayName employeeNumber dateOfBirth email phoneNumberMobileCountry "
        "phoneNumberMobile phoneNumberHome phoneNumberWork nationalIdentityNumber dnumber internationalId "
        "bankAccountNumber iban bic creditorBankCountryId usesAbroadPayment userType allowInformationRegistration "
        "isContact isProxy comments address department employments holidayAllowanceEarned employeeCategory "
        "isAuthProjectOverviewURL pictureId companyId vismaConnect2FAactive"
    )
