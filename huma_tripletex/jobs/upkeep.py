"""What nobody waits for: mail goes out, tokens are checked, drift is looked for, and what was kept long enough is
forgotten. Tripletex and mail servers are asked, which may take long: so it has a thread of its own, and begins nothing
when the worker is to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from huma_tripletex import connecting, planning, reporting, syncing
from huma_tripletex.jobs.sweep import Step
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.models.forgetting import forget_values
from huma_tripletex.outbox.sweep import prune
from huma_tripletex.runtime import Runtime

Stop = Callable[[], bool]


def steps(runtime: Runtime, stop: Stop) -> Iterator[Step]:
    """What one round does, each step with its own transactions. Of what goes to others a round takes a limited number,
    so that none of it waits for all of the rest.
    """
    yield "mailing the results of runs", lambda: reporting.send_due_mail(runtime, runtime.clock(), stop)
    yield "telling administrators", lambda: reporting.send_notices(runtime, runtime.clock(), stop)
    yield "checking tokens", lambda: check_tokens(runtime, stop)


def seldom_steps(runtime: Runtime, stop: Stop) -> Iterator[Step]:
    """What is done every few minutes."""
    now = runtime.clock()
    keep_after = now - timedelta(days=runtime.settings.keep_days)
    yield "beginning the comparison that looks for drift", lambda: look_for_drift(runtime, now, stop)
    yield "taking in what ended after its run", lambda: syncing.take_in_late(runtime, now)
    yield "deleting delivered entries", lambda: prune_entries(runtime, keep_after, stop)
    yield "forgetting values of old plans and runs", lambda: forget(runtime, keep_after)


def check_tokens(runtime: Runtime, stop: Stop) -> None:
    """Does each token still work, and will it tomorrow? Administrators are told what was found."""
    for connection_id in connecting.due_checks(runtime.session, runtime.clock()):
        if stop():
            return
        if connecting.claim_check(runtime, connection_id):
            check_token(runtime, runtime.session.get_one(Connection, connection_id), stop)


def check_token(runtime: Runtime, connection: Connection, stop: Stop = lambda: False) -> None:
    """Looks at the token of a connection now. Commits."""
    concerns = connecting.check(runtime, connection, stop)
    runtime.session.commit()
    for concern in concerns:
        reporting.tell_concern(runtime, connection, concern.reason, concern.day, stop)


def look_for_drift(runtime: Runtime, now: datetime, stop: Stop) -> None:
    """Compares without writing, so that administrators see what differs before somebody is paid by it."""
    if not runtime.settings.drift_hours:
        return
    latest = select(func.max(SyncPlan.made_at)).where(SyncPlan.connection_id == Connection.id).scalar_subquery()
    before = now - timedelta(hours=runtime.settings.drift_hours)
    due = select(Connection).where(
        Connection.state == "connected", Connection.activated_at.is_not(None), latest <= before
    )
    for connection in runtime.session.scalars(due).all():
        if stop():
            return
        planning.begin(runtime, connection, None, purpose="drift")
        runtime.session.commit()


def prune_entries(runtime: Runtime, keep_after: datetime, stop: Stop) -> None:
    """What was delivered or dismissed before then."""
    while not stop() and prune(runtime.session(), keep_after):
        runtime.session.commit()


def forget(runtime: Runtime, keep_after: datetime) -> None:
    """Names and values of plans and runs made before then; the lists of field names stay."""
    forget_values(runtime.session(), keep_after)
    runtime.session.commit()
