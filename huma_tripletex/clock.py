"""The time that a process goes by: its machine's, until it has asked the database for its own.

Leases are shared by workers on several machines. Were each to go by its own clock, one that is ahead would end what
another still holds. The database's clock is the one that they all have.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


class Clock:
    """Called, it tells the moment now, in UTC. Any thread may call it."""

    def __init__(self, machine: Callable[[], datetime] = utc_now) -> None:
        self._machine = machine
        self._known: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        if self._known is None:
            return self._machine()
        moment, then = self._known
        return moment + timedelta(seconds=_counted() - then)

    @property
    def age(self) -> float:
        """Seconds since it was last set; endless if it goes by its machine."""
        return inf if self._known is None else _counted() - self._known[1]

    def follow(self, ask: Callable[[], datetime]) -> None:
        """Goes by another clock from now on. `ask` tells its time, which is taken to be of midway between question and
        answer. To be called again now and then: a counter is never quite as fast as a clock.
        """
        asked = _counted()
        told = ask()
        self._known = told, (asked + _counted()) / 2


def _counted() -> float:
    """Seconds on a counter that nobody sets and that goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
