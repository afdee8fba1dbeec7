"""The drains that are under way in this process, and which of them somebody should go on with next.

A connection has one at most. Nobody stays with a drain that waits for answers, so a few hands serve all of them, and
how long Tripletex takes for one connection is no other's concern.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from huma_tripletex.delivery import DrainReport, UnderWay
from huma_tripletex.jobs.agenda import Agenda
from huma_tripletex.jobs.room import KEPT_FREE, MOST, Room

Make = Callable[[int], UnderWay]
"""Makes a drain for a connection, which does nothing until its first step."""


class OpenDrains:
    """Safe for threads. `changed` is one for all that anybody waits for: the agenda, answers, and room for another.

    `begin` and `next` hand a drain to the calling thread, which either puts it to rest or closes it.
    """

    def __init__(self, agenda: Agenda, changed: threading.Condition, turn: float) -> None:
        """`turn`: the seconds after which a drain begins nothing more."""
        self._agenda = agenda
        self._changed = changed
        self._open: dict[int, UnderWay] = {}
        self._resting: dict[int, UnderWay] = {}
        self._room = Room(self._open, turn)
        self._prefers_new = False

    def begin(self, connection_id: int, make: Make, most: int = MOST) -> UnderWay | None:
        """A new drain; None: there is one already, which will look again, or no room, so it is on the agenda."""
        with self._changed:
            if found := self._open.get(connection_id):
                found.look_again()
                self._changed.notify_all()
                return None
            if not self._room.left(most)[self._room.standing(connection_id)]:
                self._agenda.add(connection_id)
                return None
            self._open[connection_id] = made = make(connection_id)
            return made

    def next(self, make: Make | None, seconds: float) -> UnderWay | None:
        """The drain to go on with, one that rests or the next of the agenda in turn; None: none within `seconds`.

        `make` None: nothing is begun any more.
        """
        until = time.monotonic() + seconds
        with self._changed:
            while (found := self._choose(make)) is None and (left := until - time.monotonic()) > 0:
                self._changed.wait(min(left, self._pause()))
        return found

    def rest(self, drain: UnderWay) -> None:
        """Leaves a drain to whoever is free when it has something to do."""
        with self._changed:
            self._resting[drain.connection_id] = drain
            self._changed.notify_all()

    def wait_for(self, drain: UnderWay, seconds: float) -> bool:
        """Whether a drain can go on within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: drain.wait == 0, seconds)

    def close(self, drain: UnderWay) -> DrainReport:
        """Ends a drain. Whatever it raises, its connection may have another one."""
        try:
            return drain.end()
        finally:
            self._forget(drain)

    def abandon(self, drain: UnderWay) -> None:
        """Ends a drain that nobody can go on with."""
        try:
            drain.abandon()
        finally:
            self._forget(drain)

    def is_open(self, connection_id: int) -> bool:
        """Whether a connection has a drain under way. Takes no lock."""
        return connection_id in self._open

    def are_any(self) -> bool:
        """Whether any drain is under way."""
        with self._changed:
            return bool(self._open)

    def has_places(self) -> bool:
        """Whether nobody has to wait for room."""
        with self._changed:
            return len(self._open) < MOST - KEPT_FREE

    def _forget(self, drain: UnderWay) -> None:
        with self._changed:
            self._open.pop(drain.connection_id, None)
            self._room.remember(drain)
            if drain.is_nudged:
                self._agenda.add(drain.connection_id)
            self._changed.notify_all()

    def _choose(self, make: Make | None) -> UnderWay | None:
        """Those that are there and those to come take turns, so that neither has to wait for all of the others."""
        self._prefers_new = not self._prefers_new
        if self._prefers_new:
            return self._of_the_agenda(make) or self._of_those_resting()
        return self._of_those_resting() or self._of_the_agenda(make)

    def _of_those_resting(self) -> UnderWay | None:
        for connection_id, drain in self._resting.items():
            if drain.wait == 0:
                return self._resting.pop(connection_id)
        return None

    def _of_the_agenda(self, make: Make | None) -> UnderWay | None:
        most = MOST - KEPT_FREE
        while make and (connection_id := self._next_with_room(most)):
            if made := self.begin(connection_id, make, most):
                return made
        return None

    def _next_with_room(self, most: int) -> int | None:
        left = self._room.left(most)
        if not any(left.values()):
            return None  # before looking for somebody: the agenda may be long
        return self._agenda.next(lambda one: left[self._room.standing(one)])

    def _pause(self) -> float:
        """Seconds until a drain that rests, or one of the agenda, is due."""
        waits = [drain.wait for drain in self._resting.values()]
        return min([*waits, self._agenda.seconds() or threading.TIMEOUT_MAX], default=threading.TIMEOUT_MAX)
