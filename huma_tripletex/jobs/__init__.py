"""What a worker does when told to: each job fetches the runtime, calls one flow and leaves the rest to the threads.

Nothing else is ever run for a job from Redis; see `jobs.allowed`.
"""

from __future__ import annotations

from datetime import timedelta

from huma_tripletex import delivery, planning, reporting, syncing
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.runtime import current_runtime

NUDGE_SLICE = 0.5
"""Seconds that a nudged connection may take at once: whoever is nudged next must not wait for a large one."""


def drain(connection_id: int) -> None:
    """Delivers what a connection has waiting; what takes longer than a moment goes to the agenda."""
    take_slice(connection_id, NUDGE_SLICE if workplace().staffed else current_runtime().settings.slice)


def draft_plan(plan_id: int) -> None:
    """Compares both systems for a plan."""
    if workplace().staffed:
        workplace().desk.put(("draft_plan", plan_id))
    else:
        compare(plan_id)


def run(run_id: int) -> None:
    """Carries out an approved run as far as it can go now."""
    if workplace().staffed:
        workplace().desk.put(("run", run_id))
    else:
        carry_on(run_id)


def take_slice(connection_id: int, seconds: float) -> None:
    """One turn of a connection; what is left goes to the end of the agenda, and runs hear what was settled."""
    runtime, place = current_runtime(), workplace()
    report = delivery.drain(
        runtime,
        connection_id,
        clients=place.clients,
        deadline=runtime.clock() + timedelta(seconds=seconds),
        stop=place.is_stopping,
        take_back=lambda run_id: syncing.take_back(runtime, run_id),
    )
    if report.more:
        place.agenda.add(connection_id, report.again_at)
    syncing.take_in(runtime, report.runs)
    for run_id in syncing.waiting_runs(runtime.session, connection_id):
        run(run_id)


def compare(plan_id: int) -> None:
    """Drafts a plan here and now."""
    planning.draft(current_runtime(), plan_id, stop=workplace().is_stopping)


def carry_on(run_id: int) -> None:
    """One turn of a run, here and now; when it was the last, its mail goes out, where no thread is there for that."""
    runtime, place = current_runtime(), workplace()
    deadline = runtime.clock() + timedelta(seconds=runtime.settings.slice)
    if syncing.carry_out(runtime, run_id, stop=place.is_stopping, deadline=deadline) and not place.staffed:
        reporting.send_due_mail(runtime, runtime.clock())
