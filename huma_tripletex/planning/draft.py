"""Drafts a plan: reads both systems, finds out who is who, compares, and stores what is to be decided.

Runs in a worker or, for the command line, in the calling process. It holds a lease, tells how far it has come, and may
be killed at any moment: another begins anew when the lease has ended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from sqlalchemy import update

from huma_tripletex.core.matching import Matching
from huma_tripletex.core.reasons import PASSING
from huma_tripletex.core.retry import outcome_of
from huma_tripletex.errors import NotReadable, TripletexError
from huma_tripletex.gateway.heartbeat import heartbeat
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.planning import lease
from huma_tripletex.planning.bystanders import Bystanders
from huma_tripletex.planning.carrying_over import carry_over
from huma_tripletex.planning.combinations import drop_impossible
from huma_tripletex.planning.comparison import Both, Item, count, items, links_found, match_both
from huma_tripletex.planning.earlier_edits import note_what_waits
from huma_tripletex.planning.findings import Findings
from huma_tripletex.planning.leavers import note_leavers
from huma_tripletex.planning.progress import Progress
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.planning.store import CHUNK, forget_items, store
from huma_tripletex.planning.systems import read_both
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

ABOUT_ALL: Final = PASSING | {"unauthorised", "forbidden", "too_many"}
"""Reasons why no employee at all could be read."""


def draft(runtime: Runtime, plan_id: int, *, stop: Callable[[], bool] = lambda: False) -> None:
    """Works on a plan until it is `ready` or `failed`. Commits as it goes. Does nothing if another works on it."""
    token = lease.take(runtime, plan_id)
    if token is None:
        return
    if runtime.session.get_one(SyncPlan, plan_id).attempts > lease.ATTEMPTS:
        _fail(runtime, plan_id, token, "internal")
        return
    try:
        with heartbeat(runtime, SyncPlan, plan_id, token):
            _work(runtime, plan_id, token, stop)
    except lease.Lost:
        log.info("plan %s was taken from us", plan_id)
    except lease.Stopped:
        lease.release(runtime, plan_id, token)
    except TripletexError as error:
        _fail(runtime, plan_id, token, _why(error), error)
    except NotReadable as error:
        _fail(runtime, plan_id, token, "key_missing", error)


def _work(runtime: Runtime, plan_id: int, token: str, stop: Callable[[], bool]) -> None:
    plan = runtime.session.get_one(SyncPlan, plan_id)
    connection_id, purpose = plan.connection_id, plan.purpose
    progress = Progress(runtime, plan_id, token, stop)
    forget_items(runtime, plan_id)
    note_what_waits(runtime, plan)
    both = read_both(runtime, connection_id, progress)
    progress.step("matching", tripletex=len(both.employees))
    matching = match_both(both)
    note_leavers(runtime, connection_id, both)
    progress.step("comparing", matched=len(matching.pairs), **links_found(both))
    findings = Findings(both.on_the_way)
    if purpose == "drift":
        for _, item in items(both, matching):
            findings.see(item)
    else:
        _compare(runtime, plan_id, both, matching, findings, progress)
    _finish(runtime, plan_id, token, progress, findings)


def _compare(
    runtime: Runtime, plan_id: int, both: Both, matching: Matching, findings: Findings, progress: Progress
) -> None:
    plan = runtime.session.get_one(SyncPlan, plan_id)
    connection = runtime.session.get_one(Connection, plan.connection_id)
    seals, total, done = Seals.of(runtime.vault, connection, plan_id), count(both, matching), 0
    progress.people(0, total)
    bystanders = Bystanders(both)
    for chunk in _chunks(items(both, matching)):
        for _, item in chunk:
            findings.see(item)
            bystanders.see(item)
        store(runtime, seals, chunk)
        done += len(chunk)
        progress.people(done, total, differences=findings.counts["differences"])
    progress.so_far(**bystanders.counts(seals))


def _chunks(everybody: Iterator[tuple[int, Item]]) -> Iterator[list[tuple[int, Item]]]:
    while chunk := list(islice(everybody, CHUNK)):
        yield chunk


def _finish(runtime: Runtime, plan_id: int, token: str, progress: Progress, findings: Findings) -> None:
    """Ready, if it is still ours; what differs is told on the connection's page too."""
    now = runtime.clock()
    connection = runtime.session.get_one(Connection, runtime.session.get_one(SyncPlan, plan_id).connection_id)
    connection.drift = {**findings.drift, "at": now.isoformat()}
    ready = update(SyncPlan).where(SyncPlan.id == plan_id, SyncPlan.lease == token, SyncPlan.state == "drafting")
    values = {
        "state": "ready",
        "step": "done",
        "read_at": now,
        "expires_at": now + timedelta(hours=runtime.settings.plan_hours),
        "counts": {**progress.counts, **findings.counts},
        "lease": None,
        "leased_until": None,
    }
    if not lease.changed(runtime.session, ready.values(**values)):
        runtime.session.rollback()
        raise lease.Lost
    plan = runtime.session.get_one(SyncPlan, plan_id, populate_existing=True)
    # Of a plan that nobody looks at, made at the command line, nothing is chosen but what the command says.
    if plan.purpose == "sync" and plan.made_by and (carried := carry_over(runtime, plan)):
        plan.counts = {**plan.counts, "carried": carried}
    drop_impossible(runtime, plan)
    runtime.session.commit()


def _why(error: TripletexError) -> str:
    """Reasons that speak of one person do not say why a comparison failed."""
    why = outcome_of(error, writing=False).reason
    return why if why in ABOUT_ALL else "plan_failed"


def _fail(runtime: Runtime, plan_id: int, token: str, reason: str, error: Exception | None = None) -> None:
    """Says why on the plan."""
    runtime.session.rollback()
    log.warning("plan %s failed: %s (%s)", plan_id, reason, error)
    failed = update(SyncPlan).where(SyncPlan.id == plan_id, SyncPlan.lease == token, SyncPlan.state == "drafting")
    values = {"state": "failed", "reason": reason, "lease": None, "leased_until": None}
    runtime.session.execute(failed.values(**values))
    runtime.session.commit()
