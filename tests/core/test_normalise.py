"""Equality by meaning: a difference of form is no difference; a difference of meaning is never lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huma_tripletex.core.fields import BY_KEY, KEYS
from huma_tripletex.core.normalise import mask, normalise, problem, same
from huma_tripletex.core.reasons import REASONS
from huma_tripletex.core.text import folded, plain

SAME = [
    ("given_name", "Åse", unicodedata.normalize("NFD", "Åse")),
    ("given_name", "Anne Marie", "  Anne\u00a0 Marie\t"),
    ("given_name", "Anne-Marie", "Anne\u2011Marie"),
    ("family_name", "Sæther", "Sæ\u00adther\u200b"),
    ("family_name", "Sæther", "\u202aSæ\u200dther\u202c\ufe0f"),
    ("family_name", "Li-Strand", "Li\u2212Strand"),
    ("family_name", "O'Hara", "O`Hara"),
    ("family_name", "O'Hara", "O\u1fefHara"),  # a Greek accent, of which Unicode makes an accent of its own
    ("family_name", "O'Hara", "O\u00b4Hara"),
    ("family_name", "", None),
    ("family_name", " \u00a0 ", None),
    ("date_of_birth", "1990-01-02", "1990-01-02T00:00:00"),
    ("date_of_birth", "1990-01-02", "1990-01-02 00:00:00+01:00"),
    ("date_of_birth", "1990-01-02", "02.01.1990"),
    ("date_of_birth", "1990-01-02", "2. 1. 1990"),
    ("date_of_birth", "1990-01-02", "19900102"),
    ("date_of_birth", "1990-01-02", "02-01-1990"),
    ("date_of_birth", "1990-01-02", "1990-1-2"),
    ("first_workday", "2024-02-29", "29.02.2024"),
    ("bank_account_number", "86011117947", "8601.11.17947"),
    ("bank_account_number", "86011117947", "8601 11 17947"),
    ("bank_account_number", "86011117947", "8601\u00a011\u00a017947"),
    ("bank_account_number", "86011117947", "NO93 8601 1117 947"),
    ("bank_account_number", "86011117947", "8601-11-17947"),
    ("bank_account_number", "86011117947", "8601,11,17947"),
    ("bank_account_number", "86011117947", "IBAN: NO93 8601 1117 947"),
    ("phone_number", "91234567", "+47 (0) 912 34 567"),
    ("phone_number", "91234567", "0047(0)91234567"),
    ("employee_id", "1042", " 1042 "),
]
DIFFERENT = [
    ("given_name", "Ola", "ola"),
    ("given_name", "Andre", "André"),
    ("given_name", "Anne-Marie", "Anne Marie"),
    ("family_name", "Aas", "Ås"),
    ("date_of_birth", "1990-01-02", "1990-02-01"),
    ("date_of_birth", "02.01.1990", "01.02.1990"),
    ("bank_account_number", "86011117947", "86011117955"),
    ("bank_account_number", "86011117947", None),
    ("phone_number", "+39 (0)6 1234567", "+39 6 1234567"),
    ("employee_id", "042", "42"),
    ("employee_id", "A1", "a1"),
    ("last_workday", None, "2024-01-01"),
]
texts = st.one_of(
    st.text(),
    st.text(alphabet="+0047()IBAN- ", max_size=24),
    st.text(alphabet="O'Hara\u1fef\u1ffd\u1fbd\u0384\u0301\u0300\u200d\u2019", max_size=12),
    st.text(alphabet="+0123456789 ()-.\u00a0extNO/:T", max_size=24),
    st.from_regex(r"(\+|00)?[0-9 ]{1,20}( ?(x|ext\.?|;ext=) ?[0-9]{1,6})?", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}(T[0-9:]{0,8})?", fullmatch=True),
    st.dates().map(str),
)


@pytest.mark.parametrize(("key", "a", "b"), SAME)
def test_a_difference_of_form_is_none(key: str, a: str | None, b: str | None) -> None:
    assert same(key, a, b)
    assert same(key, b, a)


@pytest.mark.parametrize(("key", "a", "b"), DIFFERENT)
def test_a_difference_of_meaning_is_kept(key: str, a: str | None, b: str | None) -> None:
    assert not same(key, a, b)
    assert not same(key, b, a)


@pytest.mark.parametrize("text", ["30.02.1990", "32.01.1990", "1990-02-30", "1.1.90", "i morgen"])
def test_what_is_no_date_stays_as_it_was_written(text: str) -> None:
    assert normalise("date_of_birth", f" {text} ") == text


@pytest.mark.parametrize("key", KEYS)
@given(text=texts)
@settings(max_examples=150, deadline=None)
def test_normal_forms_are_stable(key: str, text: str) -> None:
    once = normalise(key, text)
    assert normalise(key, once) == once
    assert once is None or once.strip()
    assert same(key, text, once)


@pytest.mark.parametrize("country", ["NO", "SE", "US", "IT", "AR", "XX", ""])
@given(text=texts)
@settings(max_examples=80, deadline=None)
def test_a_number_of_another_country_is_stable_once_it_is_normal(country: str, text: str) -> None:
    once = normalise("phone_number", text, country=country)
    if once is not None and once.startswith("+"):
        assert normalise("phone_number", once) == once
        assert normalise("phone_number", once, country=country) == once


@pytest.mark.parametrize("key", KEYS)
@given(a=texts, b=texts, c=texts)
@settings(max_examples=50, deadline=None)
def test_sameness_is_an_equivalence(key: str, a: str, b: str, c: str) -> None:
    assert same(key, a, a)
    assert same(key, a, b) == same(key, b, a)
    if same(key, a, b) and same(key, b, c):
        assert same(key, a, c)


@pytest.mark.parametrize("key", KEYS)
@given(text=texts)
@settings(max_examples=50, deadline=None)
def test_a_problem_is_the_same_for_every_spelling_and_has_words(key: str, text: str) -> None:
    found = problem(key, text)
    assert found == problem(key, normalise(key, text))
    assert found is None or found in REASONS


@given(text=st.text())
@settings(max_examples=150, deadline=None)
def test_text_keeps_no_seam(text: str) -> None:
    form = plain(text)
    assert form is None or (form == form.strip() and "  " not in form and "\x00" not in form)
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("given_name", None, "name_empty"),
        ("family_name", " ", "name_empty"),
        ("given_name", "x" * 100, None),
        ("given_name", "x" * 101, "name_too_long"),
        ("phone_number", None, None),
        ("phone_number", "call the desk", "phone_invalid"),
        ("phone_number", "91234567 x12", "phone_extension"),
        ("phone_number", "12345678", None),
        ("phone_number", "+999 12345678", "phone_invalid"),
        ("phone_number", "+46 8 12", "phone_invalid"),
        ("phone_number", "+46 8 123 456 78", None),
        ("date_of_birth", None, "date_of_birth_missing"),
        ("date_of_birth", "1990-02-30", "date_invalid"),
        ("date_of_birth", "someday", "date_invalid"),
        ("date_of_birth", "30.02.1990", "date_invalid"),
        ("first_workday", "", "first_workday_missing"),
        ("last_workday", None, None),
        ("bank_account_number", None, None),
        ("bank_account_number", "8601.11.17947", None),
        ("bank_account_number", "86011117948", "account_invalid"),
        ("bank_account_number", "8601111794", "account_invalid"),
        ("bank_account_number", "DE89370400440532013000", "account_invalid"),
        ("employee_id", None, None),
    ],
)
def test_problems_are_known_before_a_call(key: str, value: str | None, expected: str | None) -> None:
    assert problem(key, value) == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("bank_account_number", "8601.11.17947", "•••• •• 17947"),
        ("bank_account_number", "860111", "••••"),
        ("bank_account_number", None, ""),
        ("date_of_birth", "02.01.1990", "•• •• 1990"),
        ("date_of_birth", "long ago", "••••"),
        ("given_name", " Ola ", "Ola"),
    ],
)
def test_masks_show_just_enough(key: str, value: str | None, expected: str) -> None:
    assert mask(key, value) == expected


@given(text=texts)
@settings(max_examples=80, deadline=None)
def test_a_mask_never_shows_a_sensitive_value(text: str) -> None:
    for key in KEYS:
        form = normalise(key, text)
        if BY_KEY[key].sensitive and form is not None and not set(form) <= {"•", " "}:
            assert form not in mask(key, text)
