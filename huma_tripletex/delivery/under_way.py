"""A drain that is under way: it goes on step by step, and each step may be done by another thread. So nobody has to
stay with a connection whose answers take long.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.draining import Drain, random
from huma_tripletex.delivery.in_hand import Answer, Ticket
from huma_tripletex.delivery.lanes import ThreadLanes
from huma_tripletex.delivery.remembered import Remembered, read_row
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.stops import Stops
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.delivery.turn import Turn
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection
from huma_tripletex.outbox.wait import dismiss_all
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)


class UnderWay:
    """One drain of one connection, with its lanes. Making one does nothing yet; `step` and `end` need an application
    context and one thread at a time, and whoever has begun must `end` it.
    """

    def __init__(
        self,
        runtime: Runtime,
        connection_id: int,
        clients: Clients,
        lanes: ThreadLanes[Ticket, Answer],
        turn: Turn,
        stops: Stops,
        jitter: Callable[[], float] = random,
    ) -> None:
        self.connection_id = connection_id
        self.lanes = lanes
        self._since = time.monotonic()
        self._runtime = runtime
        self._clients = clients
        self._turn = turn
        self._stops = stops
        self._jitter = jitter
        self._drain: Drain | None = None
        self._remembered: Remembered | None = None
        self._begun = self._nudged = False

    def step(self) -> bool:
        """One round; False when there is nothing more to do now."""
        self._turn.renew()
        if not self._begun:
            self._begun = True
            self._runtime.queue.begin_drain(self.connection_id)  # before the first read: who commits after it nudges
            self._take_up(self._clients.remembered(self.connection_id) or self._read())
        elif self._drain and self._wants_more():
            self._nudged = False  # before the claim, as above
            self._runtime.queue.begin_drain(self.connection_id)
            self._drain.look_again()
        return self._go_on()

    def look_again(self) -> None:
        """Says that something was committed meanwhile. From any thread."""
        self._nudged = True

    def end(self) -> DrainReport:
        """Hands back what was not begun; what is still under way in a lane is left alone."""
        try:
            if self._drain:
                self._drain.leave()
            report = self._drain.report() if self._drain else DrainReport()
        finally:
            self.lanes.close()
        if self._stops.disconnected:
            self._give_up()
        return report

    def abandon(self) -> None:
        """Ends it without the database: its leases, which nobody prolongs, run out."""
        self.lanes.close()

    @property
    def is_nudged(self) -> bool:
        """Whether something was committed that no claim has looked for since."""
        return self._nudged

    @property
    def is_waiting(self) -> bool:
        """Whether the last step found no answers to go on with."""
        return self.lanes.is_waiting

    @property
    def wait(self) -> float:
        """Seconds until it is time for the next step, 0 if it is now."""
        return 0.0 if self._wants_more() else self.lanes.wait

    @property
    def seconds(self) -> float:
        """How long it has been under way."""
        return time.monotonic() - self._since

    def _wants_more(self) -> bool:
        return self._nudged and self._drain is not None and self._drain.has_room

    def _go_on(self) -> bool:
        if self._drain is None:
            return False
        if self._drain.step():
            return True
        if self._remembered and self._remembered.outdated:
            self._drain.leave()
            self._take_up(self._read())
            return self._drain is not None
        return False

    def _take_up(self, remembered: Remembered | None) -> None:
        self._remembered, self._drain = remembered, None
        if remembered:
            self._drain = Drain(self._runtime, remembered, self.lanes, self._turn.goes_on, self._jitter, self._stops)

    def _read(self) -> Remembered | None:
        """The row, and the client for it; None: nothing can be sent."""
        row, version = read_row(self._runtime.session(), self.connection_id)
        if row is None or not row.is_open:
            return None
        try:
            remembered = Remembered(row, version, self._clients.of(self._runtime, row))
        except NotReadable:
            self._cannot_open(self._runtime.session.get_one(Connection, self.connection_id))
            return None
        self._clients.remember(remembered)
        return remembered

    def _give_up(self) -> None:
        """What was handed back after it was disconnected waits for nobody, unless it has been connected again since."""
        runtime, number = self._runtime, self.connection_id
        self._clients.drop(number)

        def dismiss() -> None:
            row = runtime.session.get(Connection, number, populate_existing=True, with_for_update=True)
            if row and not row.is_open:
                dismiss_all(runtime.session(), number, runtime.clock())

        in_transaction(runtime, dismiss)

    def _cannot_open(self, connection: Connection) -> None:
        """The token was sealed with a key that is gone: nothing can be sent until it is pasted again or the key is
        back.
        """
        if connection.state == "connected":
            now, number = self._runtime.clock(), connection.id
            in_transaction(self._runtime, lambda: connection.change_state("needs_attention", now, "token_unreadable"))
            log.error("the token of connection %s does not open; is its key missing in HUMA_TRIPLETEX_KEYS?", number)
