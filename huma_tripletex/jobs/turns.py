"""How drains go on beside each other in a worker: whoever has one in hand lets go of it as soon as it has to wait."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from huma_tripletex import delivery, syncing
from huma_tripletex.delivery import DrainReport, UnderWay
from huma_tripletex.jobs.workplace import Workplace, workplace
from huma_tripletex.runtime import Runtime, current_runtime

MOMENT: Final = 0.02
"""Seconds that whoever was nudged waits for answers, so that nothing it does disturbs the request on its way out."""
STAY: Final = 0.05
"""Seconds after which somebody lets go of a drain that has no need to wait."""


def begin(connection_id: int) -> None:
    """Begins what a connection has waiting, which others soon go on with; or tells the drain that is at it already."""
    runtime, place = current_runtime(), workplace()
    if drain := place.drains.begin(connection_id, lambda number: make(runtime, place, number)):
        go_on(drain, MOMENT)


def make(runtime: Runtime, place: Workplace, connection_id: int) -> UnderWay:
    """A turn of a connection."""
    return delivery.begin(
        runtime,
        connection_id,
        place.changed,
        clients=place.clients,
        length=timedelta(seconds=runtime.settings.slice),
        stop=place.is_stopping,
        take_back=lambda run_id: syncing.take_back(runtime, run_id),
        may_renew=place.drains.has_places,
    )


def go_on(drain: UnderWay, patience: float = 0.0) -> None:
    """Until a drain is at its end, or would have to wait for answers for longer than `patience`; then it rests."""
    drains, until = workplace().drains, time.monotonic() + STAY
    try:
        while drain.step():
            waits = drain.is_waiting and not drains.wait_for(drain, patience)
            if waits or time.monotonic() > until:
                return drains.rest(drain)
    except BaseException:
        drains.close(drain)
        raise
    for run_id in hear(drain.connection_id, drains.close(drain)):
        workplace().desk.put(("run", run_id))
    return None


def hear(connection_id: int, report: DrainReport) -> list[int]:
    """What follows from a turn: what is left goes to the end of the agenda, and runs hear what was settled. Returns the
    runs that may go on.
    """
    runtime = current_runtime()
    if report.more:
        workplace().agenda.add(connection_id, report.again_at)
    syncing.take_in(runtime, report.runs)
    return list(syncing.waiting_runs(runtime.session, connection_id))
