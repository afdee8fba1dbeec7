"""What is kept between drains, so that a change does not wait for it: an open client per connection, with TLS and a
session, what is known of the connection's row, and the threads of the lanes.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

from huma_tripletex.delivery.lanes import Threads
from huma_tripletex.delivery.remembered import Remembered
from huma_tripletex.gateway.opening import OpenClient, open_client
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime

PATIENCE: Final = 1.0
"""Seconds that a call waits for the rate limit. A worker has other connections to serve: what must wait for longer goes
back, and this connection gets its turn again when the window is over.
"""


class Clients:
    """Safe for threads. A connection whose token was replaced gets a new client."""

    def __init__(self) -> None:
        self.threads = Threads()
        self._lock = threading.Lock()
        self._by_connection: dict[int, tuple[bytes | None, OpenClient]] = {}
        self._remembered: dict[int, Remembered] = {}

    def of(self, runtime: Runtime, connection: Connection) -> OpenClient:
        """The client of a connection, opened if need be. Raises NotReadable if its token does not open."""
        with self._lock:
            token, client = self._by_connection.get(connection.id, (None, None))
            if client is None or token != connection.sealed_token:
                client = open_client(runtime, connection, patience=PATIENCE)
                self._by_connection[connection.id] = connection.sealed_token, client
            return client

    def remember(self, remembered: Remembered) -> None:
        """For the next drain, if the database tells when the row has changed."""
        if remembered.version is not None:
            with self._lock:
                self._remembered[remembered.row.id] = remembered

    def remembered(self, connection_id: int) -> Remembered | None:
        """What the last drain knew, to be proven by a claim; None: it has to be read."""
        with self._lock:
            last = self._remembered.get(connection_id)
        return replace(last, proven=False) if last else None

    def drop(self, connection_id: int) -> None:
        """Lets go of a connection that was disconnected. A session that it has made meanwhile is ended."""
        with self._lock:
            self._remembered.pop(connection_id, None)
            _, client = self._by_connection.pop(connection_id, (None, None))
        if client:
            client.close()

    def close(self) -> None:
        """Lets go of every connection to Tripletex, and of the threads of the lanes."""
        self.threads.let_go()
        with self._lock:
            for _, client in self._by_connection.values():
                client.close()
            self._by_connection.clear()
            self._remembered.clear()
