"""The one table from what Tripletex answered to what becomes of an attempt, and when the next one is.

`Later` counts as an attempt, `Snoozed` does not, `Parked` needs a human: nothing that Tripletex refused for its content
is ever tried again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from huma_tripletex.core.outcomes import Delivered, Later, NothingToDo, Outcome, Parked, Snoozed
from huma_tripletex.core.rejections import reason_for
from huma_tripletex.errors import (
    AnswerLost,
    Forbidden,
    Invalid,
    NotFound,
    NotSent,
    RateLimited,
    Refused,
    TooManyResults,
    TripletexError,
    Unauthorised,
    Unavailable,
    Unreadable,
    VersionConflict,
)

__all__ = [
    "Delivered",
    "Later",
    "NothingToDo",
    "Outcome",
    "Parked",
    "Snoozed",
    "breaks_after",
    "concerns_connection",
    "next_attempt",
    "outcome_of",
]

FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 3600.0
SPREAD: Final = 0.2
"""Pauses vary by a tenth up and down, so that what failed together is not tried together."""
FEWEST_ATTEMPTS: Final = 12
"""Tried so often even when the horizon has passed: after a long standstill of ours, nothing is given up at once."""
WINDOW: Final = 10.0
"""Seconds of Tripletex's rate limit window; a 429 does not say how much of it is left."""
MAINTENANCE: Final = 10.0
PROBE: Final = 300.0
"""Seconds until a connection that Tripletex does not let in is looked at again."""


@dataclass(frozen=True)
class Rule:
    """What becomes of one kind of error.

    `seconds` None: it counts as an attempt, unless `parked`. `unsure`: a write may have been carried out.
    `breaks_after`: so many in a row, without a good answer between, mean that the connection is in trouble; None: it is
    about one person.
    """

    error: type[TripletexError]
    reason: str
    parked: bool = False
    seconds: float | None = None
    unsure: bool = False
    breaks_after: int | None = None


RULES: Final = (
    # the first that fits holds: leaves of the tree before what they derive from
    Rule(NotSent, "no_answer", breaks_after=5),
    Rule(AnswerLost, "no_answer", unsure=True, breaks_after=10),
    Rule(Unreadable, "unreadable", unsure=True, breaks_after=10),
    Rule(TooManyResults, "too_many", parked=True),
    Rule(RateLimited, "rate_limited", seconds=WINDOW, breaks_after=1),
    Rule(Unavailable, "unavailable", unsure=True, breaks_after=5),
    Rule(Unauthorised, "unauthorised", seconds=PROBE, breaks_after=1),
    # may be about this employee alone, so it takes a few to say that the token lacks a right
    Rule(Forbidden, "forbidden", parked=True, breaks_after=3),
    Rule(NotFound, "", parked=True),  # who or what: see core.rejections
    Rule(VersionConflict, "conflict"),
    Rule(Invalid, "", parked=True),  # by the property that is named: see core.rejections
    Rule(Refused, "rejected", parked=True),
    Rule(TripletexError, "no_answer", unsure=True, breaks_after=10),
)
CLOSED: Final = Rule(Unavailable, "unavailable", seconds=MAINTENANCE, breaks_after=1)
"""503: Tripletex says itself that it is closed for a while."""


def outcome_of(
    error: TripletexError, writing: bool, *, sent: Collection[str] | None = None
) -> Later | Snoozed | Parked:
    """What becomes of an attempt that ended in `error`. `writing`: the call was to change something.

    `sent` are the properties of the request's body where known: they tell a value that is missing from one that is not
    accepted, which Tripletex says in words only.
    """
    rule = _rule(error)
    if rule.parked:
        return Parked(rule.reason or _rejection(error, sent))
    if rule.seconds is not None:
        return Snoozed(rule.reason, getattr(error, "retry_after", None) or rule.seconds)
    return Later(rule.reason, unsure=rule.unsure and writing)


def concerns_connection(error: TripletexError) -> bool:
    """Whether everybody's changes would meet the same answer, so that the drain had better stop at some point."""
    return breaks_after(error) is not None


def breaks_after(error: TripletexError) -> int | None:
    """After how many answers of this kind in a row the connection is in trouble; None: it is about one person."""
    return _rule(error).breaks_after


def needs_human(error: TripletexError) -> bool:
    """Whether trouble of this kind ends only when an administrator acts: another token, another right."""
    return isinstance(error, (Unauthorised, Forbidden))


def next_attempt(
    attempts: int,
    since: datetime,
    now: datetime,
    *,
    horizon: timedelta,
    jitter: Callable[[], float],
) -> datetime | None:
    """When to try again after `attempts` that counted; None: that was the last one.

    Pauses double from 5 seconds to an hour. `jitter` gives numbers from 0 to 1. The last attempt is at the end of the
    `horizon`, which begins with `since`, or after FEWEST_ATTEMPTS if that is later.
    """
    end = since + horizon
    if now >= end and attempts >= FEWEST_ATTEMPTS:
        return None
    after = now + pause(attempts, jitter)
    return min(after, end) if now < end else after


def pause(attempts: int, jitter: Callable[[], float]) -> timedelta:
    """How long to wait after so many attempts."""
    seconds = min(FIRST_PAUSE * 2.0 ** max(0, min(attempts - 1, 20)), LONGEST_PAUSE)
    return timedelta(seconds=seconds * (1 - SPREAD / 2 + SPREAD * jitter()))


def _rule(error: TripletexError) -> Rule:
    if isinstance(error, Unavailable) and error.status == 503:
        return CLOSED
    return next(rule for rule in RULES if isinstance(error, rule.error))


def _rejection(error: TripletexError, sent: Collection[str] | None) -> str:
    assert isinstance(error, Refused)
    return reason_for(error, sent)
