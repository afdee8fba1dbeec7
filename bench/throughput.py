"""Throughput of one worker with Tripletex answering at once: against a bare loop, and one RQ job per change."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from redis import Redis
from rq import Queue

from bench.bare import bare_loop, deliver_one, session_token
from bench.ratio import Ratio, in_turn
from bench.stand import Stand, stand
from huma_tripletex import delivery
from huma_tripletex.runtime import current_runtime
from tests.parts.processes import running

PEOPLE, ROUNDS = 600, 9
KINDS = (("fork", "Worker", 10.0, 30), ("in-process", "SimpleWorker", 3.0, 200))
"""What the worker is called, its class, the target, and how many jobs are enough to measure it."""


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    with stand(PEOPLE, url=url, redis_url="") as made:
        rounds, clients = count(), delivery.Clients()
        yield Ratio("a drain / a bare loop", "changes/s", beside_a_bare_loop(made, ROUNDS, rounds, clients), 0.7, True)
        with made.app.app_context():
            token = session_token(made.connection_id)
        ours = lambda: drained_all(made, next(rounds), clients)  # noqa: E731
        for name, kind, target, jobs in KINDS:
            theirs = lambda kind=kind, jobs=jobs: one_job_each(made, redis_url, kind, jobs, token)  # noqa: E731
            yield Ratio(
                f"a drain / one RQ job per change, {name} worker", "changes/s", in_turn(3, ours, theirs), target, True
            )
        clients.close()


def beside_a_bare_loop(
    made: Stand, times: int, rounds: Iterator[int], clients: delivery.Clients
) -> list[tuple[float, float]]:
    """Changes a second, ours and a bare loop's, in turn."""
    drained_all(made, next(rounds), clients)
    with made.app.app_context():
        token = session_token(made.connection_id)
    in_flight = made.runtime().settings.in_flight
    return in_turn(
        times,
        lambda: drained_all(made, next(rounds), clients),
        lambda: bare_round(made, token, f"4{next(rounds):07}", in_flight),
    )


def drained_all(made: Stand, round_number: int, clients: delivery.Clients) -> float:
    """Changes a second when everybody has changed, from the first claim to the last settlement."""
    made.edit_everybody(round_number)
    with made.app.app_context():
        began = time.perf_counter()
        report = delivery.drain(current_runtime(), made.connection_id, clients=clients)
        seconds = time.perf_counter() - began
        assert report.delivered == len(made.people), report
    return len(made.people) / seconds


def bare_round(made: Stand, token: str, phone: str, in_flight: int) -> float:
    """The same changes by a bare loop; what it wrote behind our back must not make the next drain meet conflicts."""
    found = bare_loop(made.tripletex.api_url, token, rows(made), phone, in_flight)
    forget_versions(made)
    return found


def rows(made: Stand) -> list[dict[str, Any]]:
    return [row for row in made.tripletex.employees() if row["employeeNumber"]]


def forget_versions(made: Stand) -> None:
    """Takes over the versions that are in Tripletex now."""
    from huma_tripletex.demo import db
    from huma_tripletex.models import PersonLink

    versions = {row["id"]: row["version"] for row in rows(made)}
    with made.app.app_context():
        for link in db.session.query(PersonLink).filter_by(connection_id=made.connection_id):
            link.employee_version = versions[link.employee_id]
        db.session.commit()


def one_job_each(made: Stand, redis_url: str, kind: str, jobs: int, token: str) -> float:
    """Changes a second when every changed person is a job of its own."""
    forget_versions(made)
    with Redis.from_url(redis_url, socket_timeout=60) as redis:
        queue = Queue("bench", connection=redis)
        command = [sys.executable, "-m", "bench.rq_worker", kind, redis_url]
        with running(command, environ={**made.environ, "PYTHONPATH": "."}):
            warm = queue.enqueue(deliver_one, made.people[0], made.connection_id, token)
            wait(warm)
            began = time.perf_counter()
            people = made.people[1 : jobs + 1]
            for job in [queue.enqueue(deliver_one, person, made.connection_id, token) for person in people]:
                wait(job)
            seconds = time.perf_counter() - began
    forget_versions(made)
    return jobs / seconds


def wait(job: object) -> None:
    while not job.is_finished:  # type: ignore[attr-defined]
        assert not job.is_failed, job.latest_result().exc_string  # type: ignore[attr-defined]
        time.sleep(0.002)
