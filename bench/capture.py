"""What capture costs the host: a transaction that loads, changes and commits people, with the extension and without."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import Person, db

PEOPLE, ROUNDS = 1000, 15
COMMIT_DELAY = 3000
"""Microseconds that PostgreSQL is told to wait in each commit, as it does for a disk that keeps what it is given."""


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    del redis_url
    with stand(PEOPLE, url=url, redis_url="") as made:
        yield from on(made, "PostgreSQL", target=1.10)
        yield Ratio("a statement of nothing in that transaction / without", "ms", rounds(made, 1, nothing), None, False)
        with slow_commits(made):
            name = "a PostgreSQL transaction of 1 with capture / without, where a commit takes 3 ms"
            yield Ratio(name, "ms", rounds(made, 1), 1.10, False)
    with (
        TemporaryDirectory(prefix="hut-bench-") as folder,
        stand(PEOPLE, url=f"sqlite:///{folder}/bench.sqlite", redis_url="") as made,
    ):
        yield from on(made, "SQLite", target=None)


def on(made: Stand, database: str, target: float | None) -> Iterator[Ratio]:
    pairs = {people: rounds(made, people) for people in (1, PEOPLE // 10, PEOPLE)}
    for people, wanted in ((1, target), (PEOPLE, None)):
        name = f"a {database} transaction of {people} with capture / without"
        yield Ratio(name, "ms", pairs[people], wanted, False)
    many, few = ([ours - theirs for ours, theirs in pairs[people]] for people in (PEOPLE, PEOPLE // 10))
    growth = [(median(many), 10 * median(few))]
    yield Ratio(f"{database}: what capture of 1000 adds / ten times what 100 add", "ms", growth, 1.25, False)
    yield Ratio(
        f"{database}: statements of a flush with capture / without", "statements", [statements(made)], 2.0, False
    )


def rounds(made: Stand, people: int, extra: Callable[[Session], object] | None = None) -> list[tuple[float, float]]:
    """Pairs of milliseconds: with the extension (or, given something extra, with that alone), and without."""
    bare = without(made)
    pairs = []
    for number in range(ROUNDS):
        with (bare if extra else made.app).app_context():
            ours = change(db.session(), made.people[:people], f"45{number:02}", extra)
        with bare.app_context():
            pairs.append((ours, change(db.session(), made.people[:people], f"46{number:02}")))
    return pairs


def without(made: Stand) -> Flask:
    """The host as it is without the extension, over the same database."""
    app = Flask("without")
    app.config["SQLALCHEMY_DATABASE_URI"] = made.environ["DATABASE_URL"]
    db.init_app(app)
    return app


def change(session: Session, people: list[int], prefix: str, extra: Callable[[Session], object] | None = None) -> float:
    """Milliseconds of a whole transaction of the host: it loads people, changes them and commits. The median of several
    where one is too short to measure.
    """
    times = []
    for turn in range(20 if len(people) == 1 else 1):
        began = time.perf_counter()
        found = session.query(Person).filter(Person.id.in_(people)).all()
        for person in found:
            person.phone_number = f"{prefix}{turn:02}{person.id % 100:02}"
        if extra:
            session.flush()
            extra(session)
        session.commit()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def nothing(session: Session) -> object:
    return session.execute(select(1)).all()


@contextmanager
def slow_commits(made: Stand) -> Iterator[None]:
    """Commits that take as long as where the disk is a real one."""
    settings = {"commit_delay": str(COMMIT_DELAY), "commit_siblings": "0"}
    tell(made, *(f"ALTER SYSTEM SET {name} = {value}" for name, value in settings.items()))
    try:
        yield
    finally:
        tell(made, *(f"ALTER SYSTEM RESET {name}" for name in settings))


def tell(made: Stand, *statements: str) -> None:
    with made.app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (*statements, "SELECT pg_reload_conf()"):
            connection.execute(text(statement))
    time.sleep(0.5)


def statements(made: Stand) -> tuple[float, float]:
    counts = []
    for app, phone in ((made.app, "47000000"), (without(made), "48000000")):
        with app.app_context():
            seen: list[str] = []

            def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
                seen.append(statement)

            db.session.get_one(Person, made.people[0]).phone_number = phone
            event.listen(db.engine, "before_cursor_execute", note)
            db.session.commit()
            event.remove(db.engine, "before_cursor_execute", note)
            counts.append(float(len(seen)))
    return counts[0], counts[1]
