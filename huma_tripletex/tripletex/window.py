"""The arithmetic of Tripletex's rate limit: so many calls per fixed window, told by the X-Rate-Limit headers. No
locks, no sleeping: `budget` adds those.

A call may go while what the server last said remains is more than what is still under way plus a small reserve. That
is never too many, also when another program uses the same token, and it lags only by the calls in flight.
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
        return GLANCE if self._in_flight else max(_seconds(self._end(now), now), GLANCE)

    def take(self, now: datetime) -> Permit:
        """Counts one call as under way."""
        self._in_flight += 1
        self._began_at = self._began_at or now
        return Permit(self._turn, now)

    def give_back(self) -> None:
        """The call was not made after all."""
        self._in_flight -= 1

    def answered(self, permit: Permit, reading: Reading | None, now: datetime) -> None:
        """One call has ended. Without a reading, or with one of a window that is over, it counts as one used."""
        self._in_flight -= 1
        self._turn_over(now)
        if reading is None or permit.turn != self._turn:
            self._heard = True
            self._remaining -= 1
            return
        self._learn(permit, reading, now)

    def refused(self, now: datetime, jitter: float) -> float:
        """A 429: nobody calls until the window is over. Returns the seconds until then."""
        self._remaining = 0
        self._blocked_until = max(self._end(now), now) + timedelta(seconds=jitter)
        return _seconds(self._blocked_until, now)

    def _learn(self, permit: Permit, reading: Reading, now: datetime) -> None:
        earliest = permit.sent_at + timedelta(seconds=reading.reset - _RESET_STEP)
        latest = now + timedelta(seconds=reading.reset + _RESET_STEP)
        if self._limit is None or (self._ends_at and earliest > self._ends_at):  # a window that we had not seen begin
            self._begin(reading.remaining)
        self._heard = True
        self._limit = reading.limit
        self._remaining = min(self._remaining, reading.remaining)
        self._ends_at = min(self._ends_at or latest, latest)

    def _turn_over(self, now: datetime) -> None:
        if self._limit is not None and self._began_at and now >= self._end(now):
            self._begin(self._limit)

    def _begin(self, remaining: int) -> None:
        self._turn += 1
        self._remaining = remaining
        self._began_at = self._ends_at = None

    def _end(self, now: datetime) -> datetime:
        """Not before the true end: a window that has not been announced began at the latest with our first call in
        it.
        """
        return self._ends_at or (self._began_at or now) + timedelta(seconds=PERIOD)


def _seconds(until: datetime, now: datetime) -> float:
    return (until - now).total_seconds()
