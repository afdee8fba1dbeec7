"""From values to Tripletex's objects and back: the one place that knows how each field is spelled there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from huma_tripletex.core import phone
from huma_tripletex.core.employments import choose
from huma_tripletex.core.fields import BY_KEY, EMPLOYEE_KEYS, KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import EmploymentPeriod, Values
from huma_tripletex.core.text import plain

NO_ACCESS: Final = "NO_ACCESS"
_EMAIL: Final = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""What Tripletex takes for an email address: letters of the English alphabet only."""


def employee_body(values: Values, fields: Iterable[str], *, countries: Mapping[str, int]) -> dict[str, object]:
    """The part of an Employee that says `fields`, nothing as "". `countries`: Tripletex's ids by ISO code."""
    body: dict[str, object] = {}
    for key in KEYS:
        if key not in set(fields) & EMPLOYEE_KEYS:
            continue
        value = normalise(key, values.get(key))
        if key == "phone_number" and value is not None:
            body.update(_phone(value, countries))
        else:
            body[BY_KEY[key].tripletex] = value or ""
    return body


def new_employee_body(
    values: Values,
    *,
    email: str | None,
    countries: Mapping[str, int],
    user_type: str = NO_ACCESS,
    department_id: int | None = None,
) -> dict[str, object]:
    """An Employee to be created. What is not there is left out, never made up."""
    given = [key for key in EMPLOYEE_KEYS if normalise(key, values.get(key)) is not None]
    body: dict[str, object] = {"userType": user_type, **employee_body(values, given, countries=countries)}
    if address := _email(email, user_type):
        body["email"] = address
    if department_id is not None:
        body["department"] = {"id": department_id}
    return body


def new_employment_body(
    employee_id: int, values: Values, *, division_id: int | None = None, end_reason: str = ""
) -> dict[str, object]:
    """An Employment to be created, from the workdays in `values`. `end_reason` goes with a last workday only."""
    body: dict[str, object] = {
        "employee": {"id": employee_id},
        "startDate": normalise("first_workday", values.get("first_workday")),
    }
    if end := normalise("last_workday", values.get("last_workday")):
        body["endDate"] = end
        if end_reason:
            body["employmentEndReason"] = end_reason
    if division_id is not None:
        body["division"] = {"id": division_id}
    return body


def employee_values(
    *,
    first_name: str | None,
    last_name: str | None,
    phone_number: str | None,
    phone_country: str | None,
    date_of_birth: str | None,
    bank_account_number: str | None,
    employee_number: str | None,
    employments: Sequence[EmploymentPeriod] = (),
) -> dict[str, str | None]:
    """An employee's values by our keys. `phone_country` is the ISO code of the country beside the number, if known."""
    current = choose(employments)
    return {
        "given_name": plain(first_name),
        "family_name": plain(last_name),
        "phone_number": phone.canonical(phone_number, phone_country or phone.NORWAY),
        "date_of_birth": plain(date_of_birth),
        "bank_account_number": plain(bank_account_number),
        "employee_id": plain(employee_number),
        "first_workday": current.start if current else None,
        "last_workday": current.end if current else None,
    }


def _phone(value: str, countries: Mapping[str, int]) -> dict[str, object]:
    number = phone.national(value, countries)
    body: dict[str, object] = {"phoneNumberMobile": number.digits}
    if number.country is not None:
        body["phoneNumberMobileCountry"] = {"id": countries.get(number.country, phone.NORWAY_ID)}
    return body


def is_email(email: str | None) -> bool:
    """Whether Tripletex takes this for an email address."""
    return _EMAIL.fullmatch(plain(email) or "") is not None


def _email(email: str | None, user_type: str) -> str | None:
    """Someone without access needs no address, so one that Tripletex would refuse is left out."""
    return plain(email) if is_email(email) or user_type != NO_ACCESS else None
