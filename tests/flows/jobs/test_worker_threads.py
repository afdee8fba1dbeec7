"""The threads of a worker: whatever a step, the host or the database does, each of them goes on until it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from huma_tripletex.jobs import listening, loops, sweep, upkeep
from huma_tripletex.jobs.workplace import Workplace, workplace
from huma_tripletex.runtime import NAME
from tests.flows.host_parts import db, runtime_of
from tests.parts.processes import eventually

ENOUGH = 20
"""Seconds that anything here may take on a busy machine."""


@contextmanager
def at_work(app: Flask) -> Iterator[Workplace]:
    """The threads of a worker, without a process around them."""
    runtime = runtime_of(app)
    app.extensions[NAME] = replace(runtime, settings=replace(runtime.settings, sweep_interval=0.05, redis_url=""))
    with app.app_context():
        place = workplace()
    place.staffed = True
    threads = loops.threads(app, place)
    for thread in threads:
        thread.start()
    try:
        yield place
    finally:
        place.stop()
        for thread in threads:
            thread.join(ENOUGH)
        place.clients.close()


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often was swept; the last step of each sweep is told of it."""
    seen: list[int] = []
    steps = sweep.steps

    def counted(*given: Any) -> Iterator[sweep.Step]:
        yield from steps(*given)
        seen.append(len(seen))

    monkeypatch.setattr(sweep, "steps", counted)
    return seen


@pytest.mark.parametrize("name", ["sweep", "desk", "upkeep"])
def test_a_host_whose_teardown_fails_stops_no_thread(
    host_app: Flask, sweeps: list[int], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A function of the host that is called whenever an application context is left."""
    failed, drafted = threading.Event(), []
    monkeypatch.setattr(loops.jobs, "compare", drafted.append)

    @host_app.teardown_appcontext
    def teardown(_error: BaseException | None) -> None:
        if threading.current_thread().name.endswith(name) and not failed.is_set():
            failed.set()
            raise RuntimeError("the host's own metrics server is away")

    with at_work(host_app) as place:
        place.desk.put(("draft_plan", 1))
        assert failed.wait(ENOUGH)
        before = len(sweeps)
        place.desk.put(("draft_plan", 2))
        eventually(lambda: len(sweeps) > before + 2 and drafted == [1, 2], ENOUGH)


@pytest.mark.parametrize("host_url", ["postgresql"], indirect=True)
def test_a_database_that_ends_a_connection_while_something_else_fails_stops_no_thread(
    host_app: Flask, sweeps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left open then is rolled back on a connection that is not there any more."""
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    failed = threading.Event()

    def find_plans(*_: object) -> None:
        if not failed.is_set():
            number = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
            failed.set()
            raise LookupError("a value")

    monkeypatch.setattr(sweep, "find_plans", find_plans)
    with at_work(host_app):
        assert failed.wait(ENOUGH)
        eventually(lambda: len(sweeps) > 2, ENOUGH)


def test_a_loop_that_ends_begins_anew(
    host_app: Flask, sweeps: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody foresees everything: code of the host may leave the thread."""
    monkeypatch.setattr(loops, "PAUSE", 0.01)
    left = iter([SystemExit, MemoryError])

    def look_at_clock(*_: object) -> None:
        if error := next(left, None):
            raise error

    monkeypatch.setattr(sweep, "look_at_clock", look_at_clock)
    with at_work(host_app):
        eventually(lambda: len(sweeps) > 2, ENOUGH)
    assert "the sweep ended in SystemExit and begins anew" in caplog.text


def test_a_worker_that_stops_begins_nothing_anew(host_app: Flask, sweeps: list[int]) -> None:
    with at_work(host_app):
        eventually(lambda: len(sweeps) > 0, ENOUGH)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("huma_tripletex-")]


@pytest.mark.parametrize("what", ["check_tokens", "reporting.send_due_mail", "reporting.send_notices", "forget"])
def test_the_sweep_goes_on_whatever_upkeep_does(
    host_app: Flask, sweeps: list[int], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Tripletex, or a mail server, may let it wait for minutes."""
    begun, released = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        begun.set()
        released.wait(2 * ENOUGH)

    monkeypatch.setattr(f"{upkeep.__name__}.{what}", hang)
    try:
        with at_work(host_app) as place:
            assert begun.wait(ENOUGH)
            before = len(sweeps)
            eventually(lambda: len(sweeps) > before + 2, ENOUGH)
            place.stop()
            released.set()
    finally:
        released.set()


def test_the_mail_of_a_run_keeps_no_other_run_waiting(host_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk carries out the next one while a mail server takes its time."""
    mailed, carried_out = threading.Event(), []

    def send(*_: object) -> None:
        assert threading.current_thread().name == "huma_tripletex-upkeep"
        mailed.set()

    def carry_out(_runtime: object, run_id: int, **_: object) -> bool:
        carried_out.append(run_id)
        return True

    monkeypatch.setattr(upkeep.reporting, "send_due_mail", send)
    monkeypatch.setattr(loops.jobs.syncing, "carry_out", carry_out)
    with at_work(host_app) as place:
        place.desk.put(("run", 1))
        place.desk.put(("run", 2))
        eventually(lambda: mailed.is_set() and carried_out == [1, 2], ENOUGH)


def test_listening_that_ends_begins_anew(host_app: Flask, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the main thread: the process would end, and with it what its other threads are at."""
    runtime = runtime_of(host_app)
    runtime = replace(runtime, settings=replace(runtime.settings, redis_url=redis_url))
    place, lives = Workplace.of(runtime), []

    def work(*_: object, **__: object) -> None:
        lives.append(len(lives))
        if len(lives) == 1:
            raise LookupError("a value")
        place.stop()

    monkeypatch.setattr(listening, "PAUSE", 0.01)
    monkeypatch.setattr(listening.Listener, "work", work)
    listening.Listening(host_app, runtime, place).run()
    assert lives == [0, 1]
