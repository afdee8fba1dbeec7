"""A small HTTP/1.1 server: keep-alive, a thread per connection, and able to hang up in the middle.

Written for this purpose because common servers either answer a dropped request with a 500 or are too slow to measure
a client against.
"""

import socket
import socketserver
from email.utils import format_datetime
from http import HTTPStatus
from typing import BinaryIO, cast

from huma_tripletex.simulator.messages import ConnectionDropped, Request, Response
from huma_tripletex.simulator.simulator import Simulator

LONGEST_LINE = 65_536
MOST_HEADERS = 200
LARGEST_BODY = 64 * 1024 * 1024


class SimulatorServer(socketserver.ThreadingTCPServer):
    """Serves one simulator on `host`:`port` (0: any free port; see `url`). Raises OSError when the port is taken."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        super().__init__((host, port), _Connection)

    @property
    def url(self) -> str:
        """The address of the API, with `/v2`."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/v2"


class _Connection(socketserver.BaseRequestHandler):
    """One client's connection, request after request."""

    def handle(self) -> None:
        connection = cast(socket.socket, self.request)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        simulator = cast(SimulatorServer, self.server).simulator
        with connection.makefile("rb") as reader:
            try:
                while _serve_one(simulator, reader, connection):
                    pass
            except (ConnectionDropped, ConnectionError, TimeoutError):
                return


class _Malformed(ValueError):
    """Not HTTP as this server understands it."""


def _serve_one(simulator: Simulator, reader: BinaryIO, connection: socket.socket) -> bool:
    """Answer one request; False when the connection ends."""
    try:
        request = _read(reader, connection)
    except _Malformed as error:
        connection.sendall(_written(Response(400, f"{error}\n".encode()), last=True))
        return False
    if request is None:
        return False
    last = request.headers.get("connection", "").lower() == "close"
    response = simulator.answer(request)
    response.headers.append(("Date", format_datetime(simulator.world.clock.now(), usegmt=True)))
    connection.sendall(_written(response, last=last, with_body=request.method != "HEAD"))
    return not last


def _read(reader: BinaryIO, connection: socket.socket) -> Request | None:
    line = reader.readline(LONGEST_LINE)
    if not line.strip():
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise _Malformed("This is not an HTTP/1.1 request.")
    method, target, _ = parts
    headers = _headers(reader)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, _body(reader, headers))


def _headers(reader: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = reader.readline(LONGEST_LINE)
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _Malformed("A header has no colon.")
        headers[name.strip().lower()] = value.strip()
    raise _Malformed("Too many headers.")


def _body(reader: BinaryIO, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        raise _Malformed("The length of the body makes no sense.")
    return reader.read(int(length))


def _chunks(reader: BinaryIO) -> bytes:
    content = bytearray()
    while True:
        try:
            size = int(reader.readline(LONGEST_LINE).split(b";")[0], 16)
        except ValueError as error:
            raise _Malformed("A chunk has no size.") from error
        if size < 0 or len(content) + size > LARGEST_BODY:
            raise _Malformed("The body is too large.")
        content += reader.read(size)
        reader.readline(LONGEST_LINE)
        if size == 0:
            return bytes(content)


def _written(response: Response, *, last: bool, with_body: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if response.status not in (204, 304):
        lines.append(f"Content-Length: {len(response.body)}")
    if last:
        lines.append("Connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head + response.body if with_body else head
