"""Phone numbers as people write them, as Tripletex keeps them, and back."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from huma_tripletex.core.mapping import employee_body, employee_values
from huma_tripletex.core.normalise import normalise, problem, same
from huma_tripletex.core.phone import NationalNumber, national

COUNTRIES = {"NO": 161, "SE": 205, "US": 232, "CA": 39, "DK": 57}


@pytest.mark.parametrize(
    "text",
    [
        "+47 912 34 567",
        "91234567",
        "0047 91234567",
        "004791234567",
        "0047\u00a0912-34-567",
        "(+47) 912 34 567",
        "47 91234567",
        "912\u200934\u2009567",
        "+47.912.34.567",
        " 91 23 45 67 ",
        "Mob. 91234567",
        "\u202a+4791234567\u202c",
        "٩١٢٣٤٥٦٧",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    assert normalise("phone_number", text) == "+4791234567"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("+46 70 123 45 67", "+46701234567"),
        ("0046 70-123 45 67", "+46701234567"),
        ("+39 06 1234567", "+39061234567"),
        ("+47 12 34 56 78", "+4712345678"),
        ("12 34 56 78", "+4712345678"),
        ("9123456", "+479123456"),
        ("02800", "+4702800"),
        ("91234567 ext. 12", "+4791234567;ext=12"),
        ("+800 1234 5678", "+80012345678"),
        ("tel", "tel"),
        ("+47", "+47"),
        ("00", "00"),
        ("ring  resepsjonen", "ring resepsjonen"),
        ("91234567 / 98765432", "91234567 / 98765432"),
        ("91234567 Kari 98765432", "91234567 Kari 98765432"),
        ("+1 800 FLOWERS", "+1 800 FLOWERS"),
        ("", None),
    ],
)
def test_other_numbers_and_what_is_none(text: str, form: str | None) -> None:
    assert normalise("phone_number", text) == form


def test_numbers_that_nobody_was_assigned_compare_by_their_digits() -> None:
    assert same("phone_number", "+47 00 00 00 01", "00 000 001")
    assert same("phone_number", "12 34 56 78", "+4712345678")
    assert same("phone_number", "+46 999 99", "004699999")
    assert not same("phone_number", "12345678", "12345679")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("+4791234567", NationalNumber("91234567", "NO")),
        ("+4779012345", NationalNumber("79012345", "NO")),
        ("+4702800", NationalNumber("02800", "NO")),
        ("+46701234567", NationalNumber("701234567", "SE")),
        ("+12125550123", NationalNumber("2125550123", "US")),
        ("+16135550123", NationalNumber("6135550123", "CA")),
        ("+4930123456", NationalNumber("+4930123456", None)),
        ("+80012345678", NationalNumber("+80012345678", None)),
        ("tel", NationalNumber("tel", None)),
    ],
)
def test_a_number_in_the_form_of_tripletex(form: str, expected: NationalNumber) -> None:
    assert national(form, COUNTRIES) == expected


def test_norway_is_known_even_if_the_countries_are_not() -> None:
    body = employee_body({"phone_number": "91234567"}, ["phone_number"], countries={})
    assert body == {"phoneNumberMobile": "91234567", "phoneNumberMobileCountry": {"id": 161}}


def read(number: str | None, country: str | None) -> str | None:
    return employee_values(
        first_name="",
        last_name="",
        phone_number=number,
        phone_country=country,
        date_of_birth=None,
        bank_account_number="",
        employee_number="",
    )["phone_number"]


@pytest.mark.parametrize(
    ("number", "country", "form"),
    [
        ("91234567", "NO", "+4791234567"),
        ("91234567", None, "+4791234567"),
        ("912 34 567", "NO", "+4791234567"),
        ("+46701234567", "NO", "+46701234567"),  # every employee has Norway as the country, unless told otherwise
        ("0046701234567", "NO", "+46701234567"),
        ("701234567", "SE", "+46701234567"),
        ("0701234567", "SE", "+46701234567"),
        ("+4791234567", "SE", "+4791234567"),
        ("91234567", "ZZ", "+4791234567"),
        ("", "NO", None),
        (None, None, None),
    ],
)
def test_a_number_as_tripletex_keeps_it(number: str | None, country: str | None, form: str | None) -> None:
    assert read(number, country) == form


@given(digits=st.from_regex(r"\+(47|46|45|1|44|49|39|800)[1-9][0-9]{5,9}", fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_there_and_back_again(digits: str) -> None:
    form = normalise("phone_number", digits)
    assert form is not None
    assume(problem("phone_number", form) is None)  # nothing else is ever sent
    sent = national(form, COUNTRIES)
    assert read(sent.digits, sent.country or "NO") == form


def test_a_number_with_a_plus_is_read_alike_in_every_country() -> None:
    assert {normalise("phone_number", "+00100", country=country) for country in ("NO", "US", "SE", "")} == {"+100"}
