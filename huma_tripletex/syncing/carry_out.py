"""Carries out an approved run, transaction by transaction, and may be killed between any two of them.

Each transaction begins by renewing the run's lease and leaves every person of it either untouched or done with: written
to Huma, linked, and handed to the outbox for Tripletex. From there it is line one; the run waits for its entries
without holding a thread, and ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from huma_tripletex.gateway.heartbeat import heartbeat
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import lease
from huma_tripletex.syncing.as_approved import is_as_approved, refuse
from huma_tripletex.syncing.cancelling import withdraw
from huma_tripletex.syncing.carrying import carry_next
from huma_tripletex.syncing.collecting import collect
from huma_tripletex.syncing.ending import end_if_over
from huma_tripletex.syncing.late import take_in_late
from huma_tripletex.syncing.looking import Sight, look
from huma_tripletex.task_queue import RUN

log = logging.getLogger(__name__)


def carry_out(
    runtime: Runtime, run_id: int, *, stop: Callable[[], bool] = lambda: False, deadline: datetime | None = None
) -> bool:
    """Works on a run until it has ended (True), or nothing can be done just now (False: call again later).

    False too when another worker has it, `stop` says so, or `deadline` has passed. Commits as it goes.
    """
    token = lease.take(runtime, run_id)
    if token is None:
        run = runtime.session.get(SyncRun, run_id)
        return run is None or run.state == "ended"
    try:
        return _Turn(runtime, run_id, token, stop, deadline).take()
    except lease.Lost:
        runtime.session.rollback()
        log.info("run %s was taken over by another worker", run_id)
        return False


class _Turn:
    """One worker's turn at a run, as long as its lease is ours."""

    def __init__(
        self, runtime: Runtime, run_id: int, token: str, stop: Callable[[], bool], deadline: datetime | None
    ) -> None:
        self._runtime, self._run_id, self._token = runtime, run_id, token
        self._stop, self._deadline = stop, deadline
        self._position = -1
        self._sight = Sight({}, self._position)
        self._held_up = False

    def take(self) -> bool:
        while not self._is_interrupted():
            if self._step():
                continue
            ended = not self._held_up and self._wait()
            lease.release(self._runtime, self._run_id, self._token)
            if ended:  # its plan has decided about what earlier runs had not sent
                take_in_late(self._runtime, self._runtime.clock())
            return ended
        lease.release(self._runtime, self._run_id, self._token)
        self._runtime.queue.enqueue(RUN, self._run_id)
        return False

    def _is_interrupted(self) -> bool:
        return self._stop() or (self._deadline is not None and self._runtime.clock() >= self._deadline)

    def _step(self) -> bool:
        """One transaction of handing over; False when there is nothing more to hand over now."""
        run, connection = self._begin()
        if run.handed_over_at is not None:
            return False
        last = None
        if run.state == "cancelling" or not connection.is_open:
            withdraw(self._runtime, run)
        elif run.started_at is None and not is_as_approved(self._runtime, run, connection):
            log.error("run %s is not what was approved: nothing of it is carried out", run.id)
            run.started_at = self._runtime.clock()
            refuse(self._runtime, run)
        else:
            run.state, run.started_at = "running", run.started_at or self._runtime.clock()
            if not self._sight.reaches_beyond(self._position):
                return self._look(run, connection)
            last = carry_next(self._runtime, run, connection, self._position, self._sight)
        if last is None:
            run.handed_over_at = self._runtime.clock()
        self._runtime.session.commit()
        self._position = self._position if last is None else last
        self._runtime.queue.nudge(connection.id)
        return last is not None

    def _look(self, run: SyncRun, connection: Connection) -> bool:
        """Sees what Tripletex holds of those who follow; False when it cannot be asked, and the run waits."""
        with heartbeat(self._runtime, SyncRun, self._run_id, self._token):
            sight = look(self._runtime, run, connection, self._position)
        self._runtime.session.commit()
        self._held_up = sight is None
        self._sight = sight or self._sight
        return not self._held_up

    def _wait(self) -> bool:
        """Takes in what has come of the entries; True when the run has ended."""
        run, connection = self._begin()
        if run.state == "cancelling" or not connection.is_open:
            withdraw(self._runtime, run)
        while collect(self._runtime, run):
            self._runtime.session.commit()
            run, connection = self._begin()
        ended = end_if_over(self._runtime, run, connection)
        self._runtime.session.commit()
        return ended

    def _begin(self) -> tuple[SyncRun, Connection]:
        lease.renew(self._runtime, self._run_id, self._token)
        run = self._runtime.session.get_one(SyncRun, self._run_id, populate_existing=True)
        return run, self._runtime.session.get_one(Connection, run.connection_id, populate_existing=True)
