"""What becomes of an attempt: every leaf of the errors, every property, every code; and when the next attempt is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_tripletex import errors
from huma_tripletex.core.outcomes import Later, Parked, Snoozed
from huma_tripletex.core.reasons import REASONS
from huma_tripletex.core.rejections import BY_PROPERTY, fields_named
from huma_tripletex.core.retry import (
    RULES,
    breaks_after,
    concerns_connection,
    needs_human,
    next_attempt,
    outcome_of,
    pause,
)
from huma_tripletex.errors import FieldProblem

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
PUT, POST = "PUT /employee/{id}", "POST /employee/employment"


def invalid(*fields: str, status: int = 422, code: int = 18000, operation: str = PUT) -> errors.Invalid:
    problems = tuple(FieldProblem(field, "Feltet må fylles ut.") for field in fields)
    return errors.Invalid("no", status=status, code=code, problems=problems, operation=operation)


def refused(kind: type[errors.Refused], status: int, **more: object) -> errors.Refused:
    return kind("no", status=status, **more)  # type: ignore[arg-type]


EVERY_LEAF = [
    (errors.NotSent("no"), Later("no_answer"), Later("no_answer"), 5),
    (errors.AnswerLost("no"), Later("no_answer"), Later("no_answer", unsure=True), 10),
    (errors.TimedOut("no"), Later("no_answer"), Later("no_answer", unsure=True), 10),
    (errors.Unreadable("no", status=200), Later("unreadable"), Later("unreadable", unsure=True), 10),
    (errors.TooManyResults("no"), Parked("too_many"), Parked("too_many"), None),
    (refused(errors.Unauthorised, 401), Snoozed("unauthorised", 300), Snoozed("unauthorised", 300), 1),
    (refused(errors.TokenRefused, 422), Snoozed("unauthorised", 300), Snoozed("unauthorised", 300), 1),
    (refused(errors.Forbidden, 403, code=9000), Parked("forbidden"), Parked("forbidden"), 3),
    (refused(errors.NotFound, 404), Parked("not_in_tripletex"), Parked("not_in_tripletex"), None),
    (refused(errors.VersionConflict, 409, code=8000), Later("conflict"), Later("conflict"), None),
    (invalid(), Parked("rejected"), Parked("rejected"), None),
    (refused(errors.RateLimited, 429), Snoozed("rate_limited", 10), Snoozed("rate_limited", 10), 1),
    (refused(errors.RateLimited, 429, retry_after=3.0), Snoozed("rate_limited", 3), Snoozed("rate_limited", 3), 1),
    (refused(errors.Unavailable, 503), Snoozed("unavailable", 10), Snoozed("unavailable", 10), 1),
    (refused(errors.Unavailable, 503, retry_after=900.0), Snoozed("unavailable", 900), Snoozed("unavailable", 900), 1),
    (refused(errors.Unavailable, 500), Later("unavailable"), Later("unavailable", unsure=True), 5),
    (refused(errors.Unavailable, 502), Later("unavailable"), Later("unavailable", unsure=True), 5),
    (refused(errors.Refused, 418), Parked("rejected"), Parked("rejected"), None),
]


@pytest.mark.parametrize(("error", "reading", "writing", "breaks"), EVERY_LEAF)
def test_every_leaf(
    error: errors.TripletexError,
    reading: Later | Snoozed | Parked,
    writing: Later | Snoozed | Parked,
    breaks: int | None,
) -> None:
    assert outcome_of(error, writing=False) == reading
    assert outcome_of(error, writing=True) == writing
    assert breaks_after(error) == breaks
    assert concerns_connection(error) == (breaks is not None)


def leaves(kind: type[errors.TripletexError]) -> set[type[errors.TripletexError]]:
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*(leaves(one) for one in below))


def test_no_leaf_is_forgotten() -> None:
    assert leaves(errors.TripletexError) <= {type(error) for error, *_ in EVERY_LEAF}
    assert all(rule.reason in REASONS for rule in RULES if rule.reason)


def test_nothing_that_was_refused_for_its_content_is_tried_again() -> None:
    for status in (400, 409, 422):
        for code in (0, 1000, 4000, 7000, 10000, 11000, 14000, 15000, 16000, 18000, 21000):
            assert isinstance(outcome_of(invalid(status=status, code=code), writing=True), Parked)


def test_only_a_human_mends_a_token() -> None:
    assert needs_human(refused(errors.Unauthorised, 401))
    assert needs_human(refused(errors.Forbidden, 403))
    assert not needs_human(refused(errors.Unavailable, 503))


@pytest.mark.parametrize(
    ("error", "sent", "reason"),
    [
        (invalid("division.id", operation=POST), None, "division_missing"),
        (invalid("employments.division.id"), None, "division_missing"),
        (invalid("department.id"), None, "department_missing"),
        (invalid("employee.dateOfBirth", operation=POST), None, "date_of_birth_missing"),
        (invalid("employee.dateOfBirth", operation=POST), {"startDate"}, "date_of_birth_missing"),
        (invalid("employee.dateOfBirth", operation="PUT /employee/employment/{id}"), None, "date_of_birth_missing"),
        (invalid("dateOfBirth"), None, "date_of_birth_rejected"),
        (invalid("dateOfBirth"), {"firstName"}, "date_of_birth_missing"),
        (invalid("dateOfBirth"), {"dateOfBirth"}, "date_of_birth_locked"),
        (invalid("dateOfBirth", operation="POST /employee"), None, "date_of_birth_missing"),
        (invalid("dateOfBirth", operation="POST /employee"), {"dateOfBirth"}, "date_of_birth_rejected"),
        (invalid("bankAccountNumber"), None, "account_rejected"),
        (invalid("employeeNumber"), None, "employee_id_taken"),
        (invalid("employeeNumber", status=409, code=14000), None, "employee_id_taken"),
        (invalid("email"), None, "email_taken"),
        (invalid("email"), {"email"}, "email_taken"),
        (invalid("email"), {"firstName"}, "email_missing"),
        (invalid("firstName"), None, "name_rejected"),
        (invalid("null.lastName"), None, "name_rejected"),
        (invalid("phoneNumberMobile"), None, "phone_rejected"),
        (invalid("phoneNumberMobileCountry.id"), None, "phone_rejected"),
        (invalid("startDate", operation=POST), None, "first_workday_rejected"),
        (invalid("employments[0].startDate"), None, "first_workday_rejected"),
        (invalid("endDate"), None, "last_workday_rejected"),
        (invalid("employmentEndReason"), None, "end_reason_rejected"),
        (invalid("endDate", "employmentEndReason"), None, "end_reason_rejected"),
        (invalid("userType"), None, "user_type_rejected"),
        (invalid(status=409, code=10000), None, "locked_in_tripletex"),
        (invalid(status=409, code=7000), None, "exists_already"),
        (invalid(status=409, code=1000), None, "rejected"),
        (invalid("somethingNew"), None, "rejected"),
        (invalid(""), None, "rejected"),
    ],
)
def test_a_refusal_is_explained_by_the_property_it_names(
    error: errors.Invalid, sent: set[str] | None, reason: str
) -> None:
    assert outcome_of(error, writing=True, sent=sent) == Parked(reason)
    assert reason in REASONS


@pytest.mark.parametrize(
    ("operation", "sent", "reason"),
    [
        ("GET /employee/{id}", {"employee", "division"}, "not_in_tripletex"),
        (PUT, {"firstName"}, "not_in_tripletex"),
        ("PUT /employee/employment/{id}", {"startDate"}, "not_in_tripletex"),
        ("PUT /employee/employment/{id}", {"startDate", "division"}, "division_missing"),
        ("POST /employee/employment", {"employee", "startDate"}, "not_in_tripletex"),
        ("POST /employee/employment", {"employee", "startDate", "division"}, "division_missing"),
        ("POST /employee", {"firstName", "department"}, "department_missing"),
        ("POST /employee/list", {"firstName", "department"}, "department_missing"),
        ("POST /employee", {"firstName", "phoneNumberMobileCountry"}, "rejected"),
    ],
)
def test_who_is_not_there_yet_is_not_said_to_be_gone(operation: str, sent: set[str], reason: str) -> None:
    error = refused(errors.NotFound, 404, operation=operation)
    assert outcome_of(error, writing=True, sent=sent) == Parked(reason)


def test_the_path_counts_where_the_field_is_empty() -> None:
    problem = FieldProblem("", "Feltet må fylles ut.", path="employments[0].division.id")
    error = errors.Invalid("no", status=422, problems=(problem,))
    assert outcome_of(error, writing=True) == Parked("division_missing")


def test_fields_are_named_by_our_keys() -> None:
    error = invalid("firstName", "employments[0].startDate", "bankAccountNumber", "department.id")
    assert fields_named(error) == ("given_name", "bank_account_number", "first_workday")
    assert len({name for name, _ in BY_PROPERTY}) == len(BY_PROPERTY)


def attempts(horizon: timedelta, jitter: float, first: datetime = NOW) -> list[datetime]:
    """Every moment at which something that never works is tried."""
    moments, now = [], first
    for number in count(1):
        moments.append(now)
        following = next_attempt(number, NOW, now, horizon=horizon, jitter=lambda: jitter)
        if following is None:
            return moments
        assert following > now
        now = following
    raise AssertionError


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_what_may_pass_is_tried_for_days_with_growing_pauses(jitter: float) -> None:
    moments = attempts(timedelta(hours=96), jitter)
    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(moments)]
    assert 4 <= pauses[0] <= 6
    assert max(pauses) <= 3960
    assert pauses[:9] == sorted(pauses[:9])
    assert moments[-1] - moments[0] == timedelta(hours=96), "the last attempt is at the very end"
    assert 80 <= len(moments) <= 120


def test_nothing_is_given_up_at_once_after_a_long_standstill() -> None:
    moments = attempts(timedelta(hours=96), 0.5, first=NOW + timedelta(days=9))
    assert len(moments) == 12
    assert moments[-1] - moments[0] > timedelta(hours=2)


@given(tries=st.integers(0, 10_000), jitter=st.floats(0, 1))
def test_pauses_stay_between_seconds_and_an_hour(tries: int, jitter: float) -> None:
    assert timedelta(seconds=4) <= pause(tries, lambda: jitter) <= timedelta(seconds=3961)


def test_jitter_spreads_what_failed_together() -> None:
    assert pause(5, lambda: 0.0) < pause(5, lambda: 0.5) < pause(5, lambda: 1.0)
