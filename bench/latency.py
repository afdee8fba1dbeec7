"""From the commit in the host to the request at Tripletex, on an idle system: against the bare start of an RQ job.

The clock starts when the database has the change and the worker is about to be told.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from redis import Redis
from rq import Queue
from sqlalchemy import event

from bench.bare import STARTED, note_start
from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import Person, db
from tests.parts.processes import eventually, running

EDITS, PAUSE = 50, 0.3


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    with stand(3, url=url, redis_url=redis_url) as made:
        ours = commit_to_request(made)
    theirs = enqueue_to_start(redis_url)
    for name, share in (("p50", 0.50), ("p95", 0.95)):
        pair = (at(ours, share) * 1000, at(theirs, share) * 1000)
        yield Ratio(f"commit to request / enqueue to start, {name}", "ms", [pair], 2.0, False)


def commit_to_request(made: Stand) -> list[float]:
    """Seconds from the commit to the request's arrival."""
    command = [sys.executable, "-m", "flask", "--app", "huma_tripletex.demo:create_app()", "tripletex", "worker"]
    committed_at: list[float] = []
    with running(command, environ=made.environ), made.app.app_context():
        person = db.session.get_one(Person, made.people[0])
        person.phone_number = "40000000"
        db.session.commit()
        eventually(lambda: puts(made), 30)  # the worker has started and logged in
        made.tripletex.forget_requests()
        event.listen(db.session, "after_commit", lambda _: committed_at.append(time.time()), insert=True)
        for edit in range(EDITS):
            person.phone_number = f"41{edit:06}"
            time.sleep(PAUSE)
            db.session.commit()
        time.sleep(PAUSE)
        arrived_at = sorted(row["time"] for row in puts(made))
    return [min(later for later in arrived_at if later > at) - at for at in committed_at]


def puts(made: Stand) -> list[dict[str, float]]:
    return [row for row in made.tripletex.requests() if row["method"] == "PUT"]


def enqueue_to_start(redis_url: str) -> list[float]:
    """Seconds from `queue.enqueue` to the first line of the job, in RQ's in-process worker."""
    found = []
    with Redis.from_url(redis_url, socket_timeout=60) as redis:
        redis.delete(STARTED)
        queue = Queue("bench", connection=redis)
        command = [sys.executable, "-m", "rq.cli", "worker", "bench", "--url", redis_url, "-q"]
        with running([*command, "--worker-class", "rq.SimpleWorker"], environ={"PYTHONPATH": "."}):
            for _ in range(EDITS + 1):
                time.sleep(PAUSE)
                enqueued_at = time.time()
                queue.enqueue(note_start, redis_url, result_ttl=0)
                answer = redis.blpop([STARTED], timeout=30)
                assert answer is not None
                found.append(float(answer[1]) - enqueued_at)
    return found[1:]  # the first one waited for the worker to start


def at(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]
