"""A few threads that do HTTP and nothing else; the database belongs to the thread that owns the lanes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Lanes(Protocol[K, R]):
    """Where tasks go and results come from. `key` says whose task it is."""

    def submit(self, key: K, task: Callable[[], R]) -> None:
        """Starts a task as soon as a lane is free."""

    def gather(self, seconds: float) -> list[R]:
        """The results that are there; waits for the first one, but not longer than `seconds`."""

    def withdraw(self) -> list[K]:
        """Takes back the tasks that have not begun."""

    def close(self) -> None:
        """No more tasks; does not wait for those under way."""

    @property
    def open(self) -> int:
        """How many tasks have been submitted and not gathered."""


class ThreadLanes(Generic[K, R]):
    """Lanes that are threads. Tasks must not raise."""

    def __init__(self, size: int) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="huma_tripletex")
        self._results: SimpleQueue[Future[R]] = SimpleQueue()
        self._keys: dict[Future[R], K] = {}

    @property
    def open(self) -> int:
        return len(self._keys)

    def submit(self, key: K, task: Callable[[], R]) -> None:
        future = self._threads.submit(task)
        self._keys[future] = key
        future.add_done_callback(self._results.put)

    def gather(self, seconds: float) -> list[R]:
        found: list[R] = []
        while self._keys:
            try:
                future = self._results.get(timeout=0 if found else seconds)
            except Empty:
                break
            if self._keys.pop(future, None) is not None:
                found.append(future.result())
        return found

    def withdraw(self) -> list[K]:
        return [self._keys.pop(future) for future in list(self._keys) if future.cancel()]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
