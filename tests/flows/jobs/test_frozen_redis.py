"""A Redis that accepts and does not answer, as one that is frozen or behind a partition: nobody waits for it twice."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import SimpleWorker
from sqlalchemy import func, select, update

from huma_tripletex import task_queue
from huma_tripletex.clock import utc_now
from huma_tripletex.demo.embedded import command
from huma_tripletex.jobs import loops, worker
from huma_tripletex.jobs.allowed import ALLOWED
from huma_tripletex.jobs.listening import Listener
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.runtime import NAME
from huma_tripletex.task_queue import DRAIN, TaskQueue
from tests.flows.delivery_parts import bench
from tests.flows.host_parts import (
    Person,
    db,
    empty_tables,
    forget,
    make_connection,
    make_host_app,
    make_person,
    runtime_of,
)
from tests.parts.processes import eventually, running
from tests.parts.valkey import answers

QUEUE = "rq:queue:huma_tripletex"
TENANTS = 12
ENOUGH = 6.0
"""Seconds for what waits for Redis once, for a second, and otherwise takes no time; each of the twelve would."""
LATE = 12.0
"""Seconds after which a worker should long have ended, and Redis is thawed so that the test ends."""


@dataclass
class Valkey:
    """A server that can be frozen."""

    url: str
    process: subprocess.Popen[bytes]

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="hut-frozen-"))
    url = f"unix://{folder / 'valkey.sock'}"
    with running(command(folder / "valkey.sock")) as process:
        eventually(lambda: answers(url))
        made = Valkey(url, process)
        yield made
        made.thaw()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def silent_server() -> Iterator[str]:
    """The URL of something that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@pytest.fixture
def silent_url() -> Iterator[str]:
    with silent_server() as url:
        yield url


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds, f"took {took:.1f} s"


def test_after_one_that_waited_in_vain_nobody_asks(silent_url: str, caplog: pytest.LogCaptureFixture) -> None:
    queue = TaskQueue(silent_url)
    with within(ENOUGH):
        assert not queue.nudge(1)
        for number in range(TENANTS):
            queue.begin_drain(number)
            assert not queue.nudge(number)
            assert not queue.enqueue(task_queue.RUN, number)
    assert caplog.text.count("did not answer") == 1


def test_nudges_of_one_commit_wait_together(silent_url: str) -> None:
    with within(ENOUGH):
        assert not TaskQueue(silent_url).nudge(*range(TENANTS))


def test_it_is_asked_again_when_some_seconds_are_over(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_queue, "SILENCE", 0.5)
    queue = TaskQueue(valkey.url)
    valkey.freeze()
    assert not queue.nudge(1)
    valkey.thaw()
    assert not queue.nudge(2), "not yet"
    time.sleep(0.6)
    assert queue.nudge(3)
    assert queue.nudge(4), "and from then on as ever"


