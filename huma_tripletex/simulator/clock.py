"""The simulator's clock: real time, or any other, moved forwards or backwards on demand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def real_time() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)


class Clock:
    """A source of time that can be set; once set it ticks on from there."""

    def __init__(self, source: Callable[[], datetime] = real_time) -> None:
        self._source = source
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The simulator's present, in UTC."""
        return self._source() + self._ahead

    def oslo_today(self) -> date:
        """Today in Tripletex's own time zone, in which sessions expire."""
        return self.now().astimezone(OSLO).date()

    def set(self, now: datetime) -> None:
        """Make it `now` (timezone-aware)."""
        self._ahead = now - self._source()

    def advance(self, by: timedelta) -> None:
        """Move it by `by`."""
        self._ahead += by
