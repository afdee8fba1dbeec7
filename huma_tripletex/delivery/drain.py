"""Where a drain begins: connection, client and lanes are fetched, and the queue is told before the first read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.draining import Answer, Drain, Ticket
from huma_tripletex.delivery.lanes import ThreadLanes, Threads
from huma_tripletex.delivery.remembered import Remembered, read_row
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.stops import Stops, TakeBack
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection
from huma_tripletex.outbox.wait import dismiss_all
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)


def drain(
    runtime: Runtime,
    connection_id: int,
    *,
    clients: Clients | None = None,
    deadline: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
    take_back: TakeBack | None = None,
) -> DrainReport:
    """Delivers what is due for a connection, until nothing is left, `deadline` has come or `stop` says so.

    What is in flight then is finished, the rest handed back. `clients` are kept by the caller for the next drain.
    `take_back`: what to do as soon as a run is seen to be stopped.
    """
    runtime.queue.begin_drain(connection_id)  # before the first read: whoever commits after it, nudges again
    own = clients or Clients()
    try:
        last, may_go_on = own.remembered(connection_id), lambda: not stop() and _has_time(runtime, deadline)
        stops = Stops(runtime, connection_id, take_back)
        report = _drain(runtime, last, own.threads, may_go_on, stops) if last else DrainReport()
        if last is None or last.outdated:
            now = _read(runtime, own, connection_id)
            report = _drain(runtime, now, own.threads, may_go_on, stops) if now else DrainReport()
        if stops.disconnected:
            _give_up(runtime, own, connection_id)
        return report
    finally:
        if clients is None:
            own.close()


def _drain(
    runtime: Runtime, remembered: Remembered, threads: Threads, may_go_on: Callable[[], bool], stops: Stops
) -> DrainReport:
    lanes: ThreadLanes[Ticket, Answer] = ThreadLanes(runtime.settings.in_flight, threads)
    try:
        return Drain(runtime, remembered, lanes, may_go_on, stops=stops).run()
    finally:
        lanes.close()


def _give_up(runtime: Runtime, clients: Clients, connection_id: int) -> None:
    """What was handed back after it was disconnected waits for nobody, unless it has been connected again since."""
    clients.drop(connection_id)

    def dismiss() -> None:
        row = runtime.session.get(Connection, connection_id, populate_existing=True, with_for_update=True)
        if row and not row.is_open:
            dismiss_all(runtime.session(), connection_id, runtime.clock())

    in_transaction(runtime, dismiss)


def _has_time(runtime: Runtime, deadline: datetime | None) -> bool:
    return deadline is None or runtime.clock() < deadline


def _read(runtime: Runtime, clients: Clients, connection_id: int) -> Remembered | None:
    """The row, and the client for it; None: nothing can be sent."""
    row, version = read_row(runtime.session(), connection_id)
    if row is None or not row.is_open:
        return None
    try:
        remembered = Remembered(row, version, clients.of(runtime, row))
    except NotReadable:
        _cannot_open(runtime, runtime.session.get_one(Connection, connection_id))
        return None
    clients.remember(remembered)
    return remembered


def _cannot_open(runtime: Runtime, connection: Connection) -> None:
    """The token was sealed with a key that is gone: nothing can be sent until it is pasted again or the key is back."""
    if connection.state == "connected":
        log.error("the token of connection %s does not open; is its key missing in HUMA_TRIPLETEX_KEYS?", connection.id)
        in_transaction(runtime, lambda: connection.change_state("needs_attention", runtime.clock(), "token_unreadable"))
