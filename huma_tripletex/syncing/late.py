"""What was still waiting when a run ended, or had failed, and was settled since: its result says so in the end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from huma_tripletex.models import OutboxEntry, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.collecting import LATE, collect
from huma_tripletex.syncing.ending import is_something_left


def take_in_late(runtime: Runtime, now: datetime) -> int:
    """Takes in what has come of people who were reported as waiting, and of those who had failed and were tried again,
    corrected or dismissed; answers how many. Commits. Looks only at runs whose entries are still there.
    """
    since = now - timedelta(days=runtime.settings.keep_days)
    same = and_(OutboxEntry.run_id == SyncResult.run_id, OutboxEntry.person_id == SyncResult.person_id)
    news = [and_(SyncResult.tripletex_outcome == side, settled) for side, settled in LATE.items()]
    late = (
        select(SyncRun.id)
        .join(SyncResult, SyncResult.run_id == SyncRun.id)
        .join(OutboxEntry, same)
        .where(SyncRun.ended_at > since, or_(*news))
        .distinct()
    )
    return take_in(runtime, runtime.session.scalars(late).all())


def take_in(runtime: Runtime, run_ids: Collection[int]) -> int:
    """The same of those of these runs that have ended: entries of theirs have just been settled."""
    if not run_ids:
        return 0
    ended = select(SyncRun).where(SyncRun.id.in_(run_ids), SyncRun.state == "ended")
    return sum(_take_in(runtime, run) for run in runtime.session.scalars(ended).all())


def _take_in(runtime: Runtime, run: SyncRun) -> int:
    count = 0
    for side in LATE:
        while found := collect(runtime, run, side=side):
            count += found
            runtime.session.commit()
    if count and run.whole:
        run.whole = not is_something_left(runtime, run)
        runtime.session.commit()
    return count
