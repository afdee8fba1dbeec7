"""Takes people from the outbox for a drain, with all that sending needs: claimed and read in one transaction, so that a
change is on its way after as few statements as can be.
"""

from __future__ import annotations

from collections.abc import Sequence

from huma_tripletex.delivery.batch import Batch
from huma_tripletex.delivery.loading import Loaded, load
from huma_tripletex.delivery.remembered import Remembered
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.models import Connection
from huma_tripletex.outbox.claim import Claimed, claim
from huma_tripletex.runtime import Runtime

Taken = tuple[Sequence[Claimed], Loaded]


def take(runtime: Runtime, batch: Batch, limit: int, remembered: Remembered) -> Taken:
    """At most `limit` due people, claimed for `batch` and loaded. Committed when it returns; nobody, if what is
    remembered turns out to be outdated.
    """

    def step() -> Taken:
        claimed = _claim(runtime, batch, limit)
        row = remembered.row_for(runtime.session(), claimed) if claimed else None
        if row is None:
            if claimed:
                runtime.session.rollback()
            return (), Loaded(())
        return claimed, load(runtime, row, claimed, runtime.clock())

    taken = in_transaction(runtime, step)
    remembered.proven = remembered.proven or bool(taken[0])
    return taken


def take_unread(runtime: Runtime, batch: Batch, limit: int) -> Sequence[Claimed]:
    """The same without loading anybody: one of them cannot be loaded, so each has to be tried alone."""

    return in_transaction(runtime, lambda: _claim(runtime, batch, limit))


def read(runtime: Runtime, batch: Batch, claimed: Claimed) -> Loaded:
    """One who was taken unread."""
    return in_transaction(runtime, lambda: _load(runtime, batch, [claimed]))


def _claim(runtime: Runtime, batch: Batch, limit: int) -> list[Claimed]:
    return claim(runtime.session(), batch.connection_id, runtime.clock(), batch.until, batch.token, limit)


def _load(runtime: Runtime, batch: Batch, claimed: Sequence[Claimed]) -> Loaded:
    connection = runtime.session.get_one(Connection, batch.connection_id)
    return load(runtime, connection, claimed, runtime.clock())
