"""What nobody waits for: tokens are checked, drift is looked for, and what was kept long enough is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from huma_tripletex import connecting, planning, reporting, syncing
from huma_tripletex.jobs.sweep import Step
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.models.forgetting import forget_values
from huma_tripletex.outbox.sweep import prune
from huma_tripletex.runtime import Runtime


def steps(runtime: Runtime) -> Iterator[Step]:
    """What one look does, each step with its own transactions."""
    now = runtime.clock()
    keep_after = now - timedelta(days=runtime.settings.keep_days)
    yield "checking tokens", lambda: check_tokens(runtime, now)
    yield "beginning the comparison that looks for drift", lambda: look_for_drift(runtime, now)
    yield "taking in what ended after its run", lambda: syncing.take_in_late(runtime, now)
    yield "deleting delivered entries", lambda: prune_entries(runtime, keep_after)
    yield "forgetting values of old plans and runs", lambda: forget(runtime, keep_after)


def check_tokens(runtime: Runtime, now: datetime) -> None:
    """Does each token still work, and will it tomorrow? Administrators are told what was found."""
    for connection_id in connecting.due_checks(runtime.session, now):
        check_token(runtime, runtime.session.get_one(Connection, connection_id))


def check_token(runtime: Runtime, connection: Connection) -> None:
    """Looks at the token of a connection now. Commits."""
    concerns = connecting.check(runtime, connection)
    runtime.session.commit()
    for concern in concerns:
        reporting.tell_concern(runtime, connection, concern.reason, concern.day)


def look_for_drift(runtime: Runtime, now: datetime) -> None:
    """Compares without writing, so that administrators see what differs before somebody is paid by it."""
    if not runtime.settings.drift_hours:
        return
    latest = select(func.max(SyncPlan.made_at)).where(SyncPlan.connection_id == Connection.id).scalar_subquery()
    before = now - timedelta(hours=runtime.settings.drift_hours)
    due = select(Connection).where(
        Connection.state == "connected", Connection.activated_at.is_not(None), latest <= before
    )
    for connection in runtime.session.scalars(due).all():
        planning.begin(runtime, connection, None, purpose="drift")
        runtime.session.commit()


def prune_entries(runtime: Runtime, keep_after: datetime) -> None:
    """What was delivered or dismissed before then."""
    while prune(runtime.session(), keep_after):
        runtime.session.commit()


def forget(runtime: Runtime, keep_after: datetime) -> None:
    """Names and values of plans and runs made before then; the lists of field names stay."""
    forget_values(runtime.session(), keep_after)
    runtime.session.commit()
