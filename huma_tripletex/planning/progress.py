"""Tells how far a comparison has come, in people, while it runs. What it says never goes back, also when another
worker begins anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from huma_tripletex.models import SyncPlan
from huma_tripletex.planning.lease import Lost, Stopped, changed
from huma_tripletex.runtime import Runtime


class Progress:
    """Each word of it commits, and finds out whether the plan is still ours.

    Raises (in every method):
        Lost: the plan was discarded or taken over.
        Stopped: the worker is asked to end.
    """

    def __init__(self, runtime: Runtime, plan_id: int, token: str, stop: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._plan_id = plan_id
        self._token = token
        self._stop = stop
        self._counts: dict[str, Any] = {}
        self._floor = runtime.session.get_one(SyncPlan, plan_id).done

    @property
    def counts(self) -> dict[str, Any]:
        return dict(self._counts)

    def step(self, name: str, **counts: Any) -> None:
        """The next step begins; `counts` are what the one before has found."""
        self._counts.update(counts)
        self._say(step=name, counts=self.counts)

    def so_far(self, **counts: Any) -> None:
        self._counts.update(counts)
        self._say(counts=self.counts)

    def people(self, done: int, total: int, **counts: Any) -> None:
        """`done` of `total` people are compared."""
        self._counts.update(counts)
        self._floor = max(self._floor, done)
        self._say(done=min(self._floor, total), total=total, counts=self.counts)

    def _say(self, **values: Any) -> None:
        ours = (SyncPlan.id == self._plan_id, SyncPlan.lease == self._token, SyncPlan.state == "drafting")
        if not changed(self._runtime.session, update(SyncPlan).where(*ours).values(**values)):
            self._runtime.session.rollback()
            raise Lost
        self._runtime.session.commit()
        if self._stop():
            raise Stopped
