"""Looks every few seconds for what is due or abandoned, needing nothing in Redis: the guarantee behind the nudges."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from huma_tripletex import jobs, planning, syncing
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.outbox.clock import keep_time, set_right
from huma_tripletex.outbox.sweep import due_connections, release_expired
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

STEP = timedelta(seconds=2)
"""Less is no step but a clock being kept in time."""

Step = tuple[str, Callable[[], object]]


def steps(runtime: Runtime, place: Workplace) -> Iterator[Step]:
    """What one sweep does. Each step has its own transactions, so one that fails does not keep the others from it."""
    yield "asking for the time", lambda: keep_time(runtime)
    now = runtime.clock()
    yield "looking at the clock", lambda: look_at_clock(runtime, place, now)
    yield "releasing expired leases", lambda: release(runtime, now)
    yield "finding due connections", lambda: find_connections(runtime, place, now)
    yield "finding plans to draft", lambda: find_plans(runtime, now)
    yield "finding runs to carry out", lambda: find_runs(runtime, now)


def look_at_clock(runtime: Runtime, place: Workplace, now: datetime) -> None:
    """A clock that was set back has left moments in the future, which nobody should wait for."""
    before, place.swept_at = place.swept_at, now
    if before and now < before - STEP:
        hurried = set_right(runtime.session(), now, runtime.settings.lease_time)
        runtime.session.commit()
        log.warning("the clock went back by %s; %d entries need not wait for it", before - now, hurried)


def release(runtime: Runtime, now: datetime) -> None:
    """Whoever held these people is gone: they wait again, and whoever takes them looks before acting."""
    while release_expired(runtime.session(), now):
        runtime.session.commit()


def find_connections(runtime: Runtime, place: Workplace, now: datetime) -> None:
    """Whoever has something to send gets a turn."""
    for connection_id in due_connections(runtime.session(), now):
        place.agenda.add(connection_id)


def find_plans(runtime: Runtime, now: datetime) -> None:
    """Comparisons that nobody works on."""
    for plan_id in planning.due_plans(runtime.session, now):
        jobs.draft_plan(plan_id)


def find_runs(runtime: Runtime, now: datetime) -> None:
    """Runs that nobody works on, or that wait for Tripletex."""
    for run_id in syncing.due_runs(runtime.session, now):
        jobs.run(run_id)
