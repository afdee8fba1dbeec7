"""Every open question about Tripletex, answered both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from huma_tripletex.simulator import Switches
from tests.simulator.conftest import Api, MakeApi, refusal

BORN = "1990-05-17"
ACCEPTED = (201, 0, [])
CASES: list[tuple[str, Any, Callable[[Api], Any], Any]] = []


def case(name: str, answers: dict[Any, Any]) -> Callable[[Callable[[Api], Any]], Callable[[Api], Any]]:
    """Registers what a probe must find under each value of a switch; the first is the default."""

    def register(probe: Callable[[Api], Any]) -> Callable[[Api], Any]:
        CASES.extend((name, value, probe, expected) for value, expected in answers.items())
        return probe

    return register


def outcome(answer: Any) -> Any:
    """Status, code and fields of a refusal, and status alone of a success."""
    return answer.status_code if answer.is_success else refusal(answer)


def changed(api: Api, field: str, value: Any, **first: Any) -> Any:
    """What a field of a new employee reads as after an update to `value`, or the refusal."""
    row = api("POST", "employee", api.person(**first)).json()["value"]
    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": BORN, field: value})
    return answer.json()["value"][field] if answer.is_success else refusal(answer)


@case("birth_date_on_post", {"required": (422, 18000, ["dateOfBirth"]), "optional": 201})
def create_without_birth_date(api: Api) -> Any:
    return outcome(api("POST", "employee", api.person(dateOfBirth=None)))


@case("birth_date_on_put", {"always": (422, 422), "when_missing": (422, 200), "never": (200, 200)})
def update_without_birth_date(api: Api) -> Any:
    owner, employee = (api.get("employee")[place]["id"] for place in (0, 4))
    return tuple(api("PUT", f"employee/{row_id}", {"comments": "x"}).status_code for row_id in (owner, employee))


@case("birth_date_frozen", {False: "1991-01-01", True: (422, 18000, ["dateOfBirth"])})
def correct_a_birth_date(api: Api) -> Any:
    return changed(api, "dateOfBirth", "1991-01-01")


@case("end_reason", {"required": (422, 18000, ["employmentEndReason"]), "optional": 200})
def end_without_reason(api: Api) -> Any:
    employment = api.hire()["employments"][0]["id"]
    return outcome(api("PUT", f"employee/employment/{employment}", {"endDate": "2026-12-31"}))


@case("employee_list", {"atomic": 0, "partial": 1})
def list_with_one_bad_employee(api: Api) -> Any:
    before = len(api.get("employee"))
    bodies = [api.person(), api.person(firstName=""), api.person()]
    assert api("POST", "employee/list", bodies).status_code == 422
    return len(api.get("employee")) - before


@case(
    "duplicate_employee_number",
    {"422": (422, 18000, ["employeeNumber"]), "409": (409, 14000, []), "accepted": 201},
)
def create_with_a_taken_number(api: Api) -> Any:
    return outcome(api("POST", "employee", api.person(employeeNumber="1")))


@case("text_cleared_by", {"empty": ("", "x"), "null": ("x", ""), "both": ("", "")})
def clear_a_text(api: Api) -> Any:
    return tuple(changed(api, "comments", value, comments="x") for value in ("", None))


@case("date_cleared_by", {"null": (None, 422), "empty": ("2026-12-31", None), "both": (None, None)})
def clear_a_date(api: Api) -> Any:
    found = []
    for value in (None, ""):
        path = f"employee/employment/{api.hire()['employments'][0]['id']}"
        end = {"endDate": "2026-12-31", "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE"}
        assert api("PUT", path, end).status_code == 200
        answer = api("PUT", path, {"endDate": value})
        found.append(answer.json()["value"]["endDate"] if answer.is_success else answer.status_code)
    return tuple(found)


ACCOUNT = (422, 18000, ["bankAccountNumber"])


@case(
    "bank_account",
    {
        "mod11": ("12345678903", ACCOUNT, ACCOUNT),
        "digits": ("12345678903", "12345678904", ACCOUNT),
        "any": ("12345678903", "12345678904", "1234.56.78903"),
    },
)
def set_account_numbers(api: Api) -> Any:
    numbers = ("12345678903", "12345678904", "1234.56.78903")
    return tuple(changed(api, "bankAccountNumber", number) for number in numbers)


PHONE = (422, 18000, ["phoneNumberMobile"])


@case(
    "phone_number",
    {
        "national": ("91234567", PHONE, PHONE, PHONE),
        "understood": ("91234567", "91234567", "91234567", PHONE),
        "any": ("91234567", "+4791234567", "912 34 567", "12"),
    },
)
def set_phone_numbers(api: Api) -> Any:
    numbers = ("91234567", "+4791234567", "912 34 567", "12")
    return tuple(changed(api, "phoneNumberMobile", number) for number in numbers)


@case("page_maximum", {1000: 249, 100: 100, 1: 1, 0: 249})
def list_all_countries(api: Api) -> Any:
    return len(api.get("country", count=5000))


@case("full_result_size", {"honest": [3, 5, 7, 8, 8], "zero": [0] * 5, "too_many": [3, 5, 7, 9, 9]})
def read_the_size_of_a_list_page_by_page(api: Api) -> Any:
    """Eight people, in pages of two and one page beyond."""
    pages = [api("GET", "employee", params={"from": start, "count": 2}).json() for start in (0, 2, 4, 6, 8)]
    assert [page["count"] for page in pages] == [2, 2, 2, 2, 0]
    return [page["fullResultSize"] for page in pages]


TOO_LONG = (422, 18000, ["arg:expirationDate"])


@case("session_days", {7: (201, 201, TOO_LONG), 1: (201, TOO_LONG, TOO_LONG), 0: (201, 201, 201)})
def open_sessions(api: Api) -> Any:
    """Of a day, of seven and of eight."""
    return tuple(outcome(api.login(expirationDate=f"2026-{day}")) for day in ("11-24", "11-30", "12-01"))


@case("list_ended", {True: 1, False: 0})
def list_somebody_whose_employment_has_ended(api: Api) -> Any:
    period = {"startDate": "2020-01-01", "endDate": "2020-12-31"}
    api.control("POST", "employees", {"firstName": "Åse", "employments": [period]})
    return len(api.get("employee", firstName="Åse"))


@case("overlapping_employments", {"refused": (422, 18000, ["startDate"]), "accepted": 201})
def employ_twice_at_once(api: Api) -> Any:
    employee = {"id": api.hire()["id"]}
    return outcome(api("POST", "employee/employment", {"employee": employee, "startDate": "2025-01-01"}))


@case("email_of_users", {"locked": (422, 18000, ["email"]), "editable": "b@example.org"})
def change_the_email_of_a_user(api: Api) -> Any:
    return changed(api, "email", "b@example.org", userType="STANDARD", email="a@example.org")


@case("content_type", {"json": (400, 4000, []), "any": 201})
def send_json_as_text(api: Api) -> Any:
    content = json.dumps(api.person())
    return outcome(api("POST", "employee", content=content, headers={"Content-Type": "text/plain"}))


@case("reference_extras", {"refused": (422, 18000, ["department.name"]), "ignored": 201})
def refer_by_more_than_the_id(api: Api) -> Any:
    department = {"id": api.get("department")[0]["id"], "name": "Avdeling", "url": "x"}
    return outcome(api("POST", "employee", api.person(department=department)))


@case("address_without_id", {"refused": ((422, 18000, ["address.id"]), "Oslo"), "replaces": (200, "Bergen")})
def move_without_the_id_of_the_address(api: Api) -> Any:
    row = api("POST", "employee", api.person(address={"city": "Oslo"})).json()["value"]
    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": BORN, "address": {"city": "Bergen"}})
    return outcome(answer), api.get(f"employee/{row['id']}", fields="address(city)")["address"]["city"]


@case("user_type_on_post", {"required": (422, 18000, [None]), "optional": 201})
def create_without_user_type(api: Api) -> Any:
    return outcome(api("POST", "employee", api.person(userType=None)))


@case("user_type_on_put", {"ignored": (0, 1), "stored": (1, 0)})
def take_access_away(api: Api) -> Any:
    row = api.hire(userType="STANDARD", email="a@example.org")
    answer = api("PUT", f"employee/{row['id']}", {"dateOfBirth": BORN, "userType": "NO_ACCESS"})
    assert answer.status_code == 200
    return tuple(len(api.get("employee", id=row["id"], hasSystemAccess=word)) for word in ("false", "true"))


@case("employments_without_employee", {"listed": True, "empty": False, "refused": (422, 15000, ["employeeId"])})
def list_the_employments_of_everybody(api: Api) -> Any:
    answer = api("GET", "employee/employment")
    return bool(answer.json()["values"]) if answer.is_success else refusal(answer)


@case("retry_after", {False: None, True: "10"})
def spend_more_than_there_is(api: Api) -> Any:
    api.fault("rate_limit", limit=1, period=10)
    api("GET", "department")
    answer = api("GET", "department")
    assert answer.status_code == 429
    return answer.headers.get("Retry-After")


@case("entitlement_names", {"descriptive": "AUTH_LOGIN", "opaque": "RETT_1"})
def read_an_entitlement(api: Api) -> Any:
    (first, *_) = api.get("employee/entitlement")
    assert api.get(f"employee/entitlement/{first['id']}")["name"] == first["name"]
    return first["name"]


@case("salary_rights", {True: 11, False: 0})
def read_an_account_number(api: Api) -> Any:
    return len(api.get("employee", employeeNumber="1")[0].get("bankAccountNumber", ""))


@case("salary_hidden", {"left_out": ["missing"] * 4, "empty": ["", "", "", 0]})
def read_without_the_right_to_see_salary(api: Api) -> Any:
    api.switch(salary_rights=False)
    row = api.get("employee", employeeNumber="1", sorting="bankAccountNumber")[0]
    named = api.get("employee", employeeNumber="1", fields="id,bankAccountNumber,employments(employee(iban))")[0]
    assert set(named) - {"bankAccountNumber"} == {"id", "employments"}
    assert named.get("bankAccountNumber", "missing") == row.get("bankAccountNumber", "missing")
    assert len(api.control("GET", f"employees/{row['id']}").json()["bankAccountNumber"]) == 11
    return [row.get(name, "missing") for name in ("bankAccountNumber", "iban", "bic", "creditorBankCountryId")]


@case("webhooks_need_https", {True: (422, 18000, ["targetUrl"]), False: 201})
def subscribe_to_a_plain_address(api: Api) -> Any:
    hook = {"event": "employee.update", "targetUrl": "http://127.0.0.1:9/x"}
    return outcome(api("POST", "event/subscription", hook))


@case("result_ceiling", {10_000: 200, 4: (422, 23000, [])})
def list_five_and_the_owners(api: Api) -> Any:
    return outcome(api("GET", "employee"))


ELSEWHERE = {"employment_fires_update": "test_webhooks.py"}


@pytest.mark.parametrize(
    ("name", "value", "probe", "expected"), CASES, ids=lambda part: getattr(part, "__name__", str(part))
)
@pytest.mark.parametrize("way", ["constructor", "control surface"])
def test_a_switch(
    make_api: MakeApi, way: str, name: str, value: Any, probe: Callable[[Api], Any], expected: Any
) -> None:
    api = make_api(switches={name: value} if way == "constructor" else {})
    if way == "control surface":
        api.switch(**{name: value})

    assert probe(api) == expected


def test_every_value_of_every_switch_is_tried_and_the_default_comes_first() -> None:
    tried: dict[str, list[Any]] = {}
    for name, value, _, _ in CASES:
        tried.setdefault(name, []).append(value)
    hints = get_type_hints(Switches)
    for field in fields(Switches):
        if field.name in ELSEWHERE:
            continue
        values = tried[field.name]
        assert values[0] == field.default, field.name
        assert set(values) >= set(get_args(hints[field.name])), field.name
        assert len(values) > 1, field.name
