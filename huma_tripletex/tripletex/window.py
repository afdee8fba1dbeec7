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
    """What is known of the current window. Every time is an aware UTC datetime."""

    def __init__(self) -> None:
        self._limit: int | None = None
        self._remaining = 0
        self._in_flight = 0
        self._turn = 0
        self._turned_at: datetime | None = None
        self._heard = False  # an answer has come since the start, with or without headers
        self._began_at: datetime | None = None
        self._ends_at: datetime | None = None
        self._blocked_until: datetime | None = None

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
        return max(_seconds(self._end() or now, now), GLANCE)

    def take(self, now: datetime) -> Permit:
        """Counts one call as under way."""
        self._in_flight += 1
        self._began_at = self._began_at or now
        return Permit(self._turn, now)

    def give_back(self) -> None:
        """The call was not made after all."""
        self._in_flight -= 1

    def answered(self, permit: Permit, reading: Reading | None, now: datetime) -> None:
        """One call has ended. Without a reading it counts as one used; a reading of a window that is over counts
        nothing.
        """
        self._in_flight -= 1
        self._heard = True
        self._turn_over(now)
        if reading is None:
            self._remaining -= 1
        elif permit.turn == self._turn or self._turned_at is None or _soonest_end(permit, reading) > self._turned_at:
            self._learn(permit, reading, now)

    def refused(self, now: datetime, jitter: float) -> float:
        """A 429, which names no end: nobody calls until the window is over. Returns the seconds until then."""
        end = self._end()
        if end is None or end <= now:
            end = now + timedelta(seconds=PERIOD)
        self._remaining = 0
        self._blocked_until = end + timedelta(seconds=jitter)
        return _seconds(self._blocked_until, now)

    def _learn(self, permit: Permit, reading: Reading, now: datetime) -> None:
        latest = now + timedelta(seconds=reading.reset + _RESET_STEP)
        if self._limit is None:
            self._begin(reading.remaining, now)
        elif self._ends_at and _soonest_end(permit, reading) > self._ends_at:  # a window that we had not seen begin
            self._begin(reading.remaining, self._ends_at)
        self._limit = reading.limit
        self._remaining = min(self._remaining, reading.remaining)
        self._ends_at = min(self._ends_at or latest, latest)

    def _turn_over(self, now: datetime) -> None:
        end = self._end()
        if self._limit is not None and end and now >= end:
            self._begin(self._limit, end)

    def _begin(self, remaining: int, turned_at: datetime) -> None:
        self._turn += 1
        self._turned_at = turned_at
        self._remaining = remaining
        self._began_at = self._ends_at = None

    def _end(self) -> datetime | None:
        """Not before the true end: a window that no answer has told of began at the latest with our first call in
        it.
        """
        if self._ends_at or not self._began_at:
            return self._ends_at
        return self._began_at + timedelta(seconds=PERIOD)


def _soonest_end(permit: Permit, reading: Reading) -> datetime:
    """The window of the reading does not end before this: the server counted the call after it was sent."""
    return permit.sent_at + timedelta(seconds=reading.reset - _RESET_STEP)


def _seconds(until: datetime, now: datetime) -> float:
    return (until - now).total_seconds()
