"""Redis can only say "look now": a job calls one of our three functions, whatever else was written into Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from rq import Queue
from rq.exceptions import DeserializationError, StopRequested
from rq.job import Job
from rq.utils import as_text

from huma_tripletex import jobs
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.task_queue import DRAIN, PLAN, RUN, nudged_connection

ALLOWED: dict[str, Callable[[int], None]] = {DRAIN: jobs.drain, PLAN: jobs.draft_plan, RUN: jobs.run}

REFUSED = "a job that is not ours was found in Redis and not run"


class NotAllowed(Exception):
    """Somebody wrote a job into Redis that is not ours."""


class AllowedJob(Job):
    """A job whose function is one of ours. Callbacks and webhooks, which RQ would resolve by name, are ignored."""

    _is_done = False

    def run_at_once(self) -> None:
        """Runs it before RQ writes into Redis that it has begun, unless its id was enough for that; what is not ours
        is left to RQ, which refuses it.
        """
        try:
            _, number = self.func, int(self.args[0])
        except (NotAllowed, DeserializationError, LookupError, TypeError, ValueError):
            return
        self._is_done = True
        if self.id != workplace().ran:
            _run(str(self.func_name), number)

    @property
    def func(self) -> Callable[[int], None]:
        if self.instance or self.func_name not in ALLOWED:
            raise NotAllowed(REFUSED)
        return ALLOWED[self.func_name]

    def _execute(self) -> None:
        if not self._is_done:
            raise NotAllowed(REFUSED)

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """None are sent."""


class AtOnce(Queue):
    """Runs a job as soon as it is known. Until then RQ would have gone to Redis ten times, to note what nobody reads: a
    job that is lost costs nothing, for the sweep finds everything.
    """

    @classmethod
    def lmove(cls, connection: Any, queue_key: str, timeout: int | None) -> tuple[str, Any] | None:
        """A nudge says by its id which connection to look at, so the rest of the job is fetched afterwards."""
        found: tuple[str, Any] | None = super().lmove(connection, queue_key, timeout)
        if found and (number := nudged_connection(as_text(found[1]))) is not None:
            place = workplace()
            place.busy, place.ran = True, as_text(found[1])
            _run(DRAIN, number)
            place.busy = False
            if place.is_stopping():  # Redis may be gone, and RQ would wait for it
                raise StopRequested
        return found

    @classmethod
    def dequeue_any(cls, *given: Any, **named: Any) -> tuple[Job, Queue] | None:
        found: tuple[Any, Queue] | None = super().dequeue_any(*given, **named)
        if found:
            place = workplace()
            place.busy = True
            found[0].run_at_once()
            place.busy = False  # what RQ notes of it may be broken off
            if place.is_stopping():
                raise StopRequested
        return found


def _run(function: str, number: int) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    carefully(app, function, lambda: ALLOWED[function](number))
