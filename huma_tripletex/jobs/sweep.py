"""Looks every few seconds for what is due or abandoned, needing nothing in Redis: the guarantee behind the nudges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from huma_tripletex import connecting, jobs, planning, reporting, syncing
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.outbox.sweep import due_connections, prune, release_expired
from huma_tripletex.runtime import Runtime

Step = tuple[str, Callable[[], None]]


def steps(runtime: Runtime, place: Workplace) -> Iterator[Step]:
    """What one sweep does. Each step has its own transaction, so one that fails does not keep the others from it."""
    now = runtime.clock()
    yield "releasing expired leases", lambda: release(runtime, now)
    yield "finding due connections", lambda: find_connections(runtime, place, now)
    yield "finding plans to draft", lambda: find_plans(runtime, now)
    yield "finding runs to carry out", lambda: find_runs(runtime, now)
    yield "sending mail", lambda: reporting.send_due_mail(runtime, now)


def daily_steps(runtime: Runtime) -> Iterator[Step]:
    """What is looked at now and then: nothing waits for it."""
    now = runtime.clock()
    yield "checking tokens", lambda: check_connections(runtime, now)
    yield "pruning the outbox", lambda: prune_outbox(runtime, now)


def release(runtime: Runtime, now: datetime) -> None:
    """Whoever held these people is gone: they wait again, and whoever takes them looks before acting."""
    while release_expired(runtime.session(), now):
        runtime.session.commit()
    runtime.session.commit()


def find_connections(runtime: Runtime, place: Workplace, now: datetime) -> None:
    for connection_id in due_connections(runtime.session(), now):
        place.agenda.add(connection_id)


def find_plans(runtime: Runtime, now: datetime) -> None:
    for plan_id in planning.due_plans(runtime.session, now):
        jobs.draft_plan(plan_id)


def find_runs(runtime: Runtime, now: datetime) -> None:
    for run_id in syncing.due_runs(runtime.session, now):
        jobs.run(run_id)


def check_connections(runtime: Runtime, now: datetime) -> None:
    """Does each token still work, and will it tomorrow?"""
    for connection_id in connecting.due_checks(runtime.session, now):
        connecting.check_daily(runtime, connection_id)


def prune_outbox(runtime: Runtime, now: datetime) -> None:
    keep_after = now - timedelta(days=runtime.settings.keep_days)
    while prune(runtime.session(), keep_after):
        runtime.session.commit()
    runtime.session.commit()
