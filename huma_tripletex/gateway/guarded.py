"""A transport that asks once more before anything leaves: between the decision to send and the sending may lie
a wait for the rate limit, or the sleep of a whole machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx


class _Check(threading.local):
    call: Callable[[], None] | None = None


class GuardedTransport(httpx.BaseTransport):
    """Asks the check of the calling thread, which may raise, and then hands the request on."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._check = _Check()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._check.call:
            self._check.call()
        return self._inner.handle_request(request)

    @contextmanager
    def checked(self, check: Callable[[], None]) -> Iterator[None]:
        """Within, nothing is sent by this thread without `check`."""
        self._check.call = check
        try:
            yield
        finally:
            self._check.call = None

    def close(self) -> None:
        self._inner.close()
