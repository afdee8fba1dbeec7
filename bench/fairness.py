"""What a small organisation feels of a large one: from its commit until Tripletex has the change, alone and while the
other has hundreds of times as much waiting. One worker; Tripletex takes 50 ms for an answer.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from statistics import median

from sqlalchemy import select

from bench.ratio import Ratio
from bench.stand import Stand, neighbour, stand
from huma_tripletex.demo import Person, db
from huma_tripletex.models import OutboxEntry
from tests.parts.processes import eventually, running

LARGE, SMALL, EDITS, PAUSE = 1500, 3, 25, 0.2
LATENCY = "0.05"


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    command = [sys.executable, "-m", "flask", "--app", "huma_tripletex.demo:create_app()", "tripletex", "worker"]
    with stand(LARGE, "--rate-limit", "0", "--latency", LATENCY, url=url, redis_url=redis_url) as large:
        small, numbers = neighbour(large, SMALL), count()
        with running(command, environ=large.environ):
            delays(small, 3, numbers)  # the worker has started and logged in
            alone = delays(small, EDITS, numbers)
            stopped = threading.Event()
            flood = threading.Thread(target=keep_busy, args=(large, stopped))
            flood.start()
            try:
                time.sleep(2)
                beside = delays(small, EDITS, numbers)
            finally:
                stopped.set()
                flood.join()
    pair = (median(beside) * 1000, median(alone) * 1000)
    yield Ratio("a small organisation's delay beside a large one / alone, p50", "ms", [pair], 2.0, False)


def keep_busy(large: Stand, stopped: threading.Event) -> None:
    """There is always more of the large one's than can be sent."""
    for number in count():
        large.edit_everybody(number)
        while not stopped.is_set() and waiting(large) > LARGE // 2:
            time.sleep(0.1)
        if stopped.is_set():
            return


def delays(small: Stand, edits: int, numbers: Iterator[int]) -> list[float]:
    """Seconds from each commit until the change is settled."""
    found = []
    for _ in range(edits):
        time.sleep(PAUSE)
        with small.app.app_context():
            db.session.get_one(Person, small.people[0]).phone_number = f"46{next(numbers):06}"
            db.session.commit()
            began = time.perf_counter()
            db.session.remove()
        eventually(lambda: waiting(small) == 0, 60, 0.002)
        found.append(time.perf_counter() - began)
    return found


def waiting(made: Stand) -> int:
    with made.app.app_context():
        theirs = select(OutboxEntry.id).where(
            OutboxEntry.connection_id == made.connection_id, OutboxEntry.state != "done"
        )
        found = len(db.session.execute(theirs).all())
        db.session.remove()
        return found
