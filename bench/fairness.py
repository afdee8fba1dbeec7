"""What a small organisation feels of a large one: from its commit until Tripletex has the change, alone and while the
other has hundreds of times as much waiting, is edited all the time, or has answers that take long. One worker;
Tripletex takes 50 ms for an answer.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median

from sqlalchemy import select

from bench.ratio import Ratio
from bench.stand import Stand, neighbour, stand
from huma_tripletex.demo import Person, db
from huma_tripletex.models import OutboxEntry
from tests.parts.processes import eventually, running

LARGE, SMALL, EDITS, PAUSE = 1500, 3, 25, 0.2
LATENCY, SLOW = "0.05", 25
FEW, OFTEN, SELDOM = 20, 0.05, 2.0
WORKER = [sys.executable, "-m", "flask", "--app", "huma_tripletex.demo:create_app()", "tripletex", "worker"]
Stopped = threading.Event


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    with stand(LARGE, "--rate-limit", "0", "--latency", LATENCY, url=url, redis_url=redis_url) as large:
        small, numbers = neighbour(large, SMALL), count()
        with running(WORKER, environ=large.environ):
            delays(small, 3, numbers)  # the worker has started and logged in
            for name, keep_busy in BESIDE.items():
                eventually(lambda: waiting(large) == 0, 60, 0.1)
                alone = delays(small, EDITS, numbers)
                with meanwhile(keep_busy, large):
                    beside = delays(small, EDITS, numbers)
                pair = (median(beside) * 1000, median(alone) * 1000)
                yield Ratio(f"a small organisation's delay beside {name} / alone, p50", "ms", [pair], 2.0, False)


@contextmanager
def meanwhile(keep_busy: Callable[[Stand, Stopped], None], large: Stand) -> Iterator[None]:
    stopped = Stopped()
    flood = threading.Thread(target=keep_busy, args=(large, stopped))
    flood.start()
    try:
        time.sleep(3 * SELDOM)
        yield
    finally:
        stopped.set()
        flood.join()


def has_much_waiting(large: Stand, stopped: Stopped) -> None:
    """There is always more of the large one's than can be sent."""
    for number in count():
        large.edit_everybody(number)
        while not stopped.is_set() and waiting(large) > LARGE // 2:
            time.sleep(0.1)
        if stopped.is_set():
            return


def is_edited_all_the_time(large: Stand, stopped: Stopped) -> None:
    """Some people in each commit, and the worker is told of each: more than can be sent, too."""
    for number in count():
        if stopped.wait(OFTEN):
            return
        with large.app.app_context():
            for place in range(FEW * number, FEW * (number + 1)):
                person = db.session.get_one(Person, large.people[place % LARGE])
                person.phone_number = f"47{place % 1000000:06}"
            db.session.commit()
            db.session.remove()


def has_slow_answers(large: Stand, stopped: Stopped) -> None:
    """It is edited every now and then, too, and Tripletex lets it wait: it, and nobody else."""
    company = next(one["company"] for one in large.tripletex.tokens() if one["rights"] == "all")
    large.tripletex.fault("delay", path="/v2/employee*", method="PUT", seconds=SLOW, company=company)
    for number in count():
        large.edit_everybody(number)
        if stopped.wait(SELDOM):
            large.tripletex.no_faults()
            return


BESIDE = {
    "a large one": has_much_waiting,
    "one that is edited all the time": is_edited_all_the_time,
    f"one whose answers take {SLOW} s": has_slow_answers,
}
"""What is the matter with the large one; the last leaves much behind."""


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
