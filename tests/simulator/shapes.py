"""The shapes of Tripletex's answers that this project relies on, written from the specification 2.74.00, and a
transport that holds every answer against them. `test_shapes.py` holds the table itself against the specification,
where that is at hand.

The specification knows no null; what has been recorded as null is listed in NULLS, with the evidence.
"""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from huma_tripletex.simulator.refusals import BROKEN
from tests.parts.deviations import noting
from tests.parts.specification import hold_answer

COMMON = {"id": "integer", "version": "integer", "changes": "Change[]", "url": "string"}


def _model(
    *, strings: str = "", integers: str = "", numbers: str = "", booleans: str = "", **others: str
) -> dict[str, str]:
    kinds = {"string": strings, "integer": integers, "number": numbers, "boolean": booleans}
    return {name: kind for kind, names in kinds.items() for name in names.split()} | others


_COMPANY = _model(
    strings="name displayName startDate endDate organizationNumber email phoneNumber phoneNumberMobile faxNumber type "
    "companyMigration",
    booleans="accountantOrSimilar invoiceShowDeliveryDate",
    address="Address",
    currency="Currency",
)
MODELS: dict[str, dict[str, str]] = {
    "Change": _model(integers="employeeId", strings="timestamp changeType"),
    "Employee": COMMON
    | _model(
        strings="firstName lastName displayName employeeNumber dateOfBirth email phoneNumberMobile phoneNumberHome "
        "phoneNumberWork nationalIdentityNumber dnumber bankAccountNumber iban bic userType comments",
        integers="creditorBankCountryId pictureId companyId",
        booleans="usesAbroadPayment allowInformationRegistration isContact isProxy isAuthProjectOverviewURL "
        "vismaConnect2FAactive",
        phoneNumberMobileCountry="Country",
        internationalId="InternationalId",
        address="Address",
        department="Department",
        employments="Employment[]",
        holidayAllowanceEarned="HolidayAllowanceEarned",
        employeeCategory="EmployeeCategory",
    ),
    "Employment": COMMON
    | _model(
        strings="employmentId startDate endDate employmentEndReason lastSalaryChangeDate taxDeductionCode",
        booleans="noEmploymentRelationship isMainEmployer isRemoveAccessAtEmploymentEnded",
        employee="Employee",
        division="Division",
        employmentDetails="EmploymentDetails[]",
        latestSalary="EmploymentDetails",
    ),
    "EmploymentDetails": COMMON
    | _model(
        strings="date employmentType employmentForm remunerationType workingHoursScheme",
        numbers="shiftDurationHours percentageOfFullTimeEquivalent annualSalary hourlyWage monthlySalary",
        employment="Employment",
        maritimeEmployment="MaritimeEmployment",
        occupationCode="OccupationCode",
        payrollTaxMunicipalityId="Municipality",
    ),
    "Department": COMMON
    | _model(
        strings="name departmentNumber displayName",
        integers="businessActivityTypeId",
        booleans="isInactive",
        departmentManager="Employee",
    ),
    "Division": COMMON
    | _model(
        strings="displayName name startDate endDate organizationNumber municipalityDate", municipality="Municipality"
    ),
    "Municipality": COMMON | _model(strings="number name county payrollTaxZone displayName"),
    "Country": COMMON | _model(strings="name displayName isoAlpha2Code isoAlpha3Code isoNumericCode"),
    "Company": COMMON | _COMPANY,
    "Client": COMMON | _COMPANY | _model(integers="customerCompanyId"),
    "Currency": COMMON | _model(strings="code description displayName", integers="factor", booleans="isDisabled"),
    "Address": COMMON
    | _model(
        strings="addressLine1 addressLine2 postalCode city displayName addressAsString displayNameInklMatrikkel "
        "unitNumber",
        integers="knr gnr bnr fnr snr",
        country="Country",
    ),
    "EmployeeCategory": COMMON | _model(strings="displayName name number description"),
    "OccupationCode": COMMON | _model(strings="nameNO code"),
    "InternationalId": _model(strings="intAmeldingType number", country="Country"),
    "HolidayAllowanceEarned": _model(integers="year", numbers="amount basis amountExtraHolidayWeek"),
    "MaritimeEmployment": {},
    "LoggedInUserInfo": _model(
        integers="employeeId actualEmployeeId companyId",
        strings="language",
        booleans="loggedInWithConnect employeeIsProxy",
        employee="Employee",
        company="Company",
    ),
    "ApiConsumer": COMMON | _model(strings="consumerName emails"),
    "ConsumerToken": COMMON | _model(strings="token expirationDate", apiConsumer="ApiConsumer"),
    "EmployeeToken": COMMON | _model(strings="token expirationDate", apiConsumer="ApiConsumer", employee="Employee"),
    "SessionToken": COMMON
    | _model(
        strings="expirationDate token encryptionKey", consumerToken="ConsumerToken", employeeToken="EmployeeToken"
    ),
    "Entitlement": COMMON | _model(strings="name", integers="entitlementId", employee="Employee", customer="Company"),
    "EmploymentType": COMMON | _model(strings="employmentType nameNO code"),
    "RemunerationType": COMMON | _model(strings="remunerationType nameNO code"),
    "WorkingHoursScheme": COMMON | _model(strings="workingHoursScheme nameNO code"),
    "LeaveOfAbsenceType": COMMON | _model(strings="leaveOfAbsenceType nameNO code"),
    "LeaveOfAbsence": COMMON
    | _model(
        strings="importedLeaveOfAbsenceId startDate endDate type",
        numbers="percentage",
        booleans="isWageDeduction",
        employment="Employment",
    ),
    "Subscription": COMMON
    | _model(strings="event targetUrl fields status authHeaderName authHeaderValue hmacSharedSecret"),
    "EventInfo": _model(strings="name description payloadModel", examples="WebHookWrapper[]"),
    "WebHookWrapper": _model(strings="event", integers="subscriptionId id", value="object"),
}
NULLS = {
    # recorded in real answers (TRIPLETEX.md 4.1, 4.2): unset dates and references, and userType always
    "Employee": "dateOfBirth userType address employeeCategory",
    "InternationalId": "intAmeldingType country",
    "Employment": "endDate employmentEndReason division lastSalaryChangeDate latestSalary",
    # assumed by the same convention: unset dates and references
    "EmploymentDetails": "maritimeEmployment occupationCode payrollTaxMunicipalityId",
    "Department": "departmentManager",
    "Division": "endDate",
    "Company": "endDate address",
    "Client": "endDate address",
    "Address": "country",
    "ConsumerToken": "expirationDate",
    "Entitlement": "customer",
    "LeaveOfAbsence": "endDate",
    "EmploymentType": "employmentType",  # the variants (salaryType ...) have words its enum does not know
    "SessionToken": "encryptionKey",
    "Subscription": "authHeaderValue hmacSharedSecret",  # write only
    "WebHookWrapper": "value",  # employee.delete, documented
}
ANSWERS = {
    "/token/session/:create": "SessionToken",
    "/token/session/>whoAmI": "LoggedInUserInfo",
    "/token/consumer/byToken": "ConsumerToken",
    "/company": "Company",
    "/company/{id}": "Company",
    "/company/divisions": "Company",
    "/company/>withLoginAccess": "Client",
    "/country": "Country",
    "/department": "Department",
    "/department/query": "Department",
    "/division": "Division",
    "/employee": "Employee",
    "/employee/searchForEmployeesAndContacts": "Employee",
    "/employee/employment": "Employment",
    "/employee/employment/details": "EmploymentDetails",
    "/employee/employment/occupationCode": "OccupationCode",
    "/employee/employment/leaveOfAbsence": "LeaveOfAbsence",
    "/employee/employment/leaveOfAbsenceType": "LeaveOfAbsenceType",
    "/employee/employment/remunerationType": "RemunerationType",
    "/employee/employment/workingHoursScheme": "WorkingHoursScheme",
    "/employee/employment/employmentType": "EmploymentType",
    "/employee/entitlement": "Entitlement",
    "/event/subscription": "Subscription",
}
ENVELOPE = {"status", "code", "message", "link", "developerMessage", "validationMessages", "requestId"}
LIST = {"fullResultSize", "from", "count", "versionDigest", "values"}


