"""A nudge is one round trip and one RQ job; the job runs as soon as it is fetched and leaves nothing in Redis."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from huma_tripletex.demo.embedded import command
from huma_tripletex.jobs.allowed import ALLOWED
from huma_tripletex.jobs.listening import Listener, Listening, interrupt
from huma_tripletex.jobs.rq_log import RqLog
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.task_queue import DRAIN, TaskQueue, impatient
from tests.flows.host_parts import make_host_app, runtime_of
from tests.parts.processes import eventually, running
from tests.parts.valkey import answers

TIMES = ("created_at", "enqueued_at")


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def app(host_sqlite_url: str) -> Iterator[Flask]:
    made = make_host_app(host_sqlite_url, has_tables=True)
    with made.app_context():
        yield made


@pytest.fixture
def listener(app: Flask, redis: Redis, redis_url: str) -> Iterator[Listener]:
    with impatient(redis_url) as parting:
        yield Listener(workplace(), "huma_tripletex", redis, parting)


def jobs_of(redis: Redis) -> list[dict[bytes, Any]]:
    return [redis.hgetall(b"rq:job:" + key) for key in redis.lrange("rq:queue:huma_tripletex", 0, -1)]


def test_a_nudge_is_what_rq_would_enqueue(redis: Redis, redis_url: str) -> None:
    assert TaskQueue(redis_url).nudge(7)
    queue = Queue("huma_tripletex", connection=redis, serializer=JSONSerializer)
    (nudged,) = jobs_of(redis)
    assert redis.smembers("rq:queues") == {b"rq:queue:huma_tripletex"}
    queue.enqueue(DRAIN, 7, job_timeout=-1, result_ttl=0, failure_ttl=3600)
    theirs = jobs_of(redis)[1]
    assert nudged.keys() == theirs.keys()
    assert all(nudged[name] == theirs[name] for name in nudged.keys() - {name.encode() for name in TIMES})


def test_many_nudges_before_a_drain_begins_are_one(redis: Redis, redis_url: str) -> None:
    queue = TaskQueue(redis_url)
    assert all(queue.nudge(7) for _ in range(3))
    assert queue.nudge(8)
    assert len(jobs_of(redis)) == 2
    queue.begin_drain(7)
    assert queue.nudge(7)
    assert len(jobs_of(redis)) == 3


def test_a_nudge_is_one_round_trip(redis: Redis, redis_url: str) -> None:
    queue = TaskQueue(redis_url)
    queue.nudge(1)  # the script is loaded
    before = commands(redis)
    queue.nudge(2)
    assert commands(redis) - before <= 6, "EVALSHA, the four that it calls, and this INFO"


def test_a_nudge_finds_its_script_in_a_redis_that_was_restarted(redis: Redis, redis_url: str) -> None:
    queue = TaskQueue(redis_url)
    queue.nudge(1)
    redis.script_flush()
    assert queue.nudge(2)
    assert len(jobs_of(redis)) == 2


def test_a_job_runs_before_rq_notes_that_it_has_begun(
    listener: Listener, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    (job,) = TaskQueue(redis_url).nudge(7) and redis.lrange("rq:queue:huma_tripletex", 0, -1)

    def drain(number: int) -> None:
        seen.append((number, redis.hget(b"rq:job:" + job, "status"), workplace().busy))

    monkeypatch.setitem(ALLOWED, DRAIN, drain)
    assert listener.work(burst=True, logging_level="WARNING")
    assert seen == [(7, b"queued", True)], "once, and no signal may break it off"
    assert not workplace().busy
    assert not redis.exists(b"rq:job:" + job)
    assert not [key for key in redis.scan_iter() if job in key or b"intermediate" in key], (
        "nothing of it stays in Redis"
    )


def test_a_nudge_whose_job_is_gone_is_heeded_all_the_same(
    listener: Listener, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setitem(ALLOWED, DRAIN, seen.append)
    TaskQueue(redis_url).nudge(7)
    (job,) = redis.lrange("rq:queue:huma_tripletex", 0, -1)
    redis.delete(b"rq:job:" + job)
    listener.work(burst=True, logging_level="WARNING")
    assert seen == [7]
    assert not workplace().busy, "a signal ends the wait for the next one"


def test_a_drain_that_rq_enqueued_runs_too(listener: Listener, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setitem(ALLOWED, DRAIN, seen.append)
    Queue("huma_tripletex", connection=redis, serializer=JSONSerializer).enqueue(DRAIN, 7)
    listener.work(burst=True, logging_level="WARNING")
    assert seen == [7]


def test_what_is_not_ours_is_not_run(
    listener: Listener, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []
    monkeypatch.setitem(ALLOWED, DRAIN, seen.append)
    queue = Queue("huma_tripletex", connection=redis, serializer=JSONSerializer)
    queue.enqueue("builtins.print", 1)
    queue.enqueue(DRAIN)
    queue.enqueue(DRAIN, "seven")
    broken = queue.enqueue(DRAIN, 6)
    redis.hset(broken.key, "data", b"nonsense")
    TaskQueue(redis_url).nudge(7)
    assert listener.work(burst=True, logging_level="WARNING")
    assert seen == [7]
    assert caplog.text.count("was refused") == 4
    assert not workplace().busy


def test_a_stop_during_a_job_ends_the_listening_after_it(
    listener: Listener, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def drain(number: int) -> None:
        workplace().stop()
        interrupt(workplace())  # as the signal handler does, in this same thread
        seen.append(number)

    monkeypatch.setitem(ALLOWED, DRAIN, drain)
    queue = TaskQueue(redis_url)
    queue.nudge(7), queue.nudge(8)
    listener.work(burst=True, logging_level="WARNING")
    assert seen == [7], "what was begun is finished, and nothing else is begun"
    with pytest.raises(StopRequested):
        interrupt(workplace())


@pytest.mark.parametrize("when", ["in the job", "after it"])
def test_a_stop_is_heeded_when_redis_went_away_during_a_job(
    listener: Listener, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    seen: list[int] = []

    def signal() -> None:
        workplace().stop()
        interrupt(workplace())  # which does not break off the job

    def gone(*_: object, **__: object) -> None:
        if not workplace().is_stopping():
            signal()
        raise RedisGone

    def drain(number: int) -> None:
        monkeypatch.setattr(redis, "execute_command", gone)
        if when == "in the job":
            signal()
        seen.append(number)

    monkeypatch.setitem(ALLOWED, DRAIN, drain)
    TaskQueue(redis_url).nudge(7)
    began = time.monotonic()
    listener.work(burst=True, logging_level="WARNING")
    assert seen == [7]
    assert time.monotonic() - began < 5


def test_a_redis_that_takes_no_writes_any_more_is_one_line_in_the_log(
    app: Flask, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a failover, when the one that was written to becomes a replica."""
    place, queue, seen = workplace(), TaskQueue(redis_url), Event()

    def drain(_number: int) -> None:
        seen.set()
        place.stop()

    monkeypatch.setitem(ALLOWED, DRAIN, drain)
    runtime = replace(runtime_of(app), settings=replace(runtime_of(app).settings, redis_url=redis_url))
    listening = Thread(target=Listening(app, runtime, place).run)
    listening.start()
    try:
        eventually(lambda: any(client["cmd"] == "blmove" for client in redis.client_list()))
        redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        eventually(lambda: "Redis is not there" in caplog.text)
    finally:
        redis.execute_command("REPLICAOF", "NO", "ONE")
        eventually(lambda: queue.nudge(7))
        listening.join(30)

    assert seen.is_set(), "it has begun anew"
    assert caplog.text.count("Redis is not there") == 1
    assert "unhandled" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def test_a_redis_that_is_gone_for_a_while_is_one_line_and_one_when_it_is_back(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place, url, tries = workplace(), f"unix://{tmp_path / 'redis.sock'}", []
    gone = RqLog.error

    def counted(log: RqLog, msg: object, *args: object, **named: object) -> None:
        tries.append(msg)
        gone(log, msg, *args, **named)

    monkeypatch.setattr(RqLog, "error", counted)
    monkeypatch.setitem(ALLOWED, DRAIN, lambda _number: place.stop())
    runtime = replace(runtime_of(app), settings=replace(runtime_of(app).settings, redis_url=url))
    listening = Thread(target=Listening(app, runtime, place).run, daemon=True)
    with caplog.at_level(logging.INFO, "huma_tripletex.jobs"):
        with running(command(tmp_path / "redis.sock")):
            eventually(lambda: answers(url))
            listening.start()
            with Redis.from_url(url) as redis:
                eventually(lambda: any(client["cmd"] == "blmove" for client in redis.client_list()))
        eventually(lambda: len(tries) >= 3)
        assert "Redis is back" not in caplog.text
        with running(command(tmp_path / "redis.sock")):
            eventually(lambda: "Redis is back" in caplog.text)
            eventually(lambda: TaskQueue(url).nudge(7))
            listening.join(30)

    assert not listening.is_alive()
    assert [caplog.text.count(said) for said in ("Redis is not there", "Redis is back", "retrying")] == [1, 1, 0]


def commands(redis: Redis) -> int:
    number: int = redis.info("stats")["total_commands_processed"]
    return number
