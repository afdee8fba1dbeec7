"""A way to Tripletex on which a request is carried out when nobody waits for it any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from huma_tripletex.core.fields import KEYS
from tests.flows.delivery_parts import Bench, bench

TIMEOUT, GATEWAY, HANGING = "timeout", "gateway", "hanging"
LATE = 40
"""Seconds after which it is carried out: several looks have found nothing by then."""
DOUBT = 300
"""Seconds after which it cannot be any more."""


class LateLine(httpx.BaseTransport):
    """Holds back the next write to a path until it is let go. `HANGING`: the answer does not come before `given_up`."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._holding: tuple[str, str, str] | None = None
        self._held: list[httpx.Request] = []
        self.reached, self.given_up = threading.Event(), threading.Event()

    def hold(self, method: str, path: str, answer: str) -> None:
        self._holding = method, path, answer

    def let_go(self) -> int:
        """Carries out what was held back; returns how it was answered, though nobody hears it."""
        (request,) = self._held
        return self._inner.handle_request(request).status_code

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._holding is None or (request.method, request.url.path) != self._holding[:2]:
            return self._inner.handle_request(request)
        self._held, answer, self._holding = [request], self._holding[2], None
        request.read()
        self.reached.set()
        if answer == HANGING:
            self.given_up.wait(30)
        if answer == GATEWAY:
            return httpx.Response(504, text="<html>Gateway Time-out</html>", request=request)
        raise httpx.ReadTimeout("nobody waits any more", request=request)


@contextmanager
def late_bench(url: str = "sqlite://") -> Iterator[Bench]:
    with bench(url) as made:
        line = LateLine(made.runtime.transport)  # type: ignore[arg-type]
        made.runtime = replace(made.runtime, transport=line)
        yield made
        line.given_up.set()


def line_of(stand: Bench) -> LateLine:
    line = stand.runtime.transport
    assert isinstance(line, LateLine)
    return line


def new(stand: Bench, *people: str) -> None:
    for number, person in enumerate(people):
        stand.person(person, given_name=f"Kari{number}", employee_id=None)
        stand.approve(person, *KEYS, kind="create")


def goes_on(stand: Bench, seconds: float, step: float = 5) -> None:
    """A worker looks for what is due every few seconds."""
    for _ in range(int(seconds / step)):
        stand.clock.forward(step)
        stand.drain()
