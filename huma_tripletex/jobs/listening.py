"""Listens to Redis with an RQ worker in this process, for as long as the worker lives, whatever Redis does.

RQ's own loop ends when Redis goes away during a job; here it is begun again. Until Redis is back, the sweep does
everything. A Redis that hangs is not waited for by a worker that is to stop.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from huma_tripletex.jobs.allowed import AllowedJob, AtOnce
from huma_tripletex.jobs.careful import failure
from huma_tripletex.jobs.rq_log import Presence, RqLog
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import impatient

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds until Redis is asked again after it went away."""
WAIT = 5
"""Seconds that Redis is asked to wait for a job at a time."""


class Listener(SimpleWorker):
    """An RQ worker whose jobs run as they are fetched, before its bookkeeping, and that leaves signals to the process.

    Needs an application context.
    """

    max_connection_wait_time = PAUSE
    dequeue_timeout = WAIT
    connection_timeout = WAIT + 2

    def __init__(
        self, place: Workplace, queue: str, redis: Redis, parting: Redis, presence: Presence | None = None
    ) -> None:
        """`parting`: another way to the same Redis, which fails fast. `presence` outlives the listener."""
        self._place = place
        self._parting = parting
        self._presence = presence or Presence()
        super().__init__(
            [queue],
            connection=redis,
            job_class=AllowedJob,
            queue_class=AtOnce,
            serializer=JSONSerializer,
            log_job_description=False,
        )
        self.log = self.told = RqLog(self.log, self._presence)  # type: ignore[assignment]

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """A sign of life, before each wait for a job: it is where Redis is seen to be back."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None:
            self._presence.back()

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        if self._place.is_stopping():
            raise StopRequested

    def subscribe(self) -> None:
        """RQ would listen to commands there, to stop jobs or the process: Redis can only say "look now"."""

    def teardown(self) -> None:
        """Says that it is gone. If that cannot be said now, RQ's own entry of this worker runs out by itself."""
        self.connection = self._parting
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            log.info("Redis was not told that this worker is gone (%s)", type(error).__name__)

    def _install_signal_handlers(self) -> None:
        """The process has its own."""

    def _finalize_failure(self, *given: Any, **named: Any) -> None:
        """To RQ, the wish to stop is a failure of the job if it comes while its end is noted in Redis; which may hang,
        and RQ would note that too.
        """
        if self._place.is_stopping():
            raise StopRequested
        super()._finalize_failure(*given, **named)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """RQ would log the traceback; ours never raise, so this is somebody else's job."""
        log.error("job %s was refused: %s", job.id, getattr(exc_info[0], "__name__", "") if exc_info else "")


def interrupt(place: Workplace) -> None:
    """Ends a wait for Redis, but no job. Called from a signal handler, which runs in this same thread."""
    if not place.busy:
        raise StopRequested


class Listening:
    """The loop around the listener; `interrupt` is for the signal handler."""

    def __init__(self, app: Flask, runtime: Runtime, place: Workplace) -> None:
        self._app = app
        self._runtime = runtime
        self._place = place
        self._is_listening = False
        self._presence = Presence()

    def run(self) -> None:
        """Until the workplace is stopping."""
        while not self._place.is_stopping():
            if self._runtime.settings.redis_url and (why := failure(self._listen)):
                log.error("listening to Redis failed and begins anew: %s", why)
            if not self._place.is_stopping():
                time.sleep(PAUSE)

    def interrupt(self) -> None:
        if self._is_listening:
            interrupt(self._place)

    def _listen(self) -> None:
        """One life of the listener; it ends when Redis is not there or goes away."""
        settings = self._runtime.settings
        redis, parting = Redis.from_url(settings.redis_url, socket_connect_timeout=PAUSE), impatient(settings.redis_url)
        try:
            self._is_listening = True
            if self._place.is_stopping():  # the signal came just before that
                return
            parting.ping()
            with self._app.app_context():
                listener = Listener(self._place, settings.queue, redis, parting, self._presence)
                listener.work(logging_level="WARNING")
            if listener.told.ended_in:
                raise listener.told.ended_in
        except StopRequested:
            pass  # it has ended
        except (RedisError, OSError) as error:
            self._presence.gone(error)
        finally:
            self._is_listening = self._place.busy = False
            redis.close()
            parting.close()
