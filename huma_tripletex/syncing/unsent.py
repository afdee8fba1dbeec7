"""What of a run Tripletex has not taken: an undo of all of it drops that, but for what is on its way just now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, select

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
    """In one statement."""
    same = and_(OutboxEntry.run_id == SyncResult.run_id, OutboxEntry.person_id == SyncResult.person_id)
    theirs = select(SyncResult.position, of_undone(run.id).label("dropped")).join(OutboxEntry, same)
    rows = runtime.session.execute(theirs.where(SyncResult.run_id == run.id, is_open()).order_by(SyncResult.position))
    found = [(row.position, row.dropped) for row in rows]
    return Unsent(tuple(one for one, drop in found if drop), tuple(one for one, drop in found if not drop))
