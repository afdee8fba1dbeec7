"""Whose turn is next: connections with more to send than one slice allows, in turn, so a large one delays nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime


class Agenda:
    """Connections and the moments at which they may go on. Safe for threads; the order is that of coming."""

    def __init__(self, clock: Callable[[], datetime], changed: threading.Condition | None = None) -> None:
        """`changed` is notified when a connection is added."""
        self._clock = clock
        self._changed = changed or threading.Condition()
        self._due: dict[int, datetime] = {}

    def add(self, connection_id: int, at: datetime | None = None) -> None:
        """Puts a connection at the end, unless it is there already; the earlier moment holds."""
        moment = at or self._clock()
        with self._changed:
            self._due[connection_id] = min(moment, self._due.get(connection_id, moment))
            self._changed.notify_all()

    def next(self, may: Callable[[int], bool] = lambda _: True) -> int | None:
        """Takes the first connection that may go on now, of those that `may` allows; None: there is none."""
        now = self._clock()
        with self._changed:
            for connection_id, at in self._due.items():
                if at <= now and may(connection_id):
                    del self._due[connection_id]
                    return connection_id
        return None

    def seconds(self) -> float | None:
        """Until the first connection that may not go on yet may; None: there is none."""
        now = self._clock()
        with self._changed:
            first = min((at for at in self._due.values() if at > now), default=None)
        return None if first is None else (first - now).total_seconds()
