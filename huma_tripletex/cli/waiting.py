"""Waits for a worker to end a run, and says so clearly when there is none rather than wait for ever."""

from __future__ import annotations

import time
from typing import Any

from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import func, select

from huma_tripletex.cli.speaking import Refused, explained
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime

POLL = 0.2
LONGEST = 300.0
"""Seconds without progress after which even a worker that says it lives is not believed."""


def expect_end(connection: Connection) -> None:
    """Raises Refused if a sync would not come to its end: nothing goes to Tripletex while the connection is paused."""
    if connection.state == "paused":
        raise Refused(f"{explained('paused')} Nothing was begun.")


def wait_for(runtime: Runtime, run_id: int) -> None:
    """Returns when the run has ended.

    Raises:
        Refused: nobody works on it, or the connection was paused meanwhile.
    """
    seen, since = None, time.monotonic()
    while True:
        now = _state(runtime, run_id)
        if now[0] == "ended":
            return
        if now != seen:
            seen, since = now, time.monotonic()
        idle = time.monotonic() - since
        if now[-1] == "paused" and idle > runtime.settings.patience:
            raise Refused(f"{explained('paused')} The sync is approved and goes on then.")
        allowed = runtime.settings.patience + (runtime.settings.run_wait if now[1] else 0)
        if idle > allowed and (idle > allowed + LONGEST or not is_worker_there(runtime)):
            raise Refused(
                f"Nobody has worked on the sync for {round(idle)} seconds: no worker is running. It is approved and "
                "goes on as soon as one runs. Start one: flask tripletex worker"
            )
        time.sleep(POLL)


def is_worker_there(runtime: Runtime) -> bool:
    """Whether a worker has told Redis that it listens. Without Redis nobody can tell."""
    if not runtime.settings.redis_url:
        return False
    try:
        return Worker.count(queue=runtime.queue.queue) > 0
    except (RedisError, OSError):
        return False


def _state(runtime: Runtime, run_id: int) -> tuple[Any, ...]:
    """What changes while somebody works on the run."""
    runtime.session.rollback()
    run = runtime.session.get_one(SyncRun, run_id, populate_existing=True)
    begun = select(func.count()).where(SyncResult.run_id == run_id, SyncResult.settled_at.is_not(None))
    connection = runtime.session.get_one(Connection, run.connection_id, populate_existing=True)
    state = (run.state, run.handed_over_at is not None, run.lease, runtime.session.scalar(begun), connection.state)
    runtime.session.rollback()
    return state
