"""What is kept between drains, so that a change does not wait for it: an open client per connection, with TLS and a
session, what is known of the connection's row, and the threads of the lanes.

A client has sockets, and a process may have so many and no more. So one that nobody uses is let go of after a while,
and the one that was used least recently as soon as there are too many.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
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
IDLE: Final = 75.0
"""Seconds without a drain after which a client is let go of: no request that a drain left behind takes longer. Its
sockets are of no more use by then, Tripletex and the transport have given them up, and its session is on the row.
"""
SOCKETS: Final = 512
"""Sockets that clients may keep, counted as one for each request that may be in flight: half of the 1,024 descriptors
that a process usually gets.
"""


@dataclass
class _Kept:
    """A client, the token it was opened with, and when a drain last asked for it, in `time.monotonic` seconds."""

    client: OpenClient
    token: bytes | None
    used: float
    remembered: Remembered | None = None


class Clients:
    """Safe for threads. A connection whose token was replaced gets a new client."""

    def __init__(self, is_under_way: Callable[[int], bool] = lambda _: False) -> None:
        """`is_under_way`: whether a connection has a drain, which may be using its client."""
        self.threads = Threads()
        self._is_under_way = is_under_way
        self._lock = threading.Lock()
        self._kept: dict[int, _Kept] = {}
        """The one that was used least recently comes first."""
        self._leaving: deque[OpenClient] = deque()

    def of(self, runtime: Runtime, connection: Connection) -> OpenClient:
        """The client of a connection, opened if need be. Raises NotReadable if its token does not open."""
        with self._lock:
            kept = self._use(connection.id)
            if kept and kept.token == connection.sealed_token:
                return kept.client
            client = open_client(runtime, connection, patience=PATIENCE)
            self._kept[connection.id] = _Kept(client, connection.sealed_token, time.monotonic())
            gone = [kept.client] if kept else self._too_many(connection.id, SOCKETS // runtime.settings.in_flight)
        for one in gone:
            self._part_with(one)
        return client

    def remember(self, remembered: Remembered) -> None:
        """For the next drain, if the database tells when the row has changed."""
        with self._lock:
            kept = self._kept.get(remembered.row.id)
            if kept and kept.client is remembered.client and remembered.version is not None:
                kept.remembered = remembered

    def remembered(self, connection_id: int) -> Remembered | None:
        """What the last drain knew, to be proven by a claim; None: it has to be read."""
        with self._lock:
            kept = self._use(connection_id)
        return replace(kept.remembered, proven=False) if kept and kept.remembered else None

    def drop(self, connection_id: int) -> None:
        """Lets go of a connection that was disconnected. A session that it has made meanwhile is ended."""
        with self._lock:
            kept = self._kept.pop(connection_id, None)
        if kept:
            kept.client.close()

    def tidy(self) -> None:
        """Lets go of those that were not used for a while. Where nobody has kept a session it is ended, so this may
        take as long as Tripletex does.
        """
        long_ago = time.monotonic() - IDLE
        with self._lock:
            for number, kept in list(self._kept.items()):
                if self._is_under_way(number):
                    self._use(number)
                elif kept.used <= long_ago:
                    self._leaving.append(self._kept.pop(number).client)
        self._close_leaving()

    def close(self) -> None:
        """Lets go of every connection to Tripletex, and of the threads of the lanes."""
        self.threads.let_go()
        with self._lock:
            self._leaving += [kept.client for kept in self._kept.values()]
            self._kept.clear()
        self._close_leaving()

    def _use(self, connection_id: int) -> _Kept | None:
        if kept := self._kept.pop(connection_id, None):
            kept.used = time.monotonic()
            self._kept[connection_id] = kept
        return kept

    def _too_many(self, but: int, most: int) -> list[OpenClient]:
        """Takes out whoever is more than `most`; what is under way is left alone, however much that is."""
        at_rest = [number for number in self._kept if number != but and not self._is_under_way(number)]
        return [self._kept.pop(number).client for number in at_rest[: max(0, len(self._kept) - most)]]

    def _part_with(self, client: OpenClient) -> None:
        """At once, unless Tripletex has to be told: whoever wants another client does not wait for that."""
        if client.unkept_session:
            self._leaving.append(client)
        else:
            client.close()

    def _close_leaving(self) -> None:
        while self._leaving:
            self._leaving.popleft().close()
