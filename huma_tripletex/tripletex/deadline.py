"""An HTTP transport whose requests have an end. httpx's timeouts start anew with every byte that comes, so a server
that drips could hold a thread for ever; here each read and write gets only what is left until the request's own
deadline.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from huma_tripletex.tripletex.descriptors import tell_if_none_is_left

DEADLINE: Final = "deadline"
"""The request extension that holds the deadline, in `time.monotonic` seconds."""

_LIMITS: Final = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=15)


class _NoCookies(logging.Filter):
    """httpcore writes the headers of answers into its log, at DEBUG, and Tripletex's have cookies of sessions."""

    def filter(self, record: logging.LogRecord) -> bool:
        if "set-cookie" in record.getMessage().lower():
            record.msg, record.args = "an answer came, whose cookies are not written down", ()
        return True


_NO_COOKIES: Final = _NoCookies()


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's transport to `base_url`, on a TLS context shared by the process, through the proxy of the
    environment.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(verify=_tls(), limits=_LIMITS, proxy=_proxy(base_url))
        logging.getLogger("httpcore.http11").addFilter(_NO_COOKIES)  # the same one, so it is there once
        self._clock = _Clock()
        # httpx offers no way to pass a network backend; tests/tripletex/test_wire.py notices should this move
        self._pool._network_backend = _Backend(self._pool._network_backend, self._clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # Also right for the body: it is read later, but by this thread and before its next request
        self._clock.deadline = request.extensions.get(DEADLINE)
        return super().handle_request(request)


class _Clock(threading.local):
    """The deadline of what this thread is doing: a synchronous request lives on one thread from end to end."""

    deadline: float | None = None

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("the deadline of the request has passed")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, clock: _Clock) -> None:
        self._inner = inner
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._clock.left(timeout, httpcore.ConnectTimeout)
        try:
            stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        except httpcore.ConnectError:
            tell_if_none_is_left()
            raise
        return _Stream(stream, self._clock)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._clock.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Certificates are verified. Made once: reading the authorities costs 20 to 50 ms."""
    return httpx.create_ssl_context()


def _proxy(base_url: str) -> str | None:
    url = urlsplit(base_url)
    if proxy_bypass(url.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")
