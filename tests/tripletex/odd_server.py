"""A server on a real socket that does to each connection whatever a test wants done to it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP response; gives its length unless a header does."""
    given = any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers)
    lines = [f"HTTP/1.1 {status}", *headers, *([] if given else [f"Content-Length: {len(body)}"]), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def request_of(connection: socket.socket) -> bytes:
    """One request, headers and body; b"" when the client has gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return b""
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The base URL of a server that gives each connection, in a thread of its own, to `behaviour`, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def attend(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            behaviour(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threads.append(threading.Thread(target=attend, args=(connection,), daemon=True))
                threads[-1].start()

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
    finally:
        for open_socket in [listener, *connections]:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
            open_socket.close()
        for thread in threads:
            thread.join(10)


def answering(*answers: bytes) -> Behaviour:
    """Answers the requests of a connection one after the other, then closes it."""

    def behaviour(connection: socket.socket) -> None:
        for answer in answers:
            if not request_of(connection):
                return
            connection.sendall(answer)

    return behaviour
