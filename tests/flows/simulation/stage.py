"""A seeded scheduler: several workers of which one runs at a time, and which stop before and after every step.

Each worker is a thread, so that the code under test is the real one; a baton lets exactly one of them run. Where a
worker stops, the scheduler may let it go on, let another go on instead, let time pass, or let the process die.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random


class Died(BaseException):
    """The process is gone: no handler runs, and whatever a `finally` still tries dies too."""


@dataclass
class Clock:
    """Virtual time."""

    now: datetime = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Worker:
    """One process, as the scheduler sees it. `asleep_until`: it is frozen and does not know it."""

    name: str
    body: Callable[[Worker], None]
    asleep_until: datetime | None = None
    dead: bool = False
    doomed: bool = False
    error: BaseException | None = None
    place: str = "begin"
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def resume(self) -> None:
        """Lets it run until it stops at its next step, or ends."""
        if self._thread is None:
            self.start()
        self._go.release()
        self._back.acquire()

    def step(self, place: str) -> None:
        """Called by the worker: stops here until it is its turn again."""
        if self.doomed:
            raise Died
        self.place = place
        self._back.release()
        self._go.acquire()
        if self.doomed:
            raise Died

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and not self.dead

    def _run(self) -> None:
        self._go.acquire()
        try:
            self.body(self)
        except Died:
            pass
        except BaseException as error:  # handed to the scheduler, which raises it
            self.error = error
        self.dead = True
        self._back.release()


@dataclass
class Chance:
    """What may happen, drawn from one seed. `faulty` off: nothing happens any more."""

    random: Random
    faulty: bool = True

    def of(self, probability: float) -> bool:
        return self.faulty and self.random.random() < probability
