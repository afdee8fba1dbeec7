"""The worker process: a second after a nudge, at the sweep's pace without Redis, gone in seconds when asked."""

from __future__ import annotations

import logging
import re
import signal
import time

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

from huma_tripletex import connecting, delivery, planning, syncing
from huma_tripletex.cli import worker_log
from huma_tripletex.demo import db
from huma_tripletex.models import OutboxEntry, OutboxLease
from huma_tripletex.planning.approval import to_type
from huma_tripletex.runtime import current_runtime
from tests.parts.processes import eventually
from tests.parts.stage import Stage

STARTING = 40
"""Seconds that a worker may take to start on a busy machine."""
PER = {"given_name": "Per", "family_name": "Haugen"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def connected(empty_stage: Stage) -> Stage:
    """Connected, synchronised and active; no worker runs yet."""
    organisation = empty_stage.organisation()
    with empty_stage.app.app_context():
        runtime = current_runtime()
        connection = connecting.connect(runtime, organisation, empty_stage.tokens[0], None)
        plan = planning.begin(runtime, connection, None)
        db.session.commit()
        planning.draft(runtime, plan.id)
        planning.choose_for_all(runtime, plan, "huma")
        typed = to_type(planning.guards_of(runtime, plan, None))
        run = planning.approve(runtime, plan, None, typed=typed, mail=False)
        db.session.commit()
        while not syncing.carry_out(runtime, run.id):
            delivery.drain(runtime, connection.id)
        assert connection.is_active
    return empty_stage


def phone_in_tripletex(stage: Stage) -> str:
    (row,) = [r for r in stage.tripletex.employees() if (r["firstName"], r["lastName"]) == tuple(PER.values())]
    return str(row["phoneNumberMobile"])


def arrives(stage: Stage, phone: str, seconds: float) -> None:
    eventually(lambda: phone_in_tripletex(stage) == phone, seconds)


def entries(stage: Stage) -> list[tuple[str, str]]:
    with stage.app.app_context():
        return [(entry.state, entry.reason) for entry in db.session.query(OutboxEntry).order_by(OutboxEntry.id)]


def test_an_edit_arrives_within_a_second(connected: Stage) -> None:
    with connected.worker():
        connected.edit(**PER, phone_number="41000000")
        arrives(connected, "41000000", STARTING)
        for last in "12345":
            connected.edit(**PER, phone_number=f"4100000{last}")
            arrives(connected, f"4100000{last}", 1)


def test_without_redis_the_sweep_does_it_all(connected: Stage) -> None:
    connected.environ = {**connected.environ, "REDIS_URL": "unix:///nowhere.sock"}
    with connected.worker():
        connected.edit(**PER, phone_number="41000001")
        arrives(connected, "41000001", STARTING)
    log = (connected.folder / "worker.log").read_text()
    assert log.count("Redis is not there") <= 1


def test_its_log_has_times_and_levels_and_what_support_asks_for(connected: Stage) -> None:
    """The demo sets up no logging, as many hosts do not."""
    connected.tripletex.fault("status", method="PUT", path="/v2/employee/*", status=422, times=1)
    with connected.worker():
        connected.edit(**PER, phone_number="41000001")
        eventually(lambda: any(state == "parked" for state, _ in entries(connected)), STARTING)
        eventually(lambda: any("needs attention" in line for line in log_of(connected)), 5)
    said = log_of(connected)
    with connected.app.app_context():
        parked = db.session.query(OutboxEntry).filter_by(state="parked").one()
        told = f"person {parked.person_id} needs attention: {parked.reason} (phone_number), request {parked.request_id}"
    lines = [re.fullmatch(r"[-0-9]{10} [0-9:,]{12} ([A-Z]+) (huma_tripletex[.a-z_]*): (.*)", one) for one in said]
    found = {one.groups() for one in lines if one}
    assert ("INFO", "huma_tripletex.jobs.worker", "the worker has begun") in found
    assert ("WARNING", "huma_tripletex.delivery.told", f"connection {parked.connection_id}: {told}") in found
    assert "41000001" not in "\n".join(said)


def log_of(stage: Stage) -> list[str]:
    return (stage.folder / "worker.log").read_text().splitlines()


def test_a_host_that_logs_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """pytest listens at the root, as a host may."""
    worker_log.set_up()
    loggers = [logging.getLogger(name) for name in worker_log.SPEAKING]
    assert [(one.handlers, one.level) for one in loggers] == [([], logging.NOTSET)] * 2


def test_redis_emptied_delays_by_the_sweep_and_no_more(connected: Stage) -> None:
    with connected.worker():
        connected.edit(**PER, phone_number="41000001")
        arrives(connected, "41000001", STARTING)
        with Redis.from_url(connected.environ["REDIS_URL"]) as redis:
            for last in range(5):
                connected.edit(**PER, phone_number=f"4200000{last}")
                redis.flushall()
                arrives(connected, f"4200000{last}", 3)


def test_sigterm_ends_it_within_seconds_and_gives_back_what_it_had(connected: Stage) -> None:
    with connected.worker() as worker:
        connected.edit(**PER, phone_number="41000001")
        arrives(connected, "41000001", STARTING)
        connected.tripletex.fault("delay", method="PUT", path="/v2/employee/*", seconds=1.0)
        connected.edit(**PER, phone_number="41000002")
        eventually(lambda: ("in_flight", "") in entries(connected), 5)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert time.monotonic() - began < 5
    assert {state for state, _ in entries(connected)} == {"done"}, "what was in flight was finished"
    assert phone_in_tripletex(connected) == "41000002"


@pytest.mark.parametrize("idle", [True, False], ids=["idle", "at work"])
def test_a_killed_worker_is_replaced_within_the_lease(connected: Stage, idle: bool) -> None:
    with connected.worker() as worker:
        connected.edit(**PER, phone_number="41000001")
        arrives(connected, "41000001", STARTING)
        if not idle:
            connected.tripletex.fault("delay", method="PUT", path="/v2/employee/*", seconds=3.0, times=1)
        connected.edit(**PER, phone_number="41000002")
        if not idle:
            eventually(lambda: ("in_flight", "") in entries(connected), 5)
        worker.kill()
        worker.wait()
    with connected.worker():
        arrives(connected, "41000002", STARTING)
        # What was in flight may have arrived by itself, before this worker has started
        eventually(lambda: {state for state, _ in entries(connected)} == {"done"}, STARTING)


def test_a_lease_that_nobody_holds_is_taken_over(connected: Stage) -> None:
    connected.edit(**PER, phone_number="41000001")
    with connected.app.app_context():
        entry = db.session.query(OutboxEntry).filter_by(state="waiting").one()
        entry.state, entry.lease = "in_flight", "gone"
        now = entry.captured_at
        db.session.add(
            OutboxLease(connection_id=entry.connection_id, person_id=entry.person_id, token="gone", until=now)
        )
        db.session.commit()
    with connected.worker():
        arrives(connected, "41000001", STARTING)


def test_a_job_that_is_not_ours_is_not_run(connected: Stage) -> None:
    marker = connected.folder / "owned"
    with Redis.from_url(connected.environ["REDIS_URL"]) as redis:
        queue = Queue("huma_tripletex", connection=redis, serializer=JSONSerializer)
        queue.enqueue("os.system", f"touch {marker}")
        evil = Callback("os.system")
        queue.enqueue("huma_tripletex.jobs.drain", 1, on_failure=evil, on_success=evil)
    with connected.worker():
        connected.edit(**PER, phone_number="41000001")
        arrives(connected, "41000001", STARTING)
        eventually(lambda: "refused" in (connected.folder / "worker.log").read_text(), 20)
        connected.edit(**PER, phone_number="41000002")
        arrives(connected, "41000002", 5)
    assert not marker.exists()
