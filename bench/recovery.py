"""How fast three workers are after each trouble of the chaos run, against before it.

On a PostgreSQL and a Valkey of its own, which the troubles take away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import text

from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import db
from tests.journeys.chaos import TROUBLES, Services, Theatre, Workers
from tests.journeys.shifted import SHIFT, shift
from tests.parts.processes import eventually

PEOPLE, ROUNDS, PATIENCE = 300, 25, 120
QUICK = {"HUMA_TRIPLETEX_LEASE": "3", "HUMA_TRIPLETEX_SWEEP_INTERVAL": "1"}


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    del url, redis_url
    with services() as own, stand(PEOPLE, url=own.url, redis_url=own.redis_url) as made:
        shift(made.app, made.folder / SHIFT)
        workers, numbers = Workers(made), count()
        workers.start()
        try:
            for name, trouble in TROUBLES.items():
                before = [changes_a_second(made, next(numbers)) for _ in range(ROUNDS + 1)]
                made.edit_everybody(next(numbers))
                trouble(Theatre(made, own, workers))
                forget_connections(made)
                after = [changes_a_second(made, next(numbers)) for _ in range(ROUNDS + 1)]
                # The first of each is the way there: connections are made anew, and what was put off has to come.
                pairs = list(zip(after[1:], before[1:], strict=True))
                yield Ratio(f"after {name} / before", "changes/s", pairs, 0.95, True)
        finally:
            workers.end()


@contextmanager
def services() -> Iterator[Services]:
    folder, before = Path(tempfile.mkdtemp(prefix="hut-bench-")), dict(os.environ)
    folder.chmod(0o755)
    os.environ.update(QUICK)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    own = Services(folder)
    own.start()
    try:
        yield own
    finally:
        own.end()
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def forget_connections(made: Stand) -> None:
    """This process edits; that its own connections broke is not what is measured."""
    with made.app.app_context():
        db.engine.dispose()


def changes_a_second(made: Stand, number: int) -> float:
    """When everybody has changed, from the commit until nobody waits any more."""
    made.edit_everybody(number)
    began = time.perf_counter()
    eventually(lambda: waiting(made) == 0, PATIENCE, 0.01)
    return len(made.people) / (time.perf_counter() - began)


def waiting(made: Stand) -> int:
    with made.app.app_context():
        found: int = db.session.execute(
            text("SELECT count(*) FROM huma_tripletex_outbox_entry WHERE state <> 'done'")
        ).scalar_one()
        db.session.remove()
        return found
