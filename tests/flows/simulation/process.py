"""What a worker process has under a seed: a database that may fail around each commit, and lanes without threads."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from huma_tripletex.delivery.in_hand import Answer, Ticket
from tests.flows.simulation.stage import Chance, Worker


class SteppedSession:
    """A worker's session: it stops before and after each commit, and the database may fail at either side."""

    def __init__(self, session: Session, worker: Worker, chance: Chance) -> None:
        self._session, self._worker, self._chance = session, worker, chance

    def __call__(self) -> Session:
        return self._session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def commit(self) -> None:
        if self._worker.doomed:
            self._session.rollback()
        if self._chance.of(0.02):
            raise OperationalError("before the commit", None, Exception("connection lost"))
        die = self._chance.of(0.01)
        if die:
            self._worker.doomed = True
            self._session.rollback()
            self._worker.step("died before a commit")
        self._session.commit()
        self._worker.step("after a commit")
        if self._chance.of(0.01):
            raise OperationalError("after the commit", None, Exception("connection lost"))


class InlineLanes:
    """Lanes without threads: a task runs when its result is asked for."""

    def __init__(self, together: int) -> None:
        self._together = together
        self._tasks: list[tuple[Ticket, Any]] = []

    @property
    def open(self) -> int:
        return len(self._tasks)

    def submit(self, key: Ticket, task: Any) -> None:
        self._tasks.append((key, task))

    def gather(self, seconds: float, enough: int) -> list[Answer]:
        tasks, self._tasks = self._tasks[: self._together], self._tasks[self._together :]
        return [task() for _, task in tasks]

    def withdraw(self) -> list[Ticket]:
        keys, self._tasks = [key for key, _ in self._tasks], []
        return keys

    def close(self) -> None:
        """Nothing to let go of."""


class Turn:
    """Lasts for so many steps: a slice that ends in the middle."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def goes_on(self) -> bool:
        self._left -= 1
        return self._left > 0

    def renew(self) -> None:
        """It is not: nothing hangs."""
