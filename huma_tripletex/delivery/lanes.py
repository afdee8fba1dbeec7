"""A few threads that do HTTP and nothing else; the database belongs to the thread that owns the lanes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Lanes(Protocol[K, R]):
    """Where tasks go and results come from. `key` says whose task it is."""

    def submit(self, key: K, task: Callable[[], R]) -> None:
        """Starts a task as soon as a lane is free."""

    def gather(self, seconds: float, enough: int) -> list[R]:
        """The results that are there; waits until there are `enough` or all, but not longer than `seconds`."""

    def withdraw(self) -> list[K]:
        """Takes back the tasks that have not begun."""

    def close(self) -> None:
        """No more tasks; does not wait for those under way."""

    @property
    def open(self) -> int:
        """How many tasks have been submitted and not gathered."""


class Threads(threading.local):
    """The threads of lanes, kept from one drain of the calling thread to its next: starting one takes as long as a
    statement.
    """

    pool: ThreadPoolExecutor | None = None

    def some(self, size: int) -> ThreadPoolExecutor:
        """At most `size` threads, the same ones each time. `size` may not change."""
        self.pool = self.pool or ThreadPoolExecutor(size, thread_name_prefix="huma_tripletex")
        return self.pool

    def let_go(self) -> None:
        """They end when they are done with what is under way; does not wait for it."""
        if self.pool:
            self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = None


class ThreadLanes(Generic[K, R]):
    """Lanes that are threads. Tasks must not raise."""

    def __init__(self, size: int, threads: Threads) -> None:
        self._kept = threads
        self._threads = self._kept.some(size)
        self._keys: dict[Future[R], K] = {}
        self._done: list[Future[R]] = []
        self._awaited = 1
        self._enough = threading.Condition()

    @property
    def open(self) -> int:
        return len(self._keys)

    def submit(self, key: K, task: Callable[[], R]) -> None:
        future = self._threads.submit(task)
        self._keys[future] = key
        future.add_done_callback(self._note)

    def gather(self, seconds: float, enough: int) -> list[R]:
        with self._enough:
            self._awaited = min(enough, len(self._keys))
            self._enough.wait_for(lambda: len(self._done) >= self._awaited, seconds)
            done, self._done = self._done, []
        return [future.result() for future in done if self._keys.pop(future, None) is not None]

    def withdraw(self) -> list[K]:
        return [self._keys.pop(future) for future in list(self._keys) if future.cancel()]

    def close(self) -> None:
        under_way = [future for future in list(self._keys) if not future.cancel()]
        if under_way:
            self._kept.let_go()  # whoever comes next is not to wait for these

    def _note(self, future: Future[R]) -> None:
        """Runs in the lane. The owner is woken when there is enough to do, and not for every answer."""
        with self._enough:
            if not future.cancelled():
                self._done.append(future)
            if len(self._done) >= self._awaited:
                self._enough.notify()
