"""Whether somebody has stopped a run of which people are being sent: looked at a few times a second, and only then.

A claim is many people, and the rate limit may let them wait for long: whoever no lane has begun with is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from huma_tripletex.models import SyncRun
from huma_tripletex.runtime import Runtime

LOOK: Final = timedelta(seconds=0.25)
TakeBack = Callable[[int], object]
"""Takes back what waits of a run that is stopped, by its number; commits."""


@dataclass
class Stops:
    """Of one drain. `watching`: something of a run is in its hands."""

    runtime: Runtime
    connection_id: int
    take_back: TakeBack | None = None
    watching: bool = False
    _heeded: set[int] = field(default_factory=set)
    _next: datetime | None = None

    def heed(self, give_back: Callable[[], None]) -> None:
        """Where a run is stopped: gives back what was not begun, and then has it taken back."""
        now = self.runtime.clock()
        if self.take_back is None or not self.watching or (self._next and now < self._next):
            return
        self._next = now + LOOK
        if stopped := self._stopped():
            give_back()
            for run_id in stopped:
                self.take_back(run_id)
            self._heeded.update(stopped)

    def _stopped(self) -> list[int]:
        stopping = select(SyncRun.id).where(SyncRun.connection_id == self.connection_id, SyncRun.state == "cancelling")
        found = [run_id for run_id in self.runtime.session.scalars(stopping) if run_id not in self._heeded]
        self.runtime.session.commit()
        return found
