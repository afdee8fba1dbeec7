"""What of a run Tripletex has not taken: an undo of all of it drops that, but for what is on its way just now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from huma_tripletex.models import OutboxEntry, SyncResult, SyncRun
from huma_tripletex.outbox.tables import is_open
from huma_tripletex.outbox.withdraw import of_undone
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Unsent:
    """Positions of people in the run. `going`: Tripletex may have been asked already."""

    dropped: tuple[int, ...] = ()
    going: tuple[int, ...] = ()


def unsent(runtime: Runtime, run: SyncRun) -> Unsent:
    """What is open is little, and has an index of its own: it is found first."""
    open_ones = select(OutboxEntry.person_id, of_undone(run.id).label("dropped"))
    open_ones = open_ones.where(OutboxEntry.connection_id == run.connection_id, is_open(), OutboxEntry.run_id == run.id)
    dropped = {row.person_id: row.dropped for row in runtime.session.execute(open_ones)}
    if not dropped:
        return Unsent()
    theirs = select(SyncResult.position, SyncResult.person_id).where(
        SyncResult.run_id == run.id, SyncResult.person_id.in_(dropped)
    )
    found = runtime.session.execute(theirs.order_by(SyncResult.position)).all()
    return Unsent(
        tuple(row.position for row in found if dropped[row.person_id]),
        tuple(row.position for row in found if not dropped[row.person_id]),
    )
