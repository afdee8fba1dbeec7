"""Listens to Redis with an RQ worker in this process, for as long as the worker lives, whatever Redis does.

RQ's own loop ends when Redis goes away during a job; here it is begun again. Until Redis is back, the sweep does
everything.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from huma_tripletex.jobs.allowed import AllowedJob, AtOnce
from huma_tripletex.jobs.careful import failure
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds until Redis is asked again after it went away."""


class Listener(SimpleWorker):
    """An RQ worker whose jobs run as they are fetched, before its bookkeeping, and that leaves signals to the process.

    Needs an application context.
    """

    max_connection_wait_time = PAUSE

    def __init__(self, place: Workplace, queue: str, redis: Redis) -> None:
        self._place = place
        super().__init__(
            [queue],
            connection=redis,
            job_class=AllowedJob,
            queue_class=AtOnce,
            serializer=JSONSerializer,
            log_job_description=False,
        )

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        self._place.busy = False
        if self._place.is_stopping():
            raise StopRequested

    def interrupt(self) -> None:
        """Ends the wait for jobs. Called from a signal handler, which runs in this same thread."""
        if not self._place.busy:
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        """The process has its own."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """RQ would log the traceback; ours never raise, so this is somebody else's job."""
        log.error("job %s was refused: %s", job.id, getattr(exc_info[0], "__name__", "") if exc_info else "")


class Listening:
    """The loop around the listener; `interrupt` is for the signal handler."""

    def __init__(self, app: Flask, runtime: Runtime, place: Workplace) -> None:
        self._app = app
        self._runtime = runtime
        self._place = place
        self._listener: Listener | None = None
        self._told = False

    def run(self) -> None:
        """Until the workplace is stopping."""
        while not self._place.is_stopping():
            if self._runtime.settings.redis_url and (why := failure(self._listen)):
                log.error("listening to Redis failed and begins anew: %s", why)
            if not self._place.is_stopping():
                time.sleep(PAUSE)

    def interrupt(self) -> None:
        if self._listener:
            self._listener.interrupt()

    def _listen(self) -> None:
        """One life of the listener; it ends when Redis is not there or goes away."""
        settings = self._runtime.settings
        redis = Redis.from_url(settings.redis_url, socket_connect_timeout=PAUSE)
        try:
            redis.ping()
            with self._app.app_context():
                self._listener = Listener(self._place, settings.queue, redis)
                self._listener.work(logging_level="WARNING")
            self._told = False
        except StopRequested:
            self._told = False
        except (RedisError, OSError) as error:
            self._say_once(error)
        finally:
            self._listener, self._place.busy = None, False
            redis.close()

    def _say_once(self, error: Exception) -> None:
        if not self._told:
            log.warning(
                "Redis is not there (%s); until it is back, work goes on at the sweep's pace", type(error).__name__
            )
        self._told = True
