"""A worker that has delivered a hundred thousand changes is no larger than one that has delivered ten thousand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.stand import Stand, stand
from huma_tripletex.demo import db
from tests.parts.processes import eventually, running

PEOPLE, WARM, DELIVERIES = 500, 10_000, 100_000
GROWTH = 8
"""MB that may come and go: caches of statements, connections, what the allocator keeps."""
WORKER = [sys.executable, "-m", "flask", "--app", "huma_tripletex.demo:create_app()", "tripletex", "worker"]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_memory_of_a_worker_stays_flat(postgres_url: str, redis_url: str) -> None:
    with (
        stand(PEOPLE, url=postgres_url, redis_url=redis_url) as made,
        running(WORKER, environ=made.environ) as worker,
    ):
        deliver(made, WARM)
        before = megabytes(worker.pid)
        deliver(made, DELIVERIES - WARM)
        assert megabytes(worker.pid) <= before + GROWTH


def deliver(made: Stand, number: int) -> None:
    """So many changes, everybody's at once, each time until the last is in Tripletex."""
    for round_number in range(number // PEOPLE):
        made.edit_everybody(round_number)
        eventually(lambda: waiting(made) == 0, 60, 0.05)
    made.tripletex.forget_requests()


def waiting(made: Stand) -> int:
    with made.app.app_context():
        found: int = db.session.execute(
            text("SELECT count(*) FROM huma_tripletex_outbox_entry WHERE state IN ('waiting', 'in_flight')")
        ).scalar_one()
        db.session.remove()
        return found


def megabytes(pid: int) -> float:
    """Resident memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
