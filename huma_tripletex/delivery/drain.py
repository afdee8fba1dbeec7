"""Where a drain begins, with its lanes and for as long as it may: in one go, or step by step beside others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.in_hand import Answer, Ticket
from huma_tripletex.delivery.lanes import SharedLanes, ThreadLanes
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.stops import Stops, TakeBack
from huma_tripletex.delivery.turn import Turn
from huma_tripletex.delivery.under_way import UnderWay
from huma_tripletex.runtime import Runtime


def drain(
    runtime: Runtime,
    connection_id: int,
    *,
    clients: Clients | None = None,
    length: timedelta | None = None,
    stop: Callable[[], bool] = lambda: False,
    take_back: TakeBack | None = None,
) -> DrainReport:
    """Delivers what is due for a connection, until nothing is left, `length` is over or `stop` says so.

    What is in flight then is finished, the rest handed back. `clients` are kept by the caller for the next drain.
    `take_back`: what to do as soon as a run is seen to be stopped.
    """
    own = clients or Clients()
    lanes: ThreadLanes[Ticket, Answer] = ThreadLanes(runtime.settings.in_flight, own.threads)
    turn, stops = Turn(runtime.clock, stop, length), Stops(runtime, connection_id, take_back)
    under_way = UnderWay(runtime, connection_id, own, lanes, turn, stops)
    try:
        try:
            while under_way.step():
                pass
        finally:
            report = under_way.end()
        return report
    finally:
        if clients is None:
            own.close()


def begin(
    runtime: Runtime,
    connection_id: int,
    changed: threading.Condition,
    *,
    clients: Clients,
    length: timedelta,
    stop: Callable[[], bool],
    take_back: TakeBack,
    may_renew: Callable[[], bool] = lambda: False,
) -> UnderWay:
    """The same, to be gone on with step by step. `changed` is notified when answers have come. `may_renew`: whether it
    may have its `length` once more, where some of them hang.
    """
    lanes: SharedLanes[Ticket, Answer] = SharedLanes(runtime.settings.in_flight, clients.threads, changed)
    turn, stops = Turn(runtime.clock, stop, length, may_renew), Stops(runtime, connection_id, take_back)
    return UnderWay(runtime, connection_id, clients, lanes, turn, stops)
