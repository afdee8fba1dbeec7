"""First and last workday: which employment they are about, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huma_tripletex.core.employments import (
    Ask,
    Change,
    CorrectPeriod,
    NewPeriod,
    NoChange,
    about,
    change_for,
    choose,
    shown,
)
from huma_tripletex.core.people import EmploymentPeriod, TripletexEmployee
from huma_tripletex.core.reasons import REASONS
from tests.core.build import period

TODAY = date(2026, 6, 15)
BOTH = ("first_workday", "last_workday")
FIRST, LAST = ("first_workday",), ("last_workday",)


def decide(
    employments: list[EmploymentPeriod], first: str | None, last: str | None, fields: tuple[str, ...] = BOTH
) -> Change:
    return change_for(employments, {"first_workday": first, "last_workday": last}, fields, TODAY)


def correct(**body: str | None) -> CorrectPeriod:
    return CorrectPeriod(1, 3, dict(body))


ONE_OPEN = [period("2020-01-01")]
ENDS_LATER = [period("2020-01-01", "2026-12-31")]
ENDED = [period("2020-01-01", "2022-12-31")]
TWICE = [period("2015-01-01", "2018-12-31", id=7), period("2020-01-01")]
TWICE_ENDED = [period("2015-01-01", "2018-12-31", id=7), period("2020-01-01", "2022-12-31")]
TWO_OPEN = [period("2020-01-01"), period("2021-01-01", id=2)]

TABLE = [
    # nobody employed yet
    ([], "2026-07-01", None, BOTH, NewPeriod("2026-07-01", None)),
    ([], "2026-07-01", "2026-12-31", BOTH, NewPeriod("2026-07-01", "2026-12-31")),
    ([], "2026-07-01", "2026-12-31", FIRST, NewPeriod("2026-07-01", None)),
    ([], None, None, BOTH, NoChange()),
    ([], None, "2026-12-31", BOTH, Ask("first_workday_missing")),
    ([], "2026-07-01", "2026-12-31", LAST, Ask("no_employment")),
    ([], "2026-07-01", None, LAST, NoChange()),
    ([], "2026-07-01", "2026-06-30", BOTH, Ask("workdays_reversed")),
    ([], "soon", None, BOTH, Ask("date_invalid")),
    # in force: corrected
    (ONE_OPEN, "2020-01-01", None, BOTH, NoChange()),
    (ONE_OPEN, "2020-02-01", None, BOTH, correct(startDate="2020-02-01")),
    (ONE_OPEN, "2020-02-01", "2026-08-31", BOTH, correct(startDate="2020-02-01", endDate="2026-08-31")),
    (ONE_OPEN, "2020-02-01", "2026-08-31", LAST, correct(endDate="2026-08-31")),
    (ONE_OPEN, "2020-02-01", "2026-08-31", FIRST, correct(startDate="2020-02-01")),
    (ONE_OPEN, "2020-01-01T00:00:00", None, BOTH, NoChange()),
    (ONE_OPEN, "2020-01-01", "2019-12-31", BOTH, Ask("workdays_reversed")),
    (ONE_OPEN, None, None, BOTH, Ask("first_workday_missing")),
    (ONE_OPEN, None, "2026-08-31", LAST, correct(endDate="2026-08-31")),
    (ONE_OPEN, "2020-01-01", None, (), NoChange()),
    (ONE_OPEN, "2020-01-01", None, ("phone_number",), NoChange()),
    # ends later: in force until then
    (ENDS_LATER, "2020-01-01", None, LAST, correct(endDate=None)),
    (ENDS_LATER, "2020-03-01", "2026-12-31", BOTH, correct(startDate="2020-03-01")),
    (ENDS_LATER, "2027-02-01", None, BOTH, NewPeriod("2027-02-01", None)),
    # ended: a later first workday is a new employment, a removed last workday opens it again
    (ENDED, "2020-01-01", "2022-12-31", BOTH, NoChange()),
    (ENDED, "2024-05-01", None, BOTH, NewPeriod("2024-05-01", None)),
    (ENDED, "2024-05-01", "2027-04-30", BOTH, NewPeriod("2024-05-01", "2027-04-30")),
    (ENDED, "2024-05-01", "2022-12-31", FIRST, NewPeriod("2024-05-01", None)),
    (ENDED, "2024-05-01", "2022-12-31", BOTH, Ask("workdays_reversed")),
    (ENDED, "2020-01-01", None, LAST, correct(endDate=None)),
    (ENDED, "2020-01-01", "2023-01-31", LAST, correct(endDate="2023-01-31")),
    (ENDED, "2024-05-01", "2027-04-30", LAST, Ask("last_workday_unclear")),
    (ENDED, None, "2023-01-31", LAST, correct(endDate="2023-01-31")),
    (ENDED, "2020-03-01", "2022-12-31", FIRST, Ask("first_workday_unclear")),
    (ENDED, "2020-03-01", None, BOTH, correct(startDate="2020-03-01", endDate=None)),
    (ENDED, "2022-12-31", "2022-12-31", FIRST, Ask("first_workday_unclear")),
    (ENDED, "2023-01-01", "2022-12-31", FIRST, NewPeriod("2023-01-01", None)),
    # rehired: the earlier employment stays as it was
    (TWICE, "2020-03-01", None, BOTH, correct(startDate="2020-03-01")),
    (TWICE, "2018-06-01", None, BOTH, Ask("employments_overlap")),
    (TWICE, "2018-12-31", None, BOTH, Ask("employments_overlap")),
    (TWICE, "2019-01-01", None, BOTH, correct(startDate="2019-01-01")),
    (TWICE, "2020-01-01", "2026-08-31", LAST, correct(endDate="2026-08-31")),
    (TWICE_ENDED, "2024-05-01", None, BOTH, NewPeriod("2024-05-01", None)),
    (TWICE_ENDED, "2020-01-01", None, LAST, correct(endDate=None)),
    (TWICE_ENDED, "2020-02-01", None, BOTH, Ask("employments_overlap")),
    # several in force: only the one that Huma's first workday names
    (TWO_OPEN, "2020-01-01", "2026-08-31", LAST, correct(endDate="2026-08-31")),
    (TWO_OPEN, "2021-01-01", "2026-08-31", LAST, CorrectPeriod(2, 3, {"endDate": "2026-08-31"})),
    (TWO_OPEN, "2019-01-01", "2026-08-31", BOTH, Ask("several_employments")),
    (TWO_OPEN, None, "2026-08-31", LAST, Ask("several_employments")),
]


@pytest.mark.parametrize(("employments", "first", "last", "fields", "expected"), TABLE)
def test_the_rule(
    employments: list[EmploymentPeriod],
    first: str | None,
    last: str | None,
    fields: tuple[str, ...],
    expected: Change,
) -> None:
    assert decide(employments, first, last, fields) == expected
    assert decide(employments[::-1], first, last, fields) == expected


def test_today_decides_what_has_ended() -> None:
    ending = [period("2020-01-01", "2026-06-15")]
    wanted = {"first_workday": "2020-02-01", "last_workday": "2026-06-15"}
    assert change_for(ending, wanted, BOTH, date(2026, 6, 15)) == correct(startDate="2020-02-01")
    assert change_for(ending, wanted, BOTH, date(2026, 6, 16)) == Ask("first_workday_unclear")


def test_the_last_day_is_a_workday() -> None:
    ending = [period("2020-01-01", "2026-06-15")]
    wanted = {"first_workday": "2020-02-01", "last_workday": "2026-06-30"}
    assert change_for(ending, wanted, LAST, date(2026, 6, 15)) == correct(endDate="2026-06-30")
    assert change_for(ending, wanted, LAST, date(2026, 6, 16)) == Ask("last_workday_unclear")


@pytest.mark.parametrize(
    ("employments", "expected"),
    [
        ([], None),
        (ONE_OPEN, 1),
        (TWICE, 1),
        (TWICE_ENDED, 1),
        ([period("2010-01-01", id=5), period("2015-01-01", "2020-12-31", id=6)], 5),
        (TWO_OPEN, 2),
    ],
)
def test_the_employment_in_force_speaks_for_an_employee(
    employments: list[EmploymentPeriod], expected: int | None
) -> None:
    for order in (employments, employments[::-1]):
        chosen = choose(order)
        assert (chosen.id if chosen else None) == expected


days = st.dates(date(2015, 1, 1), date(2028, 12, 31)).map(str)
ends = st.one_of(st.none(), days)
fields = st.sampled_from([FIRST, LAST, BOTH])


@st.composite
def histories(draw: st.DrawFn) -> list[EmploymentPeriod]:
    """Employments as Tripletex would have them: one after the other, only the last one open."""
    dates = sorted(draw(st.lists(days, max_size=6, unique=True)))
    spans = list(zip(dates[::2], [*dates[1::2], None], strict=False))
    return [EmploymentPeriod(number, 1, start, end) for number, (start, end) in enumerate(spans, start=1)]


@given(employments=histories(), first=ends, last=ends, wanted=fields)
@settings(max_examples=400, deadline=None)
def test_after_a_change_tripletex_holds_what_huma_has(
    employments: list[EmploymentPeriod], first: str | None, last: str | None, wanted: tuple[str, ...]
) -> None:
    values = {"first_workday": first, "last_workday": last}
    change = change_for(employments, values, wanted, TODAY)
    if isinstance(change, Ask):
        assert change.reason in REASONS
        return
    after = carried_out(employments, change)
    assert_no_overlap(after)
    current = choose(after)
    held = {
        "first_workday": current.start if current else None,
        "last_workday": current.end if current else None,
    }
    for key in wanted:
        assert held[key] == values[key]
    assert change_for(after, values, wanted, TODAY) == NoChange()


def carried_out(employments: list[EmploymentPeriod], change: Change) -> list[EmploymentPeriod]:
    """What Tripletex would have afterwards."""
    if isinstance(change, NewPeriod):
        return [*employments, EmploymentPeriod(99, 1, change.start, change.end)]
    if not isinstance(change, CorrectPeriod):
        return employments
    names = {"startDate": "start", "endDate": "end"}
    body = {names[key]: value for key, value in change.body.items()}
    return [replace(one, **body) if one.id == change.id else one for one in employments]  # type: ignore[arg-type]


def assert_no_overlap(employments: list[EmploymentPeriod]) -> None:
    ordered = sorted(employments, key=lambda one: one.start or "")
    for one, following in pairwise(ordered):
        assert one.end is not None
        assert following.start is not None
        assert one.end < following.start
    assert all(one.end is None or (one.start or "") <= one.end for one in employments)


@given(
    st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2029, 1, 1)), st.none() | st.integers(0, 900)), max_size=4),
    st.integers(0, 3),
    st.sampled_from([FIRST, LAST, BOTH]),
)
def test_what_needs_no_change_is_what_is_compared(
    found: list[tuple[date, int | None]], which: int, fields: tuple[str, ...]
) -> None:
    """Otherwise a difference would be reported as settled, and be there again."""
    ends = [None if days is None else (start + timedelta(days)).isoformat() for start, days in found]
    employments = [
        EmploymentPeriod(number, 1, start.isoformat(), end)
        for number, ((start, _), end) in enumerate(zip(found, ends, strict=True))
    ]
    first = employments[which].start if which < len(employments) else "2026-01-01"
    last = employments[which].end if which < len(employments) else None
    current = choose(employments)
    values = {"first_workday": current.start if current else None, "last_workday": current.end if current else None}

    seen = about(TripletexEmployee(1, 1, values, employments=tuple(employments)), first, TODAY).values

    same = all(seen[key] == {"first_workday": first, "last_workday": last}[key] for key in fields)
    settled = isinstance(decide(employments, first, last, fields), NoChange)
    assert settled <= same or not employments


def test_somebody_is_compared_with_the_employment_that_begins_when_theirs_does() -> None:
    """The next one is there already, and begins later."""
    current, coming = period("2024-02-01", "2026-12-31", 1), period("2027-01-01", None, 2)
    over = period("2018-01-01", "2020-12-31", 3)
    values = {"first_workday": "2027-01-01", "last_workday": None}
    employee = TripletexEmployee(1, 1, values, employments=(over, current, coming))

    assert about(employee, "2024-02-01", TODAY).values == {"first_workday": "2024-02-01", "last_workday": "2026-12-31"}
    assert shown(about(employee, "2024-02-01", TODAY)) == (current,)
    for other in ("2027-01-01", "2018-01-01", "2025-05-05", None):
        assert about(employee, other, TODAY) is employee
    assert about(employee, "2024-02-01", date(2027, 1, 1)) is employee, "it is over"