MEANT = "x-meant-to-be-wrong"
SUCCESS = {"GET": (200, 304), "POST": (201,), "PUT": (200,), "DELETE": (204,)}
DATES = {"dateOfBirth", "startDate", "endDate", "date", "lastSalaryChangeDate", "municipalityDate", "expirationDate"}
"""Strings to the specification; in every recorded answer a day as YYYY-MM-DD, or null."""


class CheckedAnswers(httpx.BaseTransport):
    """Passes answers on after holding each against the table, and against the specification where that is at hand."""

    def __init__(self, inner: httpx.BaseTransport, prefix: str = "/v2") -> None:
        self._inner = inner
        self._prefix = prefix
        self.checked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        path = request.url.path
        if path.startswith(self._prefix) and not _is_meant(response):
            with noting(f"answered {request.method} {path} with {response.status_code}"):
                check_answer(request.method, path.removeprefix(self._prefix), response)
            self.checked += 1
        return response

    def close(self) -> None:
        self._inner.close()


def _is_meant(response: httpx.Response) -> bool:
    """Did a test ask for an answer that Tripletex never gives: a gateway's page, or one with the header it gave it?"""
    is_page = response.status_code >= 500 and "html" in response.headers.get("content-type", "")
    return is_page or MEANT in response.headers


