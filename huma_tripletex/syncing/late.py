"""What was still waiting when a run ended, and was settled since: its result says so in the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from huma_tripletex.models import SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.collecting import collect


def take_in_late(runtime: Runtime, now: datetime) -> int:
    """Takes in what has come of people who were reported as waiting; answers how many. Commits.

    Looks only at runs that ended so lately that their entries may still be tried.
    """
    since = now - timedelta(hours=runtime.settings.retry_hours, days=1)
    late = (
        select(SyncRun.id)
        .join(SyncResult, SyncResult.run_id == SyncRun.id)
        .where(SyncRun.ended_at > since, SyncResult.outcome == "waiting")
        .distinct()
    )
    return sum(_take_in(runtime, run_id) for run_id in runtime.session.scalars(late).all())


def _take_in(runtime: Runtime, run_id: int) -> int:
    run, count = runtime.session.get_one(SyncRun, run_id), 0
    while found := collect(runtime, run, side="waiting"):
        count += found
        runtime.session.commit()
    return count
