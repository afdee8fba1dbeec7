"""The three-way comparison, as one exhaustive table and a few promises that hold for any values."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huma_tripletex.core.diff import Difference, differences
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.reasons import REASONS
from tests.core.build import employee, person


def hash_of(key: str, value: str | None) -> str:
    return f"{key}:{value!r}"


def compare(
    huma: str | None, tripletex: str | None, agreed: object = ..., key: str = "employee_id", **more: object
) -> Difference | None:
    """The difference in one field; all else is equal."""
    full = {"given_name": "Ola", "family_name": "Hansen", "date_of_birth": "1990-01-02", "first_workday": "2020-01-01"}
    known = {} if agreed is ... else {key: hash_of(key, agreed)}  # type: ignore[arg-type]
    found = differences(person(**{**full, key: huma}), employee(**{**full, key: tripletex}), known, hash_of, **more)  # type: ignore[arg-type]
    assert all(one.field == key for one in found)
    return found[0] if found else None


NONE, A, B, C = None, "1", "2", "3"
NEVER = ...
# Huma, Tripletex, agreed -> kind, changed by, preselected
TABLE = {
    (A, A, NEVER): None,
    (A, A, A): None,
    (A, A, B): None,
    (A, A, NONE): None,
    (NONE, NONE, NEVER): None,
    (NONE, NONE, A): None,
    (NONE, NONE, NONE): None,
    (A, B, NEVER): ("conflict", "", None),
    (A, B, A): ("conflict", "tripletex", "tripletex"),
    (A, B, B): ("conflict", "huma", "huma"),
    (A, B, C): ("conflict", "both", None),
    (A, B, NONE): ("conflict", "both", None),
    (A, NONE, NEVER): ("missing_in_tripletex", "", "huma"),
    (A, NONE, A): ("missing_in_tripletex", "tripletex", None),  # clearing takes an explicit choice
    (A, NONE, NONE): ("missing_in_tripletex", "huma", "huma"),
    (A, NONE, B): ("missing_in_tripletex", "both", None),
    (NONE, B, NEVER): ("missing_in_huma", "", "tripletex"),
    (NONE, B, B): ("missing_in_huma", "huma", None),
    (NONE, B, NONE): ("missing_in_huma", "tripletex", "tripletex"),
    (NONE, B, A): ("missing_in_huma", "both", None),
}


@pytest.mark.parametrize(("sides", "expected"), TABLE.items())
def test_every_case(sides: tuple[str | None, str | None, object], expected: tuple[str, str, str | None] | None) -> None:
    found = compare(*sides)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.kind, found.changed_by, found.preselect) == expected
        assert (found.huma, found.tripletex) == sides[:2]


def test_the_table_leaves_out_no_case() -> None:
    def shape(huma: object, tripletex: object, agreed: object) -> tuple[object, ...]:
        seen = [huma, tripletex, agreed]
        return tuple("nothing" if one is NONE else "never" if one is NEVER else seen.index(one) for one in seen)

    wanted = {shape(*case) for case in product((NONE, A, B), (NONE, A, B), (NEVER, NONE, A, B, C))}
    assert {shape(*case) for case in TABLE} == wanted


@pytest.mark.parametrize(("sides", "expected"), TABLE.items())
def test_the_comparison_is_the_same_seen_from_the_other_side(
    sides: tuple[str | None, str | None, object], expected: object
) -> None:
    other = {"huma": "tripletex", "tripletex": "huma", "both": "both", "": "", None: None}
    there, back = compare(*sides), compare(sides[1], sides[0], sides[2])
    assert (there is None) == (back is None)
    if there and back:
        assert other[there.changed_by] == back.changed_by
        assert other[there.preselect] == back.preselect


def test_form_is_no_difference_and_raw_values_are_shown() -> None:
    assert compare("+47 912 34 567", "91234567", key="phone_number") is None
    found = compare("8601.11.17947", "86011117955", key="bank_account_number")
    assert found is not None
    assert (found.huma, found.tripletex) == ("8601.11.17947", "86011117955")
    assert found.hash_huma == hash_of("bank_account_number", "86011117947")


def test_what_is_not_seen_is_no_difference() -> None:
    ola = person(given_name="Ola", bank_account_number="86011117947", phone_number="41000000")
    both = ["phone_number", "bank_account_number"]
    assert [one.field for one in differences(ola, employee(given_name="Ola"), {}, hash_of)] == both
    assert differences(ola, employee(given_name="Ola", unseen=tuple(both)), {}, hash_of) == ()
    hidden = employee(given_name="Ola", phone_number="42000000", unseen=("bank_account_number",))
    assert [one.field for one in differences(ola, hidden, {}, hash_of)] == ["phone_number"]


@pytest.mark.parametrize(
    ("key", "here", "there", "only", "locked"),
    [
        ("employee_id", "1", "2", ("huma", "tripletex", "leave"), ""),
        ("bank_account_number", "123", "86011117947", ("tripletex", "leave"), "account_invalid"),
        ("bank_account_number", None, "86011117947", ("huma", "tripletex", "leave"), ""),
        ("date_of_birth", None, "1990-02-02", ("tripletex", "leave"), "date_of_birth_missing"),
        ("date_of_birth", "1990-02-31", "1990-02-02", ("tripletex", "leave"), "date_invalid"),
        ("date_of_birth", "1990-02-02", None, ("huma", "tripletex", "leave"), ""),
        ("given_name", "Kari", None, ("huma", "leave"), "name_empty"),
        ("given_name", None, "Kari", ("tripletex", "leave"), "name_empty"),
        ("first_workday", None, "2020-01-01", ("tripletex", "leave"), "first_workday_missing"),
        ("last_workday", None, "2020-01-01", ("huma", "tripletex", "leave"), ""),
        ("phone_number", "see note", "91234567", ("tripletex", "leave"), "phone_invalid"),
        ("phone_number", "91234567", "see note", ("huma", "tripletex", "leave"), ""),
    ],
)
def test_what_cannot_be_written_is_not_offered(
    key: str, here: str | None, there: str | None, only: tuple[str, ...], locked: str
) -> None:
    found = compare(here, there, key=key)
    assert found is not None
    assert (found.only, found.locked) == (only, locked)
    assert found.preselect is None or found.preselect in only


def test_a_field_that_tripletex_is_known_to_refuse_is_not_preselected() -> None:
    locked = {"date_of_birth": "date_of_birth_locked"}
    found = compare("1990-01-03", "1990-01-02", "1990-01-02", key="date_of_birth", locked=locked)
    assert found is not None
    assert (found.changed_by, found.preselect, found.only) == ("huma", None, ("tripletex", "leave"))
    assert found.locked == "date_of_birth_locked"


values = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["91234567", "+4791234567", "1990-01-02"]))
people = st.fixed_dictionaries(dict.fromkeys(KEYS, values))


@given(huma=people, tripletex=people, agreed=people, known=st.sets(st.sampled_from(KEYS)))
@settings(max_examples=150, deadline=None)
def test_promises_that_hold_for_any_values(
    huma: dict[str, str | None], tripletex: dict[str, str | None], agreed: dict[str, str | None], known: set[str]
) -> None:
    hashes = {key: hash_of(key, normalise(key, agreed[key])) for key in known}
    found = differences(person(**huma), employee(**tripletex), hashes, hash_of)
    fields = [one.field for one in found]
    assert fields == [key for key in KEYS if normalise(key, huma[key]) != normalise(key, tripletex[key])]
    for one in found:
        assert "leave" in one.only
        assert one.preselect is None or one.preselect in one.only
        assert bool(one.locked) == (len(one.only) < 3)
        assert not one.locked or one.locked in REASONS
        chosen = {"huma": one.huma, "tripletex": one.tripletex, None: "x"}[one.preselect]
        assert normalise(one.field, chosen) is not None, "a value would be cleared without having been asked"
        assert (one.changed_by == "") == (one.field not in known)
        assert repr(one).find("91234567") == -1
