"""Redis can only say "look now": a job calls one of our three functions, whatever else was written into Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Job

from huma_tripletex import jobs
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.jobs.workplace import workplace
from huma_tripletex.task_queue import DRAIN, PLAN, RUN

ALLOWED: dict[str, Callable[[int], None]] = {DRAIN: jobs.drain, PLAN: jobs.draft_plan, RUN: jobs.run}

REFUSED = "a job that is not ours was found in Redis and not run"


class NotAllowed(Exception):
    """Somebody wrote a job into Redis that is not ours."""


class AllowedJob(Job):
    """A job whose function is one of ours. Callbacks and webhooks, which RQ would resolve by name, are ignored."""

    _is_done = False

    def run_at_once(self) -> None:
        """Runs it, before RQ writes into Redis that it has begun; what is not ours is left to RQ, which refuses it."""
        try:
            function, number = self.func, int(self.args[0])
        except (NotAllowed, DeserializationError, LookupError, TypeError, ValueError):
            return
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        self._is_done = True
        carefully(app, str(self.func_name), lambda: function(number))

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
    """Runs a job as soon as it is fetched. Until then RQ would have gone to Redis ten times, to note what nobody reads:
    a job that is lost costs nothing, for the sweep finds everything.
    """

    @classmethod
    def dequeue_any(cls, *given: Any, **named: Any) -> tuple[Job, Queue] | None:
        found: tuple[Any, Queue] | None = super().dequeue_any(*given, **named)
        if found:
            workplace().busy = True
            found[0].run_at_once()
        return found
