"""The rules for an employee's own values, in the stages in which Tripletex has been seen to report them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.clearing import clears
from huma_tripletex.simulator.countries import NORWAY
from huma_tripletex.simulator.norwegian import account_is_valid
from huma_tripletex.simulator.refusals import BAD_FORMAT, REQUIRED, Problem, Refusal, invalid
from huma_tripletex.simulator.shapes import Row

_EMAIL = re.compile(r"[!-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
Fits = Callable[[Call, dict[str, Any]], bool]
_FIELDS = MODELS["Employee"].by_name


def check_new(call: Call, values: dict[str, Any], employments: list[Any], place: int | None) -> None:
    """Refuse what cannot become an employee. One stage is reported at a time, as recorded."""
    stages = (
        _formats(KNOWN_FORMATS, call, values),
        _user_type(call, values),
        [*_email_needed(values), *_department(call, values), *_taken_email(call, values, None)],
        # The stages above are recorded. What is only assumed comes after them.
        [*_formats(ASSUMED_FORMATS, call, values), *_birth_date_of_new(call, values, employments)],
        _taken_number(call, values, None),
    )
    for problems in stages:
        _refuse(problems, place)


def check_change(call: Call, row: Row, values: dict[str, Any]) -> None:
    """Refuse what an existing employee cannot become."""
    stages = (
        [*_formats(KNOWN_FORMATS, call, values), *_birth_date_of_old(call, row, values)],
        _department(call, {"department": row["department"], **values}),
        [*_formats(ASSUMED_FORMATS, call, values), *_locked_email(call, row, values)],
        [*_taken_email(call, values, row["id"]), *_taken_number(call, values, row["id"])],
    )
    for problems in stages:
        _refuse(problems, None)


def normal_phone(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    """Under the switch `understood`: +47, 0047 and separators leave the number, and the country follows from it."""
    phone = values.get("phoneNumberMobile")
    if not phone or call.switches.phone_number != "understood":
        return values
    digits = re.sub(r"[\s().-]", "", phone)
    if match := re.fullmatch(r"(?:\+|00)47(\d{8})", digits):
        return {**values, "phoneNumberMobile": match[1], "phoneNumberMobileCountry": {"id": NORWAY}}
    return {**values, "phoneNumberMobile": digits}


def _refuse(problems: list[Problem], place: int | None) -> None:
    if not problems:
        return
    if problems[0].message == _DUPLICATE:
        raise Refusal(409, 14000, "Duplicate entry")
    if place is not None:
        problems = [Problem(p.field, p.message, p.field and f"[{place}].{p.field}", place) for p in problems]
    raise invalid(*problems)


def _formats(rules: Mapping[str, Fits], call: Call, values: dict[str, Any]) -> list[Problem]:
    return [Problem(name, BAD_FORMAT) for name, fits in rules.items() if values.get(name) and not fits(call, values)]


def _email_fits(_: Call, values: dict[str, Any]) -> bool:
    return _EMAIL.fullmatch(values["email"]) is not None


def _account_fits(call: Call, values: dict[str, Any]) -> bool:
    text = values["bankAccountNumber"]
    match call.switches.bank_account:
        case "mod11":
            return account_is_valid(text)
        case "digits":
            return re.fullmatch(r"[0-9]{11}", text) is not None
    return True


def _phone_fits(call: Call, values: dict[str, Any]) -> bool:
    if call.switches.phone_number == "any":
        return True
    text = values["phoneNumberMobile"]
    country = (values.get("phoneNumberMobileCountry") or {}).get("id", NORWAY)
    return re.fullmatch(r"[0-9]{8}" if country == NORWAY else r"[0-9]{4,15}", text) is not None


def _identity_fits(_: Call, values: dict[str, Any]) -> bool:
    """Eleven digits with the two check digits of a Norwegian identity number."""
    text = values["nationalIdentityNumber"]
    if not re.fullmatch(r"[0-9]{11}", text):
        return False
    digits = [int(digit) for digit in text]
    first = sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False))
    second = sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return first % 11 == 0 and second % 11 == 0


KNOWN_FORMATS: dict[str, Fits] = {"email": _email_fits, "nationalIdentityNumber": _identity_fits}
ASSUMED_FORMATS: dict[str, Fits] = {"bankAccountNumber": _account_fits, "phoneNumberMobile": _phone_fits}


def _birth_date_of_new(call: Call, values: dict[str, Any], employments: list[Any]) -> list[Problem]:
    if values.get("dateOfBirth"):
        return []
    if call.switches.birth_date_on_post == "required":
        return [Problem("dateOfBirth", REQUIRED)]
    return [Problem("employments.employee.dateOfBirth", REQUIRED)] if employments else []


def _birth_date_of_old(call: Call, row: Row, values: dict[str, Any]) -> list[Problem]:
    sent = values.get("dateOfBirth")
    rule = call.switches.birth_date_on_put
    if not sent and (rule == "always" or (rule == "when_missing" and not row["dateOfBirth"])):
        return [Problem("dateOfBirth", REQUIRED)]
    if "dateOfBirth" in values and clears(_FIELDS["dateOfBirth"], sent, call.switches) and row["dateOfBirth"]:
        return [Problem("dateOfBirth", REQUIRED)]
    if call.switches.birth_date_frozen and sent and row["dateOfBirth"] not in (None, sent):
        return [Problem("dateOfBirth", "Fødselsdato kan ikke endres.")]
    return []


def _user_type(call: Call, values: dict[str, Any]) -> list[Problem]:
    if values.get("userType") or call.switches.user_type_on_post == "optional":
        return []
    return [Problem(None, 'Brukertype kan ikke være "0" eller tom.')]


def _email_needed(values: dict[str, Any]) -> list[Problem]:
    if values.get("userType") in ("STANDARD", "EXTENDED") and not values.get("email"):
        return [Problem("email", "Må angis for Tripletex-brukere.")]
    return []


def _department(call: Call, values: dict[str, Any]) -> list[Problem]:
    missing = call.company.departments_active and values.get("department") is None
    return [Problem("department.id", REQUIRED)] if missing else []


def _locked_email(call: Call, row: Row, values: dict[str, Any]) -> list[Problem]:
    email = values.get("email")
    has_access = row["userType"] in ("STANDARD", "EXTENDED")
    if call.switches.email_of_users == "locked" and has_access and email is not None and email != row["email"]:
        return [Problem("email", '"email" kan ikke endres')]
    return []


def _taken_email(call: Call, values: dict[str, Any], own_id: int | None) -> list[Problem]:
    email = values.get("email")
    if email and call.company.holders("email", email) - {own_id}:
        return [Problem("email", "Det finnes allerede en bruker med denne e-postadressen.")]
    return []


_DUPLICATE = "Duplicate entry"


def _taken_number(call: Call, values: dict[str, Any], own_id: int | None) -> list[Problem]:
    number, rule = values.get("employeeNumber"), call.switches.duplicate_employee_number
    if not number or rule == "accepted" or not call.company.holders("employeeNumber", number) - {own_id}:
        return []
    return [Problem("employeeNumber", "Nummeret er i bruk." if rule == "422" else _DUPLICATE)]