def test_one_asks_and_the_others_wait_for_no_answer(silent_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = TaskQueue(silent_url)
    queue.nudge(1)
    monkeypatch.setattr(time, "monotonic", lambda clock=time.monotonic: clock() + task_queue.SILENCE)
    asking = threading.Thread(target=queue.nudge, args=(2,))
    asking.start()
    time.sleep(0.2)
    with within(0.9):
        queue.nudge(3)
    asking.join()


def test_a_redis_that_refused_is_asked_at_once_when_it_is_there(valkey: Valkey) -> None:
    socket_path = Path(valkey.url.removeprefix("unix://"))
    away = socket_path.rename(socket_path.with_suffix(".away"))
    queue = TaskQueue(valkey.url)
    with within(ENOUGH):
        assert not any(queue.nudge(number) for number in range(TENANTS))
    away.rename(socket_path)
    assert queue.nudge(1)


def test_many_nudges_together_are_what_each_would_be(valkey: Valkey) -> None:
    queue = TaskQueue(valkey.url)
    assert queue.nudge(1)
    assert queue.nudge(1, 2, 3)
    with Redis.from_url(valkey.url) as redis:
        told = [task_queue.nudged_connection(job.decode()) for job in redis.lrange(QUEUE, 0, -1)]
        assert told == [1, 2, 3], "the first stood already"
        assert len(redis.keys("rq:job:*")) == 3


@pytest.mark.parametrize("how", ["session", "core"])
def test_a_commit_of_the_host_that_touches_many_waits_once(host_app: Flask, silent_url: str, how: str) -> None:
    for number in range(1, TENANTS + 1):
        make_connection(str(number))
        make_person(number)
    forget()
    host_app.extensions[NAME] = replace(runtime_of(host_app), queue=TaskQueue(silent_url))
    if how == "session":
        for person in db.session.scalars(select(Person)):
            person.phone_number = "41000001"
        with within(ENOUGH):
            db.session.commit()
    else:
        with within(ENOUGH), db.engine.begin() as connection:
            connection.execute(update(Person.__table__).values(phone_number="41000001"))
    assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == TENANTS


def test_every_tenant_is_delivered_within_seconds(postgres_url: str, silent_url: str) -> None:
    with bench(postgres_url, clock=utc_now) as stand:
        add_tenants(stand)
        settings = replace(stand.runtime.settings, sweep_interval=0.5)
        stand.app.extensions[NAME] = replace(stand.runtime, queue=TaskQueue(silent_url), settings=settings)
        place = workplace()
        place.staffed = True
        threads = loops.threads(stand.app, place)
        try:
            with within(TENANTS * 0.7):
                for thread in threads:
                    thread.start()
                eventually(lambda: not waiting(stand.session), 60, 0.1)
        finally:
            place.stop()
            for thread in threads:
                thread.join()
            place.clients.close()


def add_tenants(stand: Any) -> None:
    """Each with a change of somebody whom nobody knows, which is settled as soon as it is looked at."""
    now = utc_now()
    names = {column.key for column in Connection.__table__.columns} - {"id", "organisation_id", "sealed_token"}
    same = {name: getattr(stand.connection, name) for name in names}
    for number in range(TENANTS):
        tenant = Connection(organisation_id=f"tenant {number}", **same)
        stand.session.add(tenant)
        stand.session.flush()
        tenant.sealed_session = tenant.session_expires_on = None
        context = (tenant.organisation_id, tenant.id, "token")
        tenant.sealed_token = stand.runtime.vault.seal(stand.token.encode(), *context)
        entry = OutboxEntry(person_id="nobody", fields=["phone_number"], captured_at=now, not_before=now)
        entry.connection_id = tenant.id
        stand.session.add(entry)
    stand.session.commit()


def waiting(session: Any) -> int:
    number: int = session.scalar(select(func.count()).select_from(OutboxEntry).where(OutboxEntry.state == "waiting"))
    session.commit()
    return number


@dataclass
class Stopping:
    """Freezes Redis at some moment, sends SIGTERM to this process, and thaws Redis when nothing comes of it."""

    valkey: Valkey
    ready: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    took: float = 0.0

    def freeze(self) -> None:
        self.valkey.freeze()
        self.ready.set()

    def freeze_when_idle(self) -> None:
        with Redis.from_url(self.valkey.url) as redis:
            eventually(lambda: any(client["cmd"] == "blmove" for client in redis.client_list()))
        self.freeze()

    def signal(self) -> None:
        self.ready.wait(20)
        time.sleep(0.3)
        began = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        self.ended.wait(LATE)
        self.took = time.monotonic() - began
        self.valkey.thaw()

    def job(self, _number: int) -> None:
        self.freeze()
        eventually(workplace().is_stopping)

    def at_the_books(self, *given: Any) -> bool:
        self.freeze()
        return SimpleWorker.perform_job(*given)


@pytest.fixture
def signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("when", ["idle", "before it listens", "during a job", "at the books"])
def test_sigterm_ends_a_worker(
    host_postgresql_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """In this process: the signal is for pytest, whose handlers the worker has replaced."""
    empty_tables(host_postgresql_url)
    app = make_host_app(host_postgresql_url, has_tables=True)
    settings = replace(runtime_of(app).settings, sweep_interval=0.5, redis_url=valkey.url)
    queue = TaskQueue(valkey.url)
    app.extensions[NAME] = replace(runtime_of(app), settings=settings, queue=queue, clock=utc_now)
    stopping = Stopping(valkey)
    threads = [threading.Thread(target=stopping.signal)]
    if when == "idle":
        threads.append(threading.Thread(target=stopping.freeze_when_idle))
    elif when == "before it listens":
        stopping.freeze()
    else:
        queue.nudge(1)
        monkeypatch.setitem(ALLOWED, DRAIN, stopping.job if when == "during a job" else lambda _: None)
    if when == "at the books":
        monkeypatch.setattr(Listener, "perform_job", lambda *given: stopping.at_the_books(*given), raising=False)
    for thread in threads:
        thread.start()
    worker.work(app)
    stopping.ended.set()
    for thread in threads:
        thread.join()
    with app.app_context():
        db.engine.dispose()
    assert stopping.ready.is_set()
    assert stopping.took < ENOUGH
