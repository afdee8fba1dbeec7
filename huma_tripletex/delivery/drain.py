"""Where a drain begins: connection, client and lanes are fetched, and the queue is told before the first read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.draining import Answer, Drain, Ticket
from huma_tripletex.delivery.lanes import ThreadLanes
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)


def drain(
    runtime: Runtime,
    connection_id: int,
    *,
    clients: Clients | None = None,
    deadline: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> DrainReport:
    """Delivers what is due for a connection, until nothing is left, `deadline` has come or `stop` says so.

    What is in flight then is finished, the rest handed back. `clients` are kept by the caller for the next drain.
    """
    runtime.queue.begin_drain(connection_id)  # before the first read: whoever commits after it, nudges again
    connection = runtime.session.get(Connection, connection_id)
    if connection is None or not connection.is_open:
        return DrainReport()
    own = clients or Clients()
    try:
        client = own.of(runtime, connection)
    except NotReadable:
        return _cannot_open(runtime, connection)
    lanes: ThreadLanes[Ticket, Answer] = ThreadLanes(runtime.settings.in_flight)
    try:
        return Drain(
            runtime, connection, client, lanes, lambda: not stop() and (deadline is None or runtime.clock() < deadline)
        ).run()
    finally:
        lanes.close()
        if clients is None:
            own.close()


def _cannot_open(runtime: Runtime, connection: Connection) -> DrainReport:
    """The token was sealed with a key that is gone: nothing can be sent until it is pasted again or the key is back."""
    if connection.state == "connected":
        log.error("the token of connection %s does not open; is its key missing in HUMA_TRIPLETEX_KEYS?", connection.id)
        in_transaction(runtime, lambda: connection.change_state("needs_attention", runtime.clock(), "token_unreadable"))
    return DrainReport()
