"""Keeps the lease of a plan or a run alive, however long a call to Tripletex takes: who waits for it is not dead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError

from huma_tripletex.models import SyncPlan, SyncRun
from huma_tripletex.runtime import Runtime

Leased = type[SyncPlan] | type[SyncRun]


@contextmanager
def heartbeat(runtime: Runtime, what: Leased, row_id: int, token: str) -> Iterator[None]:
    """Within, the lease is renewed in the background as long as it is ours."""
    engine = cast(Engine, runtime.session.get_bind(what))
    over = threading.Event()
    arguments = (engine, what, row_id, token, runtime.settings.lease_time, runtime.clock, over)
    beat = threading.Thread(target=_beat, args=arguments, name=f"{what.__name__}-{row_id}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(
    engine: Engine,
    what: Leased,
    row_id: int,
    token: str,
    lease: timedelta,
    clock: Callable[[], datetime],
    over: threading.Event,
) -> None:
    ours = update(what).where(what.id == row_id, what.lease == token)
    while not over.wait(lease.total_seconds() / 4):
        try:
            with engine.begin() as connection:
                connection.execute(ours.values(leased_until=clock() + lease))
        except DBAPIError:
            continue  # the database is busy or away; there are three more beats before the lease ends
