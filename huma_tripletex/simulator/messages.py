"""What travels between a socket (or WSGI) and the simulator: a request, a response, and a reply that never came."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import msgspec


@dataclass(frozen=True)
class Request:
    """One HTTP request. `headers` has lower-case names; `target` is the path as sent, without the query."""

    method: str
    target: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path with percent escapes resolved: `%3EwhoAmI` and `>whoAmI` are the same resource."""
        return unquote(self.target)

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @cached_property
    def basic_login(self) -> tuple[str, str] | None:
        """Username and password of Basic authentication, or None when there is none that can be read."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            username, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (username, password) if colon else None


@dataclass
class Response:
    """One HTTP answer. `headers` may repeat a name (Set-Cookie does)."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


class ConnectionDropped(httpx.RemoteProtocolError):
    """The simulator hung up without an answer.

    Over a socket the connection is closed. Through `httpx.WSGITransport` there is no connection to close, so
    the exception itself reaches the client, as the one httpx raises when a server hangs up.
    """

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


def json_response(status: int, payload: Any, headers: list[tuple[str, str]] | None = None) -> Response:
    """An answer with `payload` as JSON."""
    content_type = ("Content-Type", "application/json;charset=UTF-8")
    return Response(status, msgspec.json.encode(payload), [content_type, *(headers or [])])
