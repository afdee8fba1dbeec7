"""What a worker does when told to: each job fetches the runtime, calls one flow and leaves the rest to the threads.

Nothing else is ever run for a job from Redis; see `jobs.allowed`.
"""

from __future__ import annotations

from datetime import timedelta

from huma_tripletex import delivery, planning, reporting, syncing
from huma_tripletex.jobs import turns
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.runtime import current_runtime


def drain(connection_id: int) -> None:
    """Delivers what a connection has waiting; what Tripletex lets wait is left to the hands."""
    if workplace().staffed:
        turns.begin(connection_id)
    else:
        take_turn(connection_id)


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


def take_turn(connection_id: int) -> None:
    """One turn of a connection, here and now."""
    runtime, place = current_runtime(), workplace()
    report = delivery.drain(
        runtime,
        connection_id,
        clients=place.clients,
        length=timedelta(seconds=runtime.settings.slice),
        stop=place.is_stopping,
        take_back=lambda run_id: syncing.take_back(runtime, run_id),
    )
    for run_id in turns.hear(connection_id, report):
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
