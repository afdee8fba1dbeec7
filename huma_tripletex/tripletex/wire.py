"""One exchange with Tripletex: waits for the rate budget, sends, reads within limits, and turns everything that is
not an answer into `NotSent`, `AnswerLost`, `TimedOut` or `Unreadable`. Statuses are judged elsewhere.

It speaks to an httpx transport and not to `httpx.Client`, which would log every URL (they hold names and tokens),
carry the server's cookies from one call to the next, and leave the request with its password in each exception.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final

import httpx

from huma_tripletex.errors import AnswerLost, ConfigurationError, NotSent, TimedOut, TripletexError
from huma_tripletex.tripletex.budget import Budget
from huma_tripletex.tripletex.calls import Answer, Ask, Authorization, Call, OnCall, clean_request_id
from huma_tripletex.tripletex.deadline import DEADLINE, DeadlineTransport
from huma_tripletex.tripletex.refusals import unreadable
from huma_tripletex.tripletex.window import Reading
from huma_tripletex.version import VERSION

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""In bytes, unpacked. A page of 1,000 employees is about 1 MB."""

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Timeouts:
    """In seconds. `total` is for the whole exchange, from connecting to the last byte."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 10.0
    pool: float = 10.0
    total: float = 60.0


class Wire:
    """The way to one base URL, safe for several threads. A transport that is given stays the giver's to close."""

    def __init__(
        self,
        base_url: str,
        *,
        budget: Budget,
        transport: httpx.BaseTransport | None = None,
        timeouts: Timeouts | None = None,
        on_call: OnCall | None = None,
        patience: float | None = None,
    ) -> None:
        self._base_url = _checked(base_url)
        self._budget = budget
        self._patience = patience
        self._transport = transport or DeadlineTransport(self._base_url)
        self._owns_transport = transport is None
        self._timeouts = timeouts or Timeouts()
        self._on_call = on_call

    def close(self) -> None:
        """Lets go of the connections."""
        if self._owns_transport:
            self._transport.close()

    def send(self, ask: Ask, authorization: Authorization | None = None) -> Answer:
        """The answer, of whatever status. Raises NotSent, AnswerLost, Unreadable, and RateLimited without having
        sent.
        """
        permit = self._budget.acquire(ask.operation, self._patience)
        rate, refused, good, wait = None, False, False, None
        try:
            outcome = self._measured(ask, authorization)
            if isinstance(outcome, Answer):
                rate, refused, good = outcome.rate, outcome.status == 429, outcome.status < 400
        finally:
            wait = self._budget.settle(permit, rate, refused=refused, good=good)
        if isinstance(outcome, TripletexError):
            raise outcome  # outside of any except: no httpx exception, with its request, hangs on to it
        return outcome if wait is None else replace(outcome, retry_after=wait)

    def _measured(self, ask: Ask, authorization: Authorization | None) -> Answer | TripletexError:
        began = time.perf_counter()
        outcome = self._outcome(ask, authorization)
        if self._on_call:
            status = outcome.status if isinstance(outcome, Answer) else 0
            self._on_call(Call(ask.operation, status, outcome.request_id, time.perf_counter() - began))
        return outcome

    def _outcome(self, ask: Ask, authorization: Authorization | None) -> Answer | TripletexError:
        try:
            return self._exchange(ask, authorization)
        except _NEVER_LEFT as error:
            return NotSent(f"{ask.operation} did not reach Tripletex: {type(error).__name__}", operation=ask.operation)
        except httpx.DecodingError:
            return unreadable(Answer(ask.operation, 0), "its compression is broken")
        except httpx.TransportError as error:
            return _lost(ask, error)

    def _exchange(self, ask: Ask, authorization: Authorization | None) -> Answer | TripletexError:
        deadline = time.monotonic() + self._timeouts.total
        response = self._transport.handle_request(self._request(ask, authorization, deadline))
        try:
            answer = Answer(
                ask.operation,
                response.status_code,
                clean_request_id(response.headers.get("x-tlx-request-id")),
                rate=Reading.of(response.headers),
            )
            return _with_body(answer, response, deadline)
        finally:
            response.close()

    def _request(self, ask: Ask, authorization: Authorization | None, deadline: float) -> httpx.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"huma-tripletex/{VERSION}"}
        if authorization:
            headers["Authorization"] = authorization.header
        if ask.body is not None:
            headers["Content-Type"] = ask.content_type
        limits = self._timeouts
        timeout = {"connect": limits.connect, "read": limits.read, "write": limits.write, "pool": limits.pool}
        return httpx.Request(
            ask.method,
            self._base_url + ask.path,
            params=ask.query or None,
            headers=headers,
            content=ask.body,
            extensions={"timeout": timeout, DEADLINE: deadline},
        )


def _with_body(answer: Answer, response: httpx.Response, deadline: float) -> Answer | TripletexError:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST_ANSWER:
            return unreadable(answer, f"more than {LARGEST_ANSWER} bytes")
        if time.monotonic() > deadline:  # for transports that know no deadline
            return AnswerLost(f"{answer.operation}: the answer was too slow", operation=answer.operation)
    return replace(answer, content=bytes(content))


def _lost(ask: Ask, error: httpx.TransportError) -> AnswerLost:
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else AnswerLost
    return kind(f"{ask.operation}: the answer was lost ({type(error).__name__})", operation=ask.operation)


def _checked(base_url: str) -> str:
    url = httpx.URL(base_url)
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("The Tripletex API URL must be complete, as in https://tripletex.no/v2")
    return base_url.rstrip("/")
