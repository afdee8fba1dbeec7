"""What is sent to Tripletex, and how its answers are read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huma_tripletex.core.fields import EMPLOYEE_KEYS, FIELDS, KEYS
from huma_tripletex.core.mapping import (
    employee_body,
    employee_values,
    new_employee_body,
    new_employment_body,
)
from huma_tripletex.core.normalise import normalise
from tests.core.build import period

COUNTRIES = {"NO": 161, "SE": 205}
VALUES: dict[str, str | None] = {
    "given_name": " Ola ",
    "family_name": "Hansen",
    "phone_number": "+46 70 123 45 67",
    "date_of_birth": "02.01.1990",
    "bank_account_number": "8601.11.17947",
    "employee_id": "1042",
    "first_workday": "2024-01-01",
    "last_workday": None,
}


def test_only_the_fields_asked_for_are_said() -> None:
    assert employee_body(VALUES, ["given_name"], countries=COUNTRIES) == {"firstName": "Ola"}
    assert employee_body(VALUES, KEYS, countries=COUNTRIES) == {
        "firstName": "Ola",
        "lastName": "Hansen",
        "phoneNumberMobile": "701234567",
        "phoneNumberMobileCountry": {"id": 205},
        "dateOfBirth": "1990-01-02",
        "bankAccountNumber": "86011117947",
        "employeeNumber": "1042",
    }


def test_nothing_is_said_as_an_empty_text_and_leaves_the_country_alone() -> None:
    fields = ("phone_number", "bank_account_number", "employee_id")
    assert employee_body({}, fields, countries=COUNTRIES) == {
        "phoneNumberMobile": "",
        "bankAccountNumber": "",
        "employeeNumber": "",
    }


def test_workdays_are_no_part_of_an_employee() -> None:
    assert employee_body(VALUES, ["first_workday", "last_workday"], countries=COUNTRIES) == {}


def test_a_new_employee_has_what_huma_has_and_no_more() -> None:
    body = new_employee_body(
        {**VALUES, "bank_account_number": None, "date_of_birth": None},
        email="ola@fjord.no",
        user_type="NO_ACCESS",
        department_id=5,
        countries=COUNTRIES,
    )
    assert body == {
        "userType": "NO_ACCESS",
        "firstName": "Ola",
        "lastName": "Hansen",
        "phoneNumberMobile": "701234567",
        "phoneNumberMobileCountry": {"id": 205},
        "employeeNumber": "1042",
        "email": "ola@fjord.no",
        "department": {"id": 5},
    }


@pytest.mark.parametrize("email", ["åse@fjord.no", "ola", "ola@fjord", "a b@fjord.no", "", "  ", None])
def test_an_address_that_tripletex_refuses_is_left_out_for_those_who_need_none(email: str | None) -> None:
    assert "email" not in new_employee_body(VALUES, email=email, countries=COUNTRIES)


def test_an_address_that_is_needed_is_sent_as_it_is() -> None:
    body = new_employee_body(VALUES, email=" åse@fjord.no", user_type="STANDARD", countries=COUNTRIES)
    assert body["email"] == "åse@fjord.no"


def test_a_new_employment() -> None:
    assert new_employment_body(7, VALUES, end_reason="EMPLOYMENT_END_EMPLOYEE") == {
        "employee": {"id": 7},
        "startDate": "2024-01-01",
    }
    ending = {**VALUES, "last_workday": "31.12.2026"}
    assert "employmentEndReason" not in new_employment_body(7, ending)
    assert new_employment_body(7, ending, division_id=9, end_reason="EMPLOYMENT_END_EMPLOYEE") == {
        "employee": {"id": 7},
        "startDate": "2024-01-01",
        "endDate": "2026-12-31",
        "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE",
        "division": {"id": 9},
    }


def test_an_employee_is_read_with_both_conventions_of_nothing() -> None:
    empty = employee_values(
        first_name="",
        last_name=None,
        phone_number="",
        phone_country="NO",
        date_of_birth=None,
        bank_account_number="",
        employee_number="",
        employments=[],
    )
    assert empty == dict.fromkeys(KEYS)


def test_an_employee_shows_the_workdays_of_the_employment_in_force() -> None:
    values = employee_values(
        first_name="Ola",
        last_name="Hansen",
        phone_number="91234567",
        phone_country="NO",
        date_of_birth="1990-01-02",
        bank_account_number="86011117947",
        employee_number="7",
        employments=[period("2024-01-01", id=2), period("2015-01-01", "2018-12-31", id=1)],
    )
    assert values["first_workday"] == "2024-01-01"
    assert values["last_workday"] is None
    assert set(values) == set(KEYS)


texts = st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"\+?[0-9 .]{1,14}", fullmatch=True))


@given(values=st.fixed_dictionaries(dict.fromkeys(KEYS, texts)), fields=st.sets(st.sampled_from(KEYS)))
@settings(max_examples=80, deadline=None)
def test_what_is_sent_reads_back_as_the_same(values: dict[str, str | None], fields: set[str]) -> None:
    body = employee_body(values, fields, countries=COUNTRIES)
    said = {field.key for field in FIELDS if field.tripletex in body}
    assert said == fields & EMPLOYEE_KEYS
    country = body.get("phoneNumberMobileCountry")
    back = employee_values(
        first_name=str(body.get("firstName", "")),
        last_name=str(body.get("lastName", "")),
        phone_number=str(body.get("phoneNumberMobile", "")),
        phone_country="SE" if country == {"id": 205} else "NO",
        date_of_birth=str(body.get("dateOfBirth", "")),
        bank_account_number=str(body.get("bankAccountNumber", "")),
        employee_number=str(body.get("employeeNumber", "")),
    )
    for key in said:
        assert normalise(key, back[key]) == normalise(key, values[key])
