"""One claim: the people of it, the token that holds them, and until when."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huma_tripletex.delivery.hanging import Hanging, doubt_hanging
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.outbox.settle import extend
from huma_tripletex.runtime import Runtime

MARGIN = 0.25
"""The last part of a lease in which nothing more is sent: a request takes time, and clocks differ."""


@dataclass
class Batch:
    """People claimed together. `until` is prolonged by the drain while it works.

    `halted` is set when nothing more may be sent: the lease is lost, or the connection as a whole is not well.
    """

    connection_id: int
    lease: timedelta
    until: datetime
    clock: Callable[[], datetime]
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    people: set[str] = field(default_factory=set)
    halted: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def begin(cls, connection_id: int, lease: timedelta, clock: Callable[[], datetime]) -> Batch:
        return cls(connection_id, lease, clock() + lease, clock)

    def may_write(self) -> bool:
        """Whether a request sent now is sure to be ours to send. Called from any thread."""
        return not self.halted.is_set() and self.clock() < self.until - self.lease * MARGIN

    def prolong(self, runtime: Runtime, now: datetime, hanging: Hanging) -> None:
        """A sign of life. If the lease ran out before it, or was taken, nothing more is sent. Commits.

        `hanging`: whose answers take long.
        """
        until = now + self.lease

        def sign() -> int:
            doubt_hanging(runtime.session(), self.connection_id, hanging, now)
            return extend(runtime.session(), self.token, until)

        kept = in_transaction(runtime, sign)
        if now < self.until and kept:
            self.until = until
        else:
            self.halted.set()

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for a sign of life."""
        return now >= self.until - self.lease * (1 - MARGIN)
