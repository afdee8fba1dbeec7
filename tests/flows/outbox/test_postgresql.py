"""Several workers and several transactions on PostgreSQL: nobody waits for capture, nobody delivers a person twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from huma_tripletex.models import Connection, OutboxEntry, OutboxLease
from huma_tripletex.outbox.claim import claim
from huma_tripletex.outbox.record import Change, record
from huma_tripletex.outbox.settle import Settlement, settle
from huma_tripletex.outbox.sweep import release_expired
from tests.flows.host_parts import NOON, Clock, Person, db, empty_tables, entries, make_connection, make_host_app
from tests.flows.outbox_parts import LEASE

WORKERS, PEOPLE = 4, 60


@pytest.fixture
def app(host_postgresql_url: str) -> Iterator[Flask]:
    empty_tables(host_postgresql_url)
    app = make_host_app(host_postgresql_url, clock=Clock(), has_tables=True)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10}
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def connection_id(app: Flask) -> int:
    return make_connection().id


@pytest.fixture
def engine(app: Flask) -> Engine:
    return db.engine


def change(engine: Engine, *people: str) -> None:
    with Session(engine) as session:
        record(session, [Change("1", person_id, ("phone_number",)) for person_id in people], NOON)
        session.commit()


def test_many_workers_share_the_people_and_never_one_person(engine: Engine, connection_id: int) -> None:
    change(engine, *(f"p{number}" for number in range(PEOPLE)))
    change(engine, *(f"p{number}" for number in range(PEOPLE)))
    together = Barrier(WORKERS)

    def work(worker: int) -> list[str]:
        taken: list[str] = []
        together.wait()
        for turn in range(100):
            token = f"{worker}-{turn}"
            with Session(engine) as session:
                claimed = claim(session, connection_id, NOON, NOON + LEASE, token, 5)
                session.commit()
                settled = [
                    Settlement(
                        connection_id=connection_id,
                        person_id=one.person_id,
                        entry_ids=one.entry_ids,
                        outcome="delivered",
                    )
                    for one in claimed
                ]
                assert settle(session, token, settled, NOON).entries == sum(len(one.entries) for one in claimed)
                session.commit()
            taken += [one.person_id for one in claimed]
        return taken

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = Counter(person_id for people in pool.map(work, range(WORKERS)) for person_id in people)
    assert taken == Counter({f"p{number}": 1 for number in range(PEOPLE)})
    assert not db.session.scalars(select(OutboxLease)).all()
    assert {entry.state for entry in entries()} == {"done"}


def test_a_claim_does_not_wait_for_another(engine: Engine, connection_id: int) -> None:
    for person_id in "abc":
        change(engine, person_id)
    with Session(engine) as first, Session(engine) as second:
        assert [one.person_id for one in claim(first, connection_id, NOON, NOON + LEASE, "1", 2)] == ["a", "b"]
        second.execute(text("SET lock_timeout = '500ms'"))
        assert [one.person_id for one in claim(second, connection_id, NOON, NOON + LEASE, "2", 2)] == ["c"]
        first.rollback()
        second.commit()
    assert [entry.state for entry in entries()] == ["waiting", "waiting", "in_flight"]


def test_sweeps_at_once_release_each_lease_once(engine: Engine, connection_id: int) -> None:
    change(engine, *(f"p{number}" for number in range(PEOPLE)))
    with Session(engine) as session:
        claim(session, connection_id, NOON, NOON, "1", PEOPLE)
        session.commit()
    with Session(engine) as first, Session(engine) as second:
        assert release_expired(first, NOON) == PEOPLE
        second.execute(text("SET lock_timeout = '500ms'"))
        assert release_expired(second, NOON) == 0
        first.commit()
        second.commit()
    assert {entry.attempts for entry in entries()} == {1}


def test_a_zombie_and_the_sweep_at_the_same_time(engine: Engine, connection_id: int) -> None:
    change(engine, "a", "b")
    with Session(engine) as session:
        claimed = claim(session, connection_id, NOON, NOON, "old", 2)
        session.commit()
    settled = [
        Settlement(connection_id=connection_id, person_id=one.person_id, entry_ids=one.entry_ids, outcome="delivered")
        for one in claimed
    ]
    with ThreadPoolExecutor(1) as pool, Session(engine) as sweeping, Session(engine) as zombie:
        assert release_expired(sweeping, NOON) == 2
        late = pool.submit(settle, zombie, "old", settled, NOON)
        sweeping.commit()
        assert late.result(timeout=5).entries == 0
        zombie.commit()
    assert {entry.state for entry in entries()} == {"waiting"}


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_capture_neither_waits_nor_conflicts(app: Flask, engine: Engine, connection_id: int, isolation: str) -> None:
    """While another transaction holds the connection's row, the entries and a lease, and another edits them."""
    db.session.add_all([Person(organisation_id=1, given_name=name, family_name="B") for name in "ab"])
    db.session.commit()
    with Session(engine) as worker, engine.connect() as colleague:
        claim(worker, connection_id, NOON, NOON + LEASE, "1", 10)
        worker.execute(update(Connection).values(failures=1))
        colleague.execution_options(isolation_level=isolation)
        record(Session(colleague), [Change("1", "1", ("phone_number",))], NOON)
        db.session.connection(execution_options={"isolation_level": isolation})
        db.session.execute(text("SET lock_timeout = '500ms'"))
        before = db.session.scalar(select(func.count()).select_from(OutboxEntry))
        for person in db.session.scalars(select(Person)):
            person.phone_number = "2"
        db.session.flush()
        worker.commit()
        colleague.commit()
        db.session.execute(update(Person).values(employee_id="7"))
        db.session.commit()
    assert before == 2
    assert len(entries()) == 2 + 1 + 2 + 2


def test_capture_under_serializable_alone(app: Flask, engine: Engine, connection_id: int) -> None:
    """Two serializable transactions that edit different people both commit."""
    db.session.add_all([Person(organisation_id=1, given_name=name, family_name="B") for name in "ab"])
    db.session.commit()
    with app.app_context():
        db.session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        db.session.get_one(Person, 1).phone_number = "1"
        db.session.flush()
        with app.app_context():
            db.session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
            db.session.get_one(Person, 2).phone_number = "2"
            db.session.commit()
        db.session.commit()
    assert len(entries(kind="change")) == 2


def test_an_entry_that_somebody_is_at_goes_next_time(engine: Engine, connection_id: int) -> None:
    for _ in range(2):
        change(engine, "a")
    with Session(engine) as administrator, Session(engine) as worker:
        administrator.execute(text("UPDATE huma_tripletex_outbox_entry SET attempts = 0 WHERE id = 2"))
        worker.execute(text("SET lock_timeout = '500ms'"))
        (claimed,) = claim(worker, connection_id, NOON, NOON + LEASE, "1", 2)
        worker.commit()
        administrator.commit()
    assert claimed.entry_ids == (1,)
    assert [entry.state for entry in entries()] == ["in_flight", "waiting"]
