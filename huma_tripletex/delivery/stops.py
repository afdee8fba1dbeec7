"""Whether somebody has stopped a run, paused the connection or disconnected it while people are being sent: looked at a
few times a second, and only by drains that take longer than that.

A claim is many people, and the rate limit may let them wait for long: whoever no lane has begun with is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, select

from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.runtime import Runtime

LOOK: Final = timedelta(seconds=0.25)
TakeBack = Callable[[int], object]
"""Takes back what waits of a run that is stopped, by its number; commits."""


@dataclass
class Stops:
    """Of one drain. `watching`: something of a run is in its hands. `closed`: nothing more may be sent, since the
    connection was paused or, then also `disconnected`, given up.
    """

    runtime: Runtime
    connection_id: int
    take_back: TakeBack | None = None
    watching: bool = False
    closed: bool = False
    disconnected: bool = False
    _heeded: set[int] = field(default_factory=set)
    _looked: datetime | None = None
    _next: datetime | None = None

    def heed(self, give_back: Callable[[], None]) -> None:
        """Where somebody has stopped it: gives back what was not begun, and of a run then has it taken back."""
        if not self._is_due(self.runtime.clock()):
            return
        stopped = in_transaction(self.runtime, self._look)
        if stopped or self.closed:
            give_back()
        for run_id in stopped:
            assert self.take_back
            self.take_back(run_id)
        self._heeded.update(stopped)

    def _is_due(self, now: datetime) -> bool:
        """The claim has just seen the connection, so that is looked at a little later; a run at once."""
        self._next = self._next or now + LOOK
        first = self.watching and self._looked is None
        if self.closed or (now < self._next and not first):
            return False
        self._looked, self._next = now, now + LOOK
        return True

    def _look(self) -> list[int]:
        """Sees how the connection is; the runs of it that are to stop."""
        stopping = and_(SyncRun.connection_id == Connection.id, SyncRun.state == "cancelling")
        here = select(Connection.state, SyncRun.id).outerjoin(SyncRun, stopping)
        found = self.runtime.session.execute(here.where(Connection.id == self.connection_id)).all()
        states = {state for state, _ in found}
        self.disconnected = states <= {"disconnected"}
        self.closed = self.disconnected or "paused" in states
        runs = [run_id for _, run_id in found if run_id and run_id not in self._heeded]
        return runs if self.watching and self.take_back else []
