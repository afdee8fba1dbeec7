"""Whose turn is next: connections with more to send than one slice allows, in turn, so a large one delays nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime


class Agenda:
    """Connections and the moments at which they may go on. Safe for threads; the order is that of coming."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: dict[int, datetime] = {}

    def add(self, connection_id: int, at: datetime | None = None) -> None:
        """Puts a connection at the end, unless it is there already; the earlier moment holds."""
        moment = at or self._clock()
        with self._changed:
            self._due[connection_id] = min(moment, self._due.get(connection_id, moment))
            self._changed.notify()

    def next(self) -> int | None:
        """Takes the first connection that may go on now; None: there is none."""
        now = self._clock()
        with self._changed:
            for connection_id, at in self._due.items():
                if at <= now:
                    del self._due[connection_id]
                    return connection_id
        return None

    def wait(self, seconds: float) -> None:
        """Until a connection may go on, one is added, or `seconds` have passed."""
        with self._changed:
            first = min(self._due.values(), default=None)
            until = seconds if first is None else min(seconds, (first - self._clock()).total_seconds())
            if until > 0:
                self._changed.wait(until)

    def wake(self) -> None:
        """Ends a `wait`."""
        with self._changed:
            self._changed.notify_all()
