"""The rate budget of one employee token, shared by all threads that use it: callers wait here rather than provoke a
429, and after a 429 that came anyway, nobody calls until the window is over.

Several processes on one token each see the other's calls in the headers. To make that exact, give a `SharedWindow`,
for instance a row in a database: it is asked before every call, after this process's own arithmetic has said yes.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, Protocol

from huma_tripletex.errors import RateLimited
from huma_tripletex.tripletex.window import GLANCE, Permit, Reading, Window

PATIENCE: Final = 60.0
"""The longest that `acquire` waits, in seconds."""

# Monotonic, so that a wall clock that is set while we run holds nobody back
_STARTED: Final = datetime.now(UTC) - timedelta(seconds=time.monotonic())


class SharedWindow(Protocol):
    """The same window as several processes see it. Called from any thread, and must be quick: it stands before each
    call.
    """

    def reserve(self, n: int, now: datetime) -> tuple[int, float]:
        """Asks for `n` calls in the window of `now`; answers how many are granted, and if fewer, in how many
        seconds to ask again.
        """

    def learn(self, reading: Reading, sent_at: datetime, now: datetime) -> None:
        """The headers of an answer that came at `now` to a call of `sent_at`: the limit, what is left of it, and when
        the window ends.
        """


class Budget:
    """Safe for threads. `clock` answers aware UTC datetimes; `sleep` and `jitter` are in seconds."""

    _by_token: ClassVar[dict[str, Budget]] = {}
    _registry: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self,
        *,
        shared: SharedWindow | None = None,
        clock: Callable[[], datetime] = lambda: _STARTED + timedelta(seconds=time.monotonic()),
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: secrets.randbelow(1000) / 1000,
        patience: float = PATIENCE,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._patience = patience
        self._window = Window()
        self._full_until: datetime | None = None  # by the shared window
        self._lock = threading.Lock()

    @classmethod
    def for_token(cls, fingerprint: str, shared: SharedWindow | None = None) -> Budget:
        """The one budget that this process has for a token. `fingerprint` must not reveal the token; `shared` is
        asked from now on, if given.
        """
        with cls._registry:
            budget = cls._by_token.setdefault(fingerprint, cls())
            budget._shared = shared or budget._shared
            return budget

    def wait_seconds(self) -> float:
        """How long a caller would wait now, 0 if not at all. For those who would rather do something else
        meanwhile.
        """
        now = self._clock()
        with self._lock:
            return max(self._window.wait(now), (self._full_until - now).total_seconds() if self._full_until else 0.0)

    def acquire(self, operation: str = "", patience: float | None = None) -> Permit:
        """Waits for leave to make one call, which `settle` must end. Raises RateLimited, unsent, when it would have to
        wait for longer than `patience` seconds, by default the budget's own.
        """
        patience, waited = self._patience if patience is None else patience, 0.0
        while True:
            permit, wait = self._ask()
            if permit:
                return permit
            if waited + wait > patience:
                raise _impatient(operation, wait)
            self._sleep(wait)
            waited += wait

    def settle(
        self, permit: Permit, reading: Reading | None = None, *, refused: bool = False, good: bool = False
    ) -> float | None:
        """The call has ended, with or without an answer, `good` if it was no error. After a 429 (`refused`) returns
        the seconds until calls may go again.
        """
        now = self._clock()
        with self._lock:
            self._window.answered(permit, reading, now, good=good)
            wait = self._window.refused(now, self._jitter()) if refused else None
        if self._shared and reading:
            self._shared.learn(reading, permit.sent_at, now)
        return wait

    def _ask(self) -> tuple[Permit | None, float]:
        now = self._clock()
        with self._lock:
            wait = self._window.wait(now)
            permit = None if wait else self._window.take(now)
            unlimited = self._window.is_unlimited
        if permit is None or self._shared is None or unlimited:
            return permit, wait
        granted, retry_in = self._shared.reserve(1, now)  # outside the lock: it may talk to a database
        if granted:
            return permit, 0.0
        wait = max(retry_in, GLANCE)
        with self._lock:
            self._window.give_back()
            self._full_until = now + timedelta(seconds=wait)
        return None, wait


def _impatient(operation: str, wait: float) -> RateLimited:
    return RateLimited(
        f"{operation} was not sent: the rate limit of this token is used up",
        status=429,
        operation=operation,
        retry_after=wait,
    )
