"""The simulator as a process: its command line, its socket, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator import Simulator, SimulatorServer
from tests.parts.processes import free_port
from tests.simulator.conftest import soon


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(employees=2)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def root(server: SimulatorServer) -> str:
    return server.url.removesuffix("/v2")


def raw(server: SimulatorServer, content: bytes) -> bytes:
    """What the server sends until it closes the connection."""
    with socket.create_connection(server.server_address[:2], timeout=10) as connection:
        connection.sendall(content)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_one_connection_serves_many_requests(root: str) -> None:
    with httpx.Client(base_url=root) as client:
        client.get("/_simulator/tokens")
        (connection,) = client._transport._pool.connections  # type: ignore[attr-defined]
        for _ in range(20):
            assert client.get("/_simulator/tokens").status_code == 200
        assert client._transport._pool.connections == [connection]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_drop_closes_the_connection_without_an_answer(root: str, kind: str) -> None:
    httpx.post(f"{root}/_simulator/faults", json={"kind": kind, "times": 1})

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{root}/v2/employee")
    assert httpx.get(f"{root}/v2/employee").status_code == 401


def test_urls_in_answers_name_the_host_that_was_asked_without_a_scheme(root: str) -> None:
    token = httpx.get(f"{root}/_simulator/tokens").json()[0]
    body = {"consumerToken": token["consumer_token"], "employeeToken": token["employee_token"]}
    value = httpx.post(f"{root}/v2/token/session/:create", json={**body, "expirationDate": soon()}).json()["value"]

    assert value["url"] == f"{root.removeprefix('http://')}/v2/token/session/{value['id']}"


def test_a_window_ends_when_the_date_and_the_reset_say() -> None:
    with SimulatorServer(Simulator(employees=0, rate_limit=100)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        tokens = httpx.get(f"{server.url.removesuffix('/v2')}/_simulator/tokens").json()
        body = {
            "consumerToken": tokens[0]["consumer_token"],
            "employeeToken": tokens[0]["employee_token"],
            "expirationDate": soon(),
        }
        session = httpx.post(f"{server.url}/token/session/:create", json=body).json()["value"]["token"]
        headers = httpx.get(f"{server.url}/department", auth=("0", session)).headers
        server.shutdown()
        thread.join()

    ends = parsedate_to_datetime(headers["date"]).timestamp() + int(headers["x-rate-limit-reset"])
    assert ends % 10 in (9, 0)  # both count whole seconds
    assert headers["content-type"] == "application/json;charset=UTF-8"


def test_a_body_in_chunks_is_read(root: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"firstName":'
        yield b' "\xc3\x85se"}'

    answer = httpx.post(f"{root}/_simulator/employees", content=chunks())

    assert (answer.status_code, answer.json()["firstName"]) == (201, "Åse")


MALFORMED = [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n",
]


@pytest.mark.parametrize("content", MALFORMED, ids=lambda content: content[:40].decode())
def test_what_is_not_http_is_a_400_and_the_end(server: SimulatorServer, content: bytes) -> None:
    assert raw(server, content).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_connection_close_and_head_and_expect_are_honoured(server: SimulatorServer) -> None:
    closed = raw(server, b"GET /_simulator/clock HTTP/1.1\r\nConnection: close\r\n\r\n")
    head = raw(server, b"HEAD /x HTTP/1.1\r\nConnection: close\r\n\r\n")
    expecting = (
        b"POST /_simulator/reset HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )

    assert b"\r\nConnection: close\r\n" in closed
    assert head.startswith(b"HTTP/1.1 404")
    assert head.endswith(b"\r\n\r\n")
    assert raw(server, expecting).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204")


def test_requests_at_once_do_not_wait_for_each_other(root: str) -> None:
    httpx.post(f"{root}/_simulator/faults", json={"kind": "delay", "seconds": 0.3})
    began = time.monotonic()
    threads = [threading.Thread(target=httpx.get, args=(f"{root}/v2/employee",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - began < 8 * 0.3


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "huma_tripletex.simulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_cleanly_when_told(number: signal.Signals) -> None:
    port = free_port()
    with started("--port", str(port), "--employees", "3", "--switch", "page_maximum=7") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Simulated Tripletex with 3 employees at http://127.0.0.1:{port}/v2\n"
        root = f"http://127.0.0.1:{port}/_simulator"
        with httpx.Client() as open_connection:
            assert len(open_connection.get(f"{root}/employees").json()) == 6
            assert open_connection.get(f"{root}/switches").json()["page_maximum"] == 7
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "limit"), [((), "100"), (("--rate-limit", "7"), "7"), (("--rate-limit", "0"), None)]
)
def test_the_rate_limit_is_the_one_that_was_measured_unless_told(arguments: tuple[str, ...], limit: str | None) -> None:
    port = free_port()
    with started("--port", str(port), "--employees", "0", *arguments) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            (token, *_) = client.get("/_simulator/tokens").json()
            body = {"consumerToken": token["consumer_token"], "employeeToken": token["employee_token"]}
            minted = client.post("/v2/token/session/:create", json={**body, "expirationDate": soon()})
            answer = client.get("/v2/department", auth=("0", minted.json()["value"]["token"]))
        process.terminate()

    assert answer.headers.get("x-rate-limit-limit") == limit
    assert limit is None or 0 <= int(answer.headers["x-rate-limit-reset"]) <= 10


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("--port", str(port)) as process:
            out, error = process.communicate(timeout=20)

    assert process.returncode == 1
    assert out == ""
    assert error == f"Port {port} on 127.0.0.1 is taken. Choose another one with SIMULATOR_PORT (or --port).\n"


WRONG: list[tuple[Any, str]] = [
    (("--employees", "-1"), "not a whole number"),
    (("--latency", "-1"), "not a time"),
    (("--switch", "nonsense"), "NAME=VALUE"),
    (("--switch", "foo=1"), "no switch 'foo'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_a_wrong_argument_is_told(arguments: tuple[str, ...], sentence: str) -> None:
    with started("--port", "0", *arguments) as process:
        _, error = process.communicate(timeout=20)

    assert process.returncode == 2
    assert sentence in error
    assert "Traceback" not in error
