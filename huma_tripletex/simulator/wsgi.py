"""The simulator as a WSGI application, for `httpx.WSGITransport` or any WSGI server."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from huma_tripletex.simulator.messages import Request
from huma_tripletex.simulator.simulator import Simulator

Environ = dict[str, Any]
StartResponse = Callable[..., object]


class SimulatorApp:
    """Calls the simulator. A dropped connection leaves as the exception ConnectionDropped."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI request."""
        response = self.simulator.answer(_request(environ))
        phrase = HTTPStatus(response.status).phrase
        length = ("Content-Length", str(len(response.body)))
        start_response(f"{response.status} {phrase}", [*response.headers, length])
        return [response.body]


def create_simulator(**options: Any) -> SimulatorApp:
    """A WSGI application with a simulator inside; `options` are those of `Simulator`."""
    return SimulatorApp(Simulator(**options))


def _request(environ: Environ) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        target=quote(path.encode("latin-1"), safe="/:>"),
        query_string=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=_body(environ),
    )


def _body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    # httpx.WSGITransport gives no length, and a stream that ends.
    content: bytes = stream.read(int(length)) if length else stream.read()
    return content