def check_answer(method: str, path: str, response: httpx.Response) -> None:
    """Raises AssertionError or ValueError unless Tripletex publishes such an answer for `path` (below /v2): by the
    table always, and by the specification where that is at hand.
    """
    if response.status_code >= 400:
        check_refusal(response, json.loads(response.content))
        return
    assert response.status_code in SUCCESS[method], f"{response.status_code} is no answer to {method}"
    hold_answer(method, path, response.status_code, response.headers.get("content-type", ""), response.content)
    if response.status_code in (204, 304):
        assert not response.content, "a body where none can be"
        return
    model = model_of(path)
    if model is None:
        return
    assert "json" in response.headers.get("content-type", ""), "no JSON"
    body = json.loads(response.content)
    if "values" in body:
        assert set(body) == LIST
        assert body["count"] == len(body["values"])
        for value in body["values"]:
            check(model, value)
    else:
        assert set(body) == {"value"}
        check(model, body["value"])


def check_refusal(response: httpx.Response, body: dict[str, Any]) -> None:
    """The error envelope, whole, and not because the simulator itself has a bug."""
    assert set(body) == ENVELOPE
    assert not str(body["message"]).startswith(BROKEN), body["message"]
    assert body["status"] == response.status_code
    assert body["requestId"] == response.headers["x-tlx-request-id"]
    for message in body["validationMessages"] or ():
        assert set(message) == {"field", "message", "path", "rootId"}


def check(model: str, value: Any, at: str = "") -> None:
    """AssertionError unless `value` is a `model`, or a part of one, by the table."""
    assert isinstance(value, dict), f"{at or model} is not an object"
    for name, item in value.items():
        place = f"{at or model}.{name}"
        assert name in MODELS[model], f"the specification has no {place}"
        assert (model, name) != ("Employee", "userType") or item is None, f"{place} was always read as null"
        if item is None:
            assert name in NULLS.get(model, "").split(), f"{place} is null"
        else:
            _check_kind(MODELS[model][name], item, place)
            assert name not in DATES or re.fullmatch(r"\d{4}-\d\d-\d\d", item), f"{place} is no date"


def _check_kind(kind: str, item: Any, place: str) -> None:
    if kind.endswith("[]"):
        assert isinstance(item, list), f"{place} is not a list"
        for element in item:
            check(kind[:-2], element, place)
    elif kind in MODELS:
        check(kind, item, place)
    elif kind != "object":
        allowed = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}[kind]
        assert isinstance(item, allowed), f"{place} is no {kind}"
        assert isinstance(item, bool) == (kind == "boolean"), f"{place} is no {kind}"


def model_of(path: str) -> str | None:
    """The model in the answer to `path`, None where the table has no say (events)."""
    general = re.sub(r"/\d+$", "", path.rstrip("/")).removesuffix("/list")
    if general.startswith("/employee/employment/employmentType/"):
        return "EmploymentType"
    return ANSWERS.get(f"{general}/{{id}}" if general == "/company" and path != general else general)
