"""Stops a run between people: whoever was done stays done, whoever was not is left as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from huma_tripletex.models import Connection, SyncPlan, SyncResult, SyncRun
from huma_tripletex.outbox.withdraw import wait_again, withdraw_run
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import outcomes
from huma_tripletex.syncing.collecting import note_employees


def cancel(runtime: Runtime, run: SyncRun) -> bool:
    """Asks for the run to be stopped after the person in progress; False if it has ended. The caller commits."""
    asking = update(SyncRun).where(SyncRun.id == run.id, SyncRun.state.in_(("queued", "running")))
    result = runtime.session.execute(asking.values(state="cancelling"))
    return cast("CursorResult[Any]", result).rowcount == 1


def take_back(runtime: Runtime, run_id: int) -> None:
    """Of a run that is stopped, what has not been sent yet, before the run itself has its next turn. Commits."""
    run = runtime.session.get_one(SyncRun, run_id, populate_existing=True)
    if run.state == "cancelling":
        withdraw(runtime, run)
    runtime.session.commit()


def withdraw(runtime: Runtime, run: SyncRun) -> None:
    """Leaves alone whoever was not begun, and takes back what has not been sent yet. The caller commits."""
    now = runtime.clock()
    not_begun = update(SyncResult).where(
        SyncResult.run_id == run.id, SyncResult.outcome == "planned", SyncResult.tripletex_outcome == ""
    )
    nothing: dict[str, list[str]] = {"huma_fields": [], "tripletex_fields": []}
    runtime.session.execute(not_begun.values(outcome="cancelled", reason="cancelled", settled_at=now, **nothing))
    dropped = {entry.person_id: entry for entry in withdraw_run(runtime.session(), run.id, now)}
    handed_over = select(SyncResult).where(
        SyncResult.run_id == run.id,
        SyncResult.tripletex_outcome == outcomes.HANDED_OVER,
        SyncResult.person_id.in_(dropped),
    )
    pairs = [(result, dropped[str(result.person_id)]) for result in runtime.session.scalars(handed_over)]
    note_employees(runtime, run, pairs)
    for result, entry in pairs:
        outcomes.stop(result, entry.taken)
        outcomes.settle(result, now)
    _let_wait_again(runtime, run, now)


def _let_wait_again(runtime: Runtime, run: SyncRun, now: datetime) -> None:
    """The edits that approval had ended, because the run was to take their place: of whom it was stopped before. Where
    it was stopped by disconnecting, nothing waits any more.
    """
    plan = runtime.session.get_one(SyncPlan, run.plan_id)
    is_open = runtime.session.get_one(Connection, run.connection_id).is_open
    if run.undoes is not None or plan.read_at is None or not is_open:
        return
    left = select(SyncResult.person_id).where(SyncResult.run_id == run.id, SyncResult.outcome == "cancelled")
    wait_again(runtime.session(), plan.waited, left, plan.read_at, now)
