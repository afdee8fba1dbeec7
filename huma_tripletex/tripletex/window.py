"""The arithmetic of Tripletex's rate limit: so many calls per fixed window, told by the X-Rate-Limit headers. No
locks, no sleeping: `budget` adds those.

A call may go while what the server last said remains is more than what is still under way plus a small reserve.
That is never too many, also when another program uses the same token, and it lags only by the calls in flight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PERIOD: Final = 10.0
"""Seconds of a window, as measured (TRIPLETEX.md 3.1); only used where no header told better."""

GLANCE: Final = 0.02
"""Seconds until looking again, when only a call in flight can tell whether there is room."""

_RESERVE: Final = 0.03
_RESET_STEP: Final = 1.0  # the reset header counts whole seconds and does not say which way it rounds


@dataclass(frozen=True)
class Reading:
    """The X-Rate-Limit headers of one answer: calls per window, calls left in it, seconds until it ends."""

    limit: int
    remaining: int
    reset: float

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Reading | None:
        """None when a header is missing or no sensible number."""
        texts = [headers.get(f"x-rate-limit-{name}", "") for name in ("limit", "remaining", "reset")]
        if not all(text.isascii() and text.isdigit() and len(text) < 7 for text in texts):
            return None
        limit, remaining, reset = map(int, texts)
        return cls(limit, remaining, min(float(reset), 600.0)) if limit else None


@dataclass(frozen=True)
class Permit:
    """Leave for one call, given in window number `turn`."""

    turn: int
    sent_at: datetime


class Window:
    """What is known of the current window. Every time is an aware UTC datetime.

    The header counts whole seconds, so the end is only known to be not later than a moment; a new window is counted
    on from there, unless an answer shows before that it has begun. That suffices for windows of three seconds and
    more.
    """

    def __init__(self) -> None:
        self._limit: int | None = None
        self._remaining = 0
        self._in_flight = 0
        self._turn = 0
        self._heard = False  # an answer has come since the start, with or without headers
        self._told_at: datetime | None = None  # when an answer told how many calls of this window remain
        self._turned_at: datetime | None = None
        self._ends_before: datetime | None = None
        self._longest = 0.0  # the longest wait until an end that was ever told
        self._blocked_until: datetime | None = None
        self._named = False  # an answer in this window named the limit
        self._silent = False  # a good answer in this window named none

    @property
    def is_unlimited(self) -> bool:
        """Whether the server has answered and named no limit."""
        return self._heard and self._limit is None

    def wait(self, now: datetime) -> float:
        """Seconds until it is worth asking again; 0 means that a call may go now."""
        self._turn_over(now)
        if self._blocked_until and now < self._blocked_until:
            return _seconds(self._blocked_until, now)
        if self._limit is None:  # the first call goes alone; a server that names no limit has none
            return 0.0 if self._heard or not self._in_flight else GLANCE
        if self._remaining - self._in_flight > int(self._limit * _RESERVE):
            return 0.0
        if self._in_flight:
            return GLANCE
        return max(_seconds(self._end(now), now), GLANCE)

    def take(self, now: datetime) -> Permit:
        """Counts one call as under way."""
        self._in_flight += 1
        return Permit(self._turn, now)

    def give_back(self) -> None:
        """The call was not made after all."""
        self._in_flight -= 1

    def answered(self, permit: Permit, reading: Reading | None, now: datetime, *, good: bool = False) -> None:
        """One call has ended, `good` with an answer that is no error. Without a reading, or with one that may be of a
        window that is over, it counts as one used.
        """
        self._in_flight -= 1
        self._heard = True
        self._turn_over(now)
        self._named = self._named or reading is not None
        self._silent = self._silent or (good and reading is None)
        if reading and (
            permit.turn == self._turn or not self._turned_at or _soonest_end(permit, reading) > self._turned_at
        ):
            self._learn(permit, reading, now)
        else:
            self._remaining -= 1

    def refused(self, now: datetime, jitter: float) -> float:
        """A 429, which names no end: nobody calls until the window is over. Returns the seconds until then."""
        end = self._ends_before or now + timedelta(seconds=PERIOD)
        self._remaining = 0
        self._blocked_until = end + timedelta(seconds=jitter)
        return _seconds(self._blocked_until, now)

    def _learn(self, permit: Permit, reading: Reading, now: datetime) -> None:
        latest = now + timedelta(seconds=reading.reset + _RESET_STEP)
        if self._is_of_another(permit, reading):
            self._begin(now)
        if not self._told_at or reading.remaining < self._remaining:
            self._told_at, self._remaining = now, reading.remaining
        self._limit = reading.limit
        self._ends_before = min(self._ends_before or latest, latest)
        self._longest = max(self._longest, reading.reset + _RESET_STEP)

    def _is_of_another(self, permit: Permit, reading: Reading) -> bool:
        """Whether a window has begun unseen: this one ends later than ours can, or a call sent after we knew how many
        were left finds no fewer.
        """
        if self._limit is None:
            return True
        if self._ends_before and _soonest_end(permit, reading) > self._ends_before:
            return True
        return bool(self._told_at and permit.sent_at >= self._told_at and reading.remaining >= self._remaining)

    def _turn_over(self, now: datetime) -> None:
        if self._limit is None or now < (end := self._end(now)):
            return
        if self._silent and not self._named:
            self._limit = None  # there was one, and there is none any more
        self._begin(end)
        self._remaining = self._limit or 0

    def _begin(self, turned_at: datetime) -> None:
        self._turn += 1
        self._turned_at = turned_at
        self._named = self._silent = False
        self._told_at = None
        self._ends_before = None

    def _end(self, now: datetime) -> datetime:
        """Not before the true end. A window that no answer has told of had begun when we turned to it."""
        if self._ends_before:
            return self._ends_before
        return (self._turned_at or now) + timedelta(seconds=self._longest or PERIOD)


def _soonest_end(permit: Permit, reading: Reading) -> datetime:
    """The window of the reading does not end before this: the server counted the call after it was sent."""
    return permit.sent_at + timedelta(seconds=reading.reset - _RESET_STEP)


def _seconds(until: datetime, now: datetime) -> float:
    return (until - now).total_seconds()
