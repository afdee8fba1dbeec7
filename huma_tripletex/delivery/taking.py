"""Takes people from the outbox for a drain, with all that sending needs: claimed and read in one transaction, so that a
change is on its way after as few statements as can be.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from huma_tripletex.delivery.batch import Batch
from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.loading import Loaded, load
from huma_tripletex.delivery.remembered import Remembered
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.outbox.claim import Claimed, claim
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

OTHERS = 3
"""So many others are tried to see whether the host can load anybody."""
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


@dataclass
class OneByOne:
    """People who were taken unread. `theirs`: that some failed is about them, and not about the host."""

    loaded: list[Loaded] = field(default_factory=list)
    failed: list[Claimed] = field(default_factory=list)
    theirs: bool = True


def read(runtime: Runtime, batch: Batch, claimed: Sequence[Claimed]) -> OneByOne:
    """Loads each of them alone. Where it is nobody, a few others are tried: can the host load anybody?"""
    found = OneByOne()
    for one in claimed:
        if why := unforeseen(lambda one=one: found.loaded.append(_load(runtime, batch, one))):  # type: ignore[misc]
            runtime.session.rollback()
            log.error("loading one person failed for a reason of our own: %s", why)
            found.failed.append(one)
    found.theirs = bool(found.loaded) or _can_load_others(runtime, batch.connection_id, found.failed)
    return found


def _can_load_others(runtime: Runtime, connection_id: int, failed: Sequence[Claimed]) -> bool:
    theirs = {one.person_id for one in failed}
    linked = select(PersonLink.person_id).where(PersonLink.connection_id == connection_id, PersonLink.state == "linked")
    some = runtime.session.scalars(linked.limit(len(theirs) + OTHERS)).all()
    organisation_id = runtime.session.get_one(Connection, connection_id).organisation_id
    runtime.session.rollback()
    others = [person_id for person_id in some if person_id not in theirs][:OTHERS]
    return any(_can_load(runtime, organisation_id, person_id) for person_id in others)


def _can_load(runtime: Runtime, organisation_id: str, person_id: str) -> bool:
    why = unforeseen(lambda: runtime.host.load_people(organisation_id, [person_id]))
    runtime.session.rollback()
    return not why


def _claim(runtime: Runtime, batch: Batch, limit: int) -> list[Claimed]:
    return claim(runtime.session(), batch.connection_id, runtime.clock(), batch.until, batch.token, limit)


def _load(runtime: Runtime, batch: Batch, claimed: Claimed) -> Loaded:
    def step() -> Loaded:
        connection = runtime.session.get_one(Connection, batch.connection_id)
        return load(runtime, connection, [claimed], runtime.clock())

    return in_transaction(runtime, step)
