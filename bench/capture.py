"""What capture costs the host: a transaction that loads, changes and commits people, with the extension and without."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import Person, db

PEOPLE, ROUNDS = 1000, 25
Extra = Callable[[Session], object]
COMMIT_DELAY = 3
"""Milliseconds that PostgreSQL is told to wait in each commit, as it does for a disk that keeps what it is given."""


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    with stand(1, url=url, redis_url="") as made:
        yield of_one(made, "a PostgreSQL transaction of 1 with capture / without", target=1.10)
        yield of_one(made, "a statement of nothing in that transaction / without", nothing)
        with slow_commits(made):
            yield of_one(made, "the same with capture / without, where a commit takes 3 ms", target=1.10)
            yield of_one(made, "the same with a statement of nothing / without, where a commit takes 3 ms", nothing)
        with slow_commits(made, 5):
            yield of_one(made, "the same with capture / without, where a commit takes 5 ms", target=1.10)
    with stand(1, url=url, redis_url=redis_url) as made, slow_commits(made):
        yield of_one(made, "the same with capture and its nudge / without, where a commit takes 3 ms")
    with stand(PEOPLE, url=url, redis_url="") as made:
        yield from of_many(made, "PostgreSQL")
    with (
        TemporaryDirectory(prefix="hut-bench-") as folder,
        stand(PEOPLE, url=f"sqlite:///{folder}/bench.sqlite", redis_url="") as made,
    ):
        yield of_one(made, "a SQLite transaction of 1 with capture / without")
        yield from of_many(made, "SQLite")


def of_one(made: Stand, name: str, extra: Extra | None = None, target: float | None = None) -> Ratio:
    return Ratio(name, "ms", rounds(made, 1, extra), target, False)


def of_many(made: Stand, database: str) -> Iterator[Ratio]:
    many, few = rounds(made, PEOPLE), rounds(made, PEOPLE // 10)
    yield Ratio(f"a {database} transaction of {PEOPLE} with capture / without", "ms", many, None, False)
    growth = [(added(many), 10 * added(few))]
    yield Ratio(f"{database}: what capture of 1000 adds / ten times what 100 add", "ms", growth, 1.25, False)
    name = f"{database}: statements of a flush with capture / without"
    yield Ratio(name, "statements", [statements(made)], 2.0, False)


def added(pairs: list[tuple[float, float]]) -> float:
    """Milliseconds that ours takes longer."""
    return median(ours - theirs for ours, theirs in pairs)


def rounds(made: Stand, people: int, extra: Extra | None = None) -> list[tuple[float, float]]:
    """Pairs of milliseconds: with the extension (or, given something extra, with that alone), and without."""
    ours, bare = (made.app, db), without(made)
    pairs = []
    for number in range(ROUNDS):
        with session_of(*(bare if extra else ours)) as session:
            took = change(session, made.people[:people], f"45{number:02}", extra)
        with session_of(*bare) as session:
            pairs.append((took, change(session, made.people[:people], f"46{number:02}")))
    return pairs


def without(made: Stand) -> tuple[Flask, SQLAlchemy]:
    """The host as it is without the extension, over the same database; nobody listens to its sessions."""
    app, alone = Flask("without"), SQLAlchemy()
    app.config["SQLALCHEMY_DATABASE_URI"] = made.environ["DATABASE_URL"]
    alone.init_app(app)
    return app, alone


@contextmanager
def session_of(app: Flask, its: SQLAlchemy) -> Iterator[Session]:
    with app.app_context():
        yield its.session()


def change(session: Session, people: list[int], prefix: str, extra: Extra | None = None) -> float:
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
def slow_commits(made: Stand, milliseconds: int = COMMIT_DELAY) -> Iterator[None]:
    """Commits that take as long as where the disk is a real one."""
    settings = {"commit_delay": f"{milliseconds * 1000}", "commit_siblings": "0"}
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
    for (app, its), phone in (((made.app, db), "47000000"), (without(made), "48000000")):
        with session_of(app, its) as session:
            seen: list[str] = []

            def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
                seen.append(statement)

            session.get_one(Person, made.people[0]).phone_number = phone
            event.listen(its.engine, "before_cursor_execute", note)
            session.commit()
            event.remove(its.engine, "before_cursor_execute", note)
            counts.append(float(len(seen)))
    return counts[0], counts[1]
