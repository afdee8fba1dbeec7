"""A few threads that do HTTP and nothing else; the database belongs to the thread that owns the lanes."""

from __future__ import annotations

import threading
import time
from collections import deque
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


class Threads:
    """The threads of lanes, kept from one drain to the next: starting one takes as long as a statement. Safe for
    threads.
    """

    def __init__(self) -> None:
        self._idle: deque[ThreadPoolExecutor] = deque()

    def take(self, size: int) -> ThreadPoolExecutor:
        """At most `size` threads, for one drain at a time. `size` may not change."""
        try:
            return self._idle.pop()
        except IndexError:
            return ThreadPoolExecutor(size, thread_name_prefix="huma_tripletex")

    def give_back(self, pool: ThreadPoolExecutor) -> None:
        """For the next drain: all of them are idle."""
        self._idle.append(pool)

    def let_go(self) -> None:
        """Those that are idle end."""
        while self._idle:
            self._idle.pop().shutdown(wait=False, cancel_futures=True)


class ThreadLanes(Generic[K, R]):
    """Lanes that are threads. Tasks must not raise. `changed` is notified when there is enough to gather."""

    def __init__(self, size: int, threads: Threads, changed: threading.Condition | None = None) -> None:
        self._kept = threads
        self._threads = threads.take(size)
        self._keys: dict[Future[R], K] = {}
        self._done: list[Future[R]] = []
        self._awaited = 1
        self._heard = time.monotonic()
        self._changed = changed or threading.Condition()
        self._until: float | None = None

    @property
    def open(self) -> int:
        return len(self._keys)

    @property
    def silence(self) -> float:
        """Seconds for which answers have been awaited and none has come."""
        return time.monotonic() - self._heard if self._keys else 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether answers are awaited that had not come when they were last gathered."""
        return self._until is not None

    @property
    def wait(self) -> float:
        """Seconds until it is time to go on, 0 if it is now."""
        return 0.0 if self._until is None or self._has_enough() else max(0.0, self._until - time.monotonic())

    def submit(self, key: K, task: Callable[[], R]) -> None:
        if not self._keys:
            self._heard = time.monotonic()
        future = self._threads.submit(task)
        self._keys[future] = key
        future.add_done_callback(self._note)

    def gather(self, seconds: float, enough: int) -> list[R]:
        with self._changed:
            self._awaited = min(enough, len(self._keys))
            self._changed.wait_for(self._has_enough, seconds)
            done, self._done = self._done, []
        return self._results(done)

    def withdraw(self) -> list[K]:
        return [self._keys.pop(future) for future in list(self._keys) if future.cancel()]

    def close(self) -> None:
        if [future for future in list(self._keys) if not future.cancel()]:
            self._threads.shutdown(wait=False, cancel_futures=True)  # whoever comes next is not to wait for these
        else:
            self._kept.give_back(self._threads)

    def _results(self, done: list[Future[R]]) -> list[R]:
        return [future.result() for future in done if self._keys.pop(future, None) is not None]

    def _has_enough(self) -> bool:
        return len(self._done) >= self._awaited

    def _note(self, future: Future[R]) -> None:
        """Runs in the lane. The owner is woken when there is enough to do, and not for every answer."""
        with self._changed:
            if not future.cancelled():
                self._heard = time.monotonic()
                self._done.append(future)
            if self._has_enough():
                self._changed.notify_all()


class SharedLanes(ThreadLanes[K, R]):
    """Lanes whose owner has more to do than to wait for them: nothing is waited for in `gather`, which says so by
    bringing nothing. Whoever goes on sooner than they are ready finds nothing to do.
    """

    def gather(self, seconds: float, enough: int) -> list[R]:
        now = time.monotonic()
        with self._changed:
            self._awaited = min(enough, len(self._keys))
            if not self._has_enough() and (self._until is None or now < self._until):
                self._until = self._until or now + seconds
                return []
            self._until = None
            done, self._done = self._done, []
        return self._results(done)
