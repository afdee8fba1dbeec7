"""A Tripletex of a few lines, for answers that the simulator would never give: each operation is answered by a
function of the test, and every request is held against the published API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from huma_tripletex.tripletex import Budget, EmployeeTokenSession, Session, Tripletex
from tests.tripletex.published import Checked, template_of

BASE = "http://tripletex.test/v2"
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
REQUEST_ID = "6c1c5a86-0001"
Reply = httpx.Response | Callable[[httpx.Request], httpx.Response]


def answer(value: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=value, headers={"x-tlx-request-id": REQUEST_ID, **headers})


def one(value: Mapping[str, Any], status: int = 200) -> httpx.Response:
    return answer({"value": value}, status)


def many(*values: Mapping[str, Any], status: int = 200) -> httpx.Response:
    return answer({"fullResultSize": 0, "from": 0, "count": len(values), "values": list(values)}, status)


def refusal(status: int, code: int = 0, *problems: Mapping[str, Any], **envelope: Any) -> httpx.Response:
    body = {
        "status": status,
        "code": code,
        "message": "Validering feilet.",
        "link": "https://tripletex.no/v2-docs/",
        "developerMessage": None,
        "validationMessages": list(problems) or None,
        "requestId": REQUEST_ID,
    }
    return answer({**body, **envelope}, status)


def session(token: str = "session-1", expires: str = "2026-03-04") -> httpx.Response:
    return one({"token": token, "expirationDate": expires}, 201)


class Stub:
    """`replies` maps "GET /employee/{id}" to an answer or to a function of the request."""

    def __init__(self, replies: Mapping[str, Reply] | None = None) -> None:
        self.replies: dict[str, Reply] = {"POST /token/session/:create": session(), **(replies or {})}
        self.transport = Checked(httpx.MockTransport(self._reply))

    def client(self, **how: Any) -> Tripletex:
        how = {"budget": Budget(), "clock": lambda: NOON, "transport": self.transport, **how}
        return Tripletex(BASE, self.source(), **how)

    def logged_in(self, **how: Any) -> Tripletex:
        return self.client(session=Session("session-0", datetime(2026, 3, 4).date()), **how)

    def source(self) -> EmployeeTokenSession:
        return EmployeeTokenSession(BASE, "consumer-secret", "employee-secret", transport=self.transport)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v2")
        reply = self.replies[f"{request.method} {template_of(request.method, path)}"]
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        return reply(request)
