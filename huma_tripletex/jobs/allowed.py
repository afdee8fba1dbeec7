"""Redis can only say "look now": a job calls one of our three functions, whatever else was written into Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from rq.job import Job

from huma_tripletex import jobs
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.task_queue import DRAIN, PLAN, RUN

ALLOWED: dict[str, Callable[[int], None]] = {DRAIN: jobs.drain, PLAN: jobs.draft_plan, RUN: jobs.run}


class NotAllowed(Exception):
    """Somebody wrote a job into Redis that is not ours."""


class AllowedJob(Job):
    """A job whose function is one of ours. Callbacks and webhooks, which RQ would resolve by name, are ignored."""

    @property
    def func(self) -> Callable[[int], None]:
        if self.instance or self.func_name not in ALLOWED:
            raise NotAllowed("a job that is not ours was found in Redis and not run")
        return ALLOWED[self.func_name]

    def _execute(self) -> None:
        function, number = self.func, int(self.args[0])
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        carefully(app, str(self.func_name), lambda: function(number))

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
