"""The end of a run: everybody has a result. After the first one, changes in Huma are sent by themselves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, exists, not_, or_, select

from huma_tripletex.core.reasons import STAYS
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.collecting import give_up_waiting


def end_if_over(runtime: Runtime, run: SyncRun, connection: Connection) -> bool:
    """Ends the run if nobody is left, or if it has waited long enough; returns whether it did. The caller commits."""
    now = runtime.clock()
    assert run.handed_over_at is not None
    if now >= run.handed_over_at + timedelta(seconds=runtime.settings.run_wait):
        give_up_waiting(runtime, run)
    elif _is_somebody_left(runtime, run):
        return False
    complete = run.state == "running" or not _was_anybody_left_out(runtime, run)
    run.whole = run.whole and complete and not is_something_left(runtime, run)
    run.state, run.ended_at = "ended", now
    run.mail_state = "due" if run.sealed_recipient else "none"
    if connection.is_open and run.undoes is None:
        connection.last_synced_at = now
        connection.activated_at = connection.activated_at or (now if complete else None)
    return True


def is_something_left(runtime: Runtime, run: SyncRun) -> bool:
    """Whether a run that was to take back all of another has left something that could have been put back. What waits
    for Tripletex is sent all the same; when it was not, in the end, this is asked once more.
    """
    stays = and_(SyncResult.outcome == "skipped", SyncResult.reason.in_(STAYS))
    left = and_(SyncResult.outcome.not_in(("updated", "nothing_to_do", "waiting")), not_(stays))
    return bool(runtime.session.scalar(select(exists().where(SyncResult.run_id == run.id, left))))


def _is_somebody_left(runtime: Runtime, run: SyncRun) -> bool:
    planned = exists().where(SyncResult.run_id == run.id, SyncResult.outcome == "planned")
    return bool(runtime.session.scalar(select(planned)))


def _was_anybody_left_out(runtime: Runtime, run: SyncRun) -> bool:
    """Whether a run that was stopped, or refused for not being what was approved, left anybody out; stopped when all
    were done already, it left nobody. Somebody who was skipped may have been, in part.
    """
    stopped = SyncResult.tripletex_outcome.in_(("cancelled", "waiting", "skipped"))
    left = or_(stopped, SyncResult.outcome == "cancelled", SyncResult.reason == "not_as_approved")
    return bool(runtime.session.scalar(select(exists().where(SyncResult.run_id == run.id, left))))
