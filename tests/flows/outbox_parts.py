"""Claims and settlements as a test writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from huma_tripletex.models import OutboxEntry
from huma_tripletex.outbox.claim import Claimed, claim
from huma_tripletex.outbox.record import Change, record
from huma_tripletex.outbox.settle import Settlement, settle
from huma_tripletex.outbox.sweep import due_connections, release_expired
from tests.flows.host_parts import Clock, db

LEASE = timedelta(seconds=20)
_tokens = count(1)


@dataclass
class Hands:
    """A worker's hands on the outbox of one connection: every act is committed."""

    clock: Clock
    connection_id: int
    organisation_id: str = "1"
    token: str = ""
    held: list[Claimed] = field(default_factory=list)

    def change(self, person_id: str = "p", *fields: str, kind: Any = "change") -> None:
        fields = fields or ("phone_number",)
        record(db.session(), [Change(self.organisation_id, person_id, fields, kind)], self.clock())
        db.session.commit()

    def claim(self, limit: int = 100) -> list[Claimed]:
        self.token = f"token-{next(_tokens)}"
        now = self.clock()
        self.held = claim(db.session(), self.connection_id, now, now + LEASE, self.token, limit)
        db.session.commit()
        return self.held

    def settle(self, outcome: Any = "delivered", *, token: str = "", only: Sequence[str] = (), **facts: Any) -> int:
        settled = [
            Settlement(
                connection_id=self.connection_id,
                person_id=claimed.person_id,
                entry_ids=claimed.entry_ids,
                outcome=outcome,
                **facts,
            )
            for claimed in self.held
            if not only or claimed.person_id in only
        ]
        done = settle(db.session(), token or self.token, settled, self.clock()).entries
        db.session.commit()
        return done

    def sweep(self) -> int:
        released = release_expired(db.session(), self.clock())
        db.session.commit()
        return released

    def due(self) -> list[int]:
        return due_connections(db.session(), self.clock())

    def states(self) -> list[str]:
        db.session.expire_all()
        return [entry.state for entry in db.session.query(OutboxEntry).order_by(OutboxEntry.id)]
