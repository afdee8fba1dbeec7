"""The form in which values are compared, agreed on and sent. A difference of form is
no difference and causes no write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from stdnum.no import iban, kontonr

from huma_tripletex.core import phone
from huma_tripletex.core.fields import BY_KEY, Kind
from huma_tripletex.core.text import plain

LONGEST_NAME: Final = 100
"""Characters Tripletex takes for a first or last name."""
ACCOUNT_DIGITS: Final = 11
IBAN_LENGTH: Final = 15
_SEPARATORS: Final = re.compile(r"[\s.,:_\-\u00b7\u2012-\u2015\u2212/]")
_SAID_IBAN: Final = re.compile(r"^IBAN[\s:]*(?=NO)", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})(?:\.\s?|-)([0-9]{1,2})(?:\.\s?|-)([0-9]{4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REQUIRED: Final = {
    "given_name": "name_empty",
    "family_name": "name_empty",
    "date_of_birth": "date_of_birth_missing",
    "first_workday": "first_workday_missing",
}


def normalise(key: str, value: str | None, *, country: str = phone.NORWAY) -> str | None:
    """The canonical form of a value of the field `key`; None for nothing. Idempotent, and never raises for any text.

    `country` (ISO code) is where a phone number without country code belongs. What cannot be understood stays as
    trimmed text, so that it is still compared and shown.
    """
    kind = BY_KEY[key].kind
    if kind == "phone":
        return phone.canonical(value, country)
    text = plain(value)
    return None if text is None else _FORMS[kind](text)


def same(key: str, a: str | None, b: str | None) -> bool:
    """Whether two values of the field `key` mean the same."""
    return a == b or normalise(key, a) == normalise(key, b)


def problem(key: str, value: str | None) -> str | None:
    """Why Tripletex could never hold this value of the field `key`: a key of `core.reasons`; None if it could."""
    form = normalise(key, value)
    if form is None:
        return _REQUIRED.get(key)
    match BY_KEY[key].kind:
        case "name":
            return "name_too_long" if len(form) > LONGEST_NAME else None
        case "phone":
            return _phone_problem(form)
        case "account":
            return None if is_account(form) else "account_invalid"
        case "date":
            return None if _is_date(form) else "date_invalid"
        case "number":
            return None


def is_account(form: str) -> bool:
    """Whether a canonical account number is a Norwegian one: 11 digits of which the last one checks."""
    return len(form) == ACCOUNT_DIGITS and form.isascii() and kontonr.is_valid(form)


def mask(key: str, value: str | None) -> str:
    """What may be seen of a value before somebody asks; fields that are not sensitive are shown whole."""
    form = normalise(key, value)
    if form is None:
        return ""
    if not BY_KEY[key].sensitive:
        return form
    if BY_KEY[key].kind == "date" and _is_date(form):
        return f"•• •• {form[:4]}"
    if len(form) == ACCOUNT_DIGITS and form.isdigit():
        return f"•••• •• {form[6:]}"
    return "••••"


def _account(text: str) -> str:
    """Bare digits; an IBAN of Norway is the account number with a check in front."""
    bare = _SEPARATORS.sub("", _SAID_IBAN.sub("", text))
    if bare.isdecimal():
        return bare if bare.isascii() else "".join(str(int(digit)) for digit in bare)
    if len(bare) == IBAN_LENGTH and bare.isascii() and iban.is_valid(bare):
        return str(iban.to_kontonr(bare))
    return text


def _date(text: str) -> str:
    if _ISO.fullmatch(text):
        return text
    if written := _DAY_FIRST.fullmatch(text):
        return _day(text, written[3], written[2], written[1])
    if written := _YEAR_FIRST.fullmatch(text):
        return _day(text, written[1], written[2], written[3])
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return text


def _day(text: str, year: str, month: str, day: str) -> str:
    found = f"{year}-{int(month):02}-{int(day):02}"
    return found if _is_date(found) else text


def _is_date(text: str) -> bool:
    try:
        return _ISO.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _phone_problem(form: str) -> str | None:
    if phone.is_number(form):
        if not phone.fits_norway(form):
            return "phone_not_eight"
        return None if phone.may_be_dialled(form) else "phone_invalid"
    return "phone_extension" if phone.has_extension(form) else "phone_invalid"


_FORMS: Final[dict[Kind, Callable[[str], str]]] = {
    "name": str,
    "account": _account,
    "date": _date,
    "number": str,
}
