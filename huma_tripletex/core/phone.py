"""Phone numbers: one form (E.164) for comparing, national digits and a country for Tripletex."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from huma_tripletex.core.text import plain

NORWAY: Final = "NO"
NORWAY_ID: Final = 161
"""Tripletex's id of Norway in every environment seen so far, for when the list of countries could not be read."""
_LONGEST: Final = 15
"""Digits of the longest number there is, by E.164."""
_PREFIX: Final = "+47"
_DIGITS: Final = 8
_NORWEGIAN: Final = re.compile(r"(?:\+47|0047)?([2-9][0-9]{7})")
_SAID_ZERO: Final = re.compile(r"^(\+|00)\s*47\s*\(0\)")
"""Elsewhere it is dialled at home; in Norway it is nothing, and people write it all the same."""
_E164: Final = re.compile(r"\+[0-9]{2,15}")
_EXTENSION: Final = ";ext="


@dataclass(frozen=True)
class NationalNumber:
    """A number as Tripletex wants it: `digits`, and its country's ISO code; None: the digits have a + and say it."""

    digits: str
    country: str | None


def canonical(value: str | None, country: str = NORWAY) -> str | None:
    """E.164, with `;ext=` and an extension if there is one; text that is no number stays as trimmed text.

    `country` (ISO code) is where a number without country code belongs. Numbers that nobody was assigned are numbers
    too, so that they compare by their digits.
    """
    text = plain(value)
    if text is None:
        return None
    dialled = _SAID_ZERO.sub(_PREFIX, text)
    if country == NORWAY and (short := _NORWEGIAN.fullmatch(dialled.replace(" ", ""))):
        return f"+47{short[1]}"
    number = _parse(dialled, NORWAY if dialled.startswith(("+", "\uff0b")) else country)  # a plus needs no country
    if number is None or _has_words(text, number):
        return text
    form = _form(number)
    return form if len(form.partition(_EXTENSION)[0]) <= _LONGEST + 1 and _is_stable(form) else text


def is_number(form: str) -> bool:
    """Whether a canonical phone number is one that can be sent: not mere text, and without an extension."""
    return _E164.fullmatch(form) is not None


def fits_norway(form: str) -> bool:
    """Whether a canonical number, if it is Norwegian, has the eight digits that Tripletex takes: 02800 has not."""
    return not form.startswith(_PREFIX) or len(form) == len(_PREFIX) + _DIGITS


def may_be_dialled(form: str) -> bool:
    """Whether there is such a country code, and numbers of that length behind it; assigned or not."""
    if form.startswith(_PREFIX):
        return True
    number = _parse(form, NORWAY)
    return number is not None and phonenumbers.is_possible_number(number)


def has_extension(form: str) -> bool:
    """Whether a canonical phone number ends in an extension."""
    number, found, extension = form.partition(_EXTENSION)
    return bool(found) and is_number(number) and extension.isdigit()


def national(form: str, countries: Mapping[str, int]) -> NationalNumber:
    """A canonical number in Tripletex's form. `countries` are the ISO codes that Tripletex knows.

    A number whose country Tripletex does not know, such as +800, keeps its plus: Tripletex then finds out by itself.
    """
    number = _parse(form, NORWAY)
    if number is None or not is_number(form):
        return NationalNumber(form, None)
    for code in _countries(number):
        if code in countries or code == NORWAY:
            return NationalNumber(phonenumbers.national_significant_number(number), code)
    return NationalNumber(form, None)


def _countries(number: PhoneNumber) -> list[str]:
    """The country it was assigned in, then the main one of its country code."""
    if number.country_code == phonenumbers.country_code_for_region(NORWAY):
        return [NORWAY]
    own = phonenumbers.region_code_for_number(number)
    return [code for code in (own, phonenumbers.region_code_for_country_code(number.country_code or 0)) if code]


def _parse(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country if country in phonenumbers.SUPPORTED_REGIONS else NORWAY)
    except NumberParseException:
        return None


def _form(number: PhoneNumber) -> str:
    form = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{form}{_EXTENSION}{number.extension}" if number.extension else form


def _has_words(text: str, number: PhoneNumber) -> bool:
    """Letters after the first digit: a note or a second person, which the library would dial as digits."""
    first = next((place for place, sign in enumerate(text) if sign.isdigit()), 0)
    return not number.extension and any(sign.isalpha() for sign in text[first:])


def _is_stable(form: str) -> bool:
    again = _parse(form, NORWAY)
    return again is not None and _form(again) == form
