"""What capture costs the host: a transaction that changes 1 and 1,000 people, with the extension and without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex.demo import Person, db

PEOPLE, ROUNDS = 1000, 15


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    del redis_url
    with stand(PEOPLE, url=url, redis_url="") as made:
        for people, target in ((1, 1.10), (PEOPLE, 2.0)):
            pairs = [(captured(made, people, n), uncaptured(made, people, n)) for n in range(ROUNDS)]
            yield Ratio(f"a PostgreSQL transaction of {people} with capture / without", "ms", pairs, target, False)
        yield Ratio("statements of a flush with capture / without", "statements", [statements(made)], 2.0, False)


def captured(made: Stand, people: int, round_number: int) -> float:
    with made.app.app_context():
        return change(db.session(), made.people[:people], f"45{round_number:02}")


def uncaptured(made: Stand, people: int, round_number: int) -> float:
    """The same through a session that the extension has never seen."""
    engine = create_engine(made.environ["DATABASE_URL"])
    with Session(engine) as session:
        milliseconds = change(session, made.people[:people], f"46{round_number:02}")
    engine.dispose()
    return milliseconds


def change(session: Session, people: list[int], prefix: str) -> float:
    """Milliseconds of one flush and commit; the median of several where one is too short to measure."""
    times = []
    for turn in range(20 if len(people) == 1 else 1):
        found = session.query(Person).filter(Person.id.in_(people)).all()
        for person in found:
            person.phone_number = f"{prefix}{turn:02}{person.id % 100:02}"
        began = time.perf_counter()
        session.commit()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def statements(made: Stand) -> tuple[float, float]:
    counts = []
    engine = create_engine(made.environ["DATABASE_URL"])
    with made.app.app_context(), Session(engine) as plain:
        for session, phone in ((db.session(), "47000000"), (plain, "48000000")):
            seen: list[str] = []

            def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
                seen.append(statement)

            session.get_one(Person, made.people[0]).phone_number = phone
            event.listen(session.get_bind(), "before_cursor_execute", note)
            session.commit()
            event.remove(session.get_bind(), "before_cursor_execute", note)
            counts.append(float(len(seen)))
    engine.dispose()
    return counts[0], counts[1]
