"""From the commit in the host to the request at Tripletex, on an idle system: against the bare start of an RQ job.

The clock starts when the database has the change and the worker is about to be told. Both workers are there all the
time, and change and job follow each other, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from rq import Queue
from sqlalchemy import event

from bench.bare import STARTED, note_start
from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import Person, db
from tests.parts.processes import eventually, running

ROUNDS, EDITS, PAUSE = 3, 40, 0.15
WORKER = [sys.executable, "-m", "flask", "--app", "huma_tripletex.demo:create_app()", "tripletex", "worker"]


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    with (
        stand(3, url=url, redis_url=redis_url) as made,
        running(WORKER, environ=made.environ),
        rq_worker(redis_url),
        Redis.from_url(redis_url, socket_timeout=60) as redis,
    ):
        rounds = [in_turns(made, redis, redis_url) for _ in range(1 + ROUNDS)][1:]  # the first one warms them up
    for name, share in (("p50", 0.50), ("p95", 0.95)):
        pairs = [(at(ours, share) * 1000, at(theirs, share) * 1000) for ours, theirs in rounds]
        yield Ratio(f"commit to request / enqueue to start, {name}", "ms", pairs, 2.0, False)


@contextmanager
def rq_worker(redis_url: str) -> Iterator[None]:
    """RQ's in-process worker, alone at a queue of its own."""
    command = [sys.executable, "-m", "rq.cli", "worker", "bench", "--url", redis_url, "-q"]
    with running([*command, "--worker-class", "rq.SimpleWorker"], environ={"PYTHONPATH": "."}):
        yield


def in_turns(made: Stand, redis: Redis, redis_url: str) -> tuple[list[float], list[float]]:
    """Seconds from a commit to the request's arrival, and from `queue.enqueue` to the first line of the job."""
    queue, committed_at, theirs = Queue("bench", connection=redis), list[float](), list[float]()
    redis.delete(STARTED)
    with made.app.app_context():
        person = db.session.get_one(Person, made.people[0])
        person.phone_number = "40000000" if person.phone_number != "40000000" else "40000001"
        db.session.commit()
        eventually(lambda: puts(made), 30)  # the worker has started and logged in
        made.tripletex.forget_requests()

        def note(_session: object) -> None:
            committed_at.append(time.time())

        event.listen(db.session, "after_commit", note, insert=True)
        for edit in range(EDITS):
            person.phone_number = f"41{edit:06}"
            time.sleep(PAUSE)
            db.session.commit()
            time.sleep(PAUSE)
            theirs.append(enqueue_to_start(queue, redis, redis_url))
        event.remove(db.session, "after_commit", note)
        time.sleep(PAUSE)
        arrived_at = sorted(row["time"] for row in puts(made))
    made.tripletex.forget_requests()
    return [min(later for later in arrived_at if later > at) - at for at in committed_at], theirs


def puts(made: Stand) -> list[dict[str, float]]:
    return [row for row in made.tripletex.requests() if row["method"] == "PUT"]


def enqueue_to_start(queue: Queue, redis: Redis, redis_url: str) -> float:
    enqueued_at = time.time()
    queue.enqueue(note_start, redis_url, result_ttl=0)
    answer = redis.blpop([STARTED], timeout=30)
    assert answer is not None
    return float(answer[1]) - enqueued_at


def at(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]
