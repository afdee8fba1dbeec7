"""The wire, over real sockets: what is sent, what is dropped, and that whatever a server does, there is an end."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from huma_tripletex.errors import AnswerLost, ConfigurationError, NoAnswer, NotSent, Unreadable
from huma_tripletex.tripletex import Budget, Call, Session, Timeouts, Tripletex
from huma_tripletex.tripletex.calls import Ask
from huma_tripletex.tripletex.wire import LARGEST_ANSWER, Wire
from tests.tripletex.odd_server import answering, request_of, response, serving
from tests.tripletex.stub import Stub

DIVISIONS = response(b'{"values":[{"id":1}]}')
QUICK = Timeouts(connect=0.5, read=0.3, write=0.5, pool=0.5, total=0.8)


def client(url: str, timeouts: Timeouts = QUICK, **how: object) -> Tripletex:
    session = Session("session-0", datetime.date(2999, 1, 1))
    return Tripletex(url, Stub().source(), session=session, budget=Budget(), timeouts=timeouts, **how)  # type: ignore[arg-type]


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_several_calls_use_one_connection_and_say_who_we_are() -> None:
    connections: list[list[bytes]] = []

    def behaviour(connection: socket.socket) -> None:
        connections.append([])
        while request := request_of(connection):
            connections[-1].append(request)
            connection.sendall(DIVISIONS)

    with serving(behaviour) as url, client(url) as tripletex:
        for _ in range(3):
            assert [division.id for division in tripletex.divisions()] == [1]
    assert [len(requests) for requests in connections] == [3]
    head = connections[0][0].decode()
    assert head.startswith("GET /v2/division?")
    assert "\r\nAuthorization: Basic MDpzZXNzaW9uLTA=\r\n" in head  # 0:session-0
    assert "\r\nUser-Agent: huma-tripletex/" in head
    assert "\r\nAccept: application/json\r\n" in head


def test_cookies_are_dropped() -> None:
    requests: list[bytes] = []

    def behaviour(connection: socket.socket) -> None:
        while request := request_of(connection):
            requests.append(request)
            connection.sendall(response(b'{"values":[]}', "200 OK", "Set-Cookie: JSESSIONID=tenant-1; Path=/"))

    with serving(behaviour) as url, client(url) as tripletex:
        tripletex.divisions()
        tripletex.divisions()
    assert len(requests) == 2
    assert b"tenant-1" not in requests[1]
    assert b"cookie" not in requests[1].lower()


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b'{"values":[{"id":1}]}')
    with serving(answering(response(packed, "200 OK", "Content-Encoding: gzip"))) as url, client(url) as tripletex:
        assert [division.id for division in tripletex.divisions()] == [1]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v2"
    with client(url) as tripletex, pytest.raises(NotSent) as caught:
        tripletex.divisions()
    assert caught.value.operation == "GET /division"


def test_a_name_that_does_not_exist() -> None:
    with client("http://tripletex.invalid/v2") as tripletex, pytest.raises(NotSent):
        tripletex.divisions()


def test_a_connection_that_closes_without_an_answer() -> None:
    with (
        serving(lambda connection: [request_of(connection)]) as url,
        client(url) as tripletex,
        pytest.raises(AnswerLost),
    ):  # type: ignore[func-returns-value]
        tripletex.divisions()


@pytest.mark.parametrize(
    "truncated",
    [
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n",
        DIVISIONS[:-5],
        response(b'5\r\n{"val\r\n', "200 OK", "Transfer-Encoding: chunked"),
        b"\x16\x03\x01 this is not HTTP\r\n\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
    ],
    ids=["status line", "headers", "body", "chunks", "not http", "no status"],
)
def test_an_answer_that_breaks_off(truncated: bytes) -> None:
    with serving(answering(truncated)) as url, client(url) as tripletex, pytest.raises(AnswerLost):
        tripletex.divisions()


@pytest.mark.parametrize(
    "answer",
    [
        response(b"not gzip", "200 OK", "Content-Encoding: gzip"),
        response(b"<html>Welcome to the hotel WiFi</html>", "200 OK", "Content-Type: text/html"),
        response(b'{"values":[{"id":1}'),
        response(b'{"values":[{"id":1}]}'.decode().encode("utf-16")),
        response(b"\xef\xbb\xbf" + b'{"values":[]}'),
        response(b'{"values":[{"id":1,"name":"\xff"}]}'),
        response(b'{"values":[{"id":1,"name":"\\ud800"}]}'),
        response(b"[" * 100_000),
        response(b'{"x":' * 100_000),
        response(b'{"values":[{"id":1e400}]}'),
        response(b""),
        response(b"", "204 No Content"),
        response(b"", "302 Found", "Location: https://evil.example/"),
    ],
)
def test_an_answer_that_nobody_can_read(answer: bytes) -> None:
    with serving(answering(answer)) as url, client(url) as tripletex, pytest.raises(Unreadable) as caught:
        tripletex.divisions()
    assert caught.value.operation == "GET /division"


def test_silence_ends_with_the_read_timeout() -> None:
    with (
        serving(lambda c: [request_of(c), time.sleep(1.5)]) as url,
        client(url) as tripletex,
        within(0.7),
        pytest.raises(AnswerLost),
    ):  # type: ignore[func-returns-value]
        tripletex.divisions()


def test_silence_ends_with_the_deadline_if_that_is_sooner() -> None:
    impatient = Timeouts(read=20, total=0.3)
    with (
        serving(lambda c: [request_of(c), time.sleep(1.5)]) as url,  # type: ignore[func-returns-value]
        client(url, impatient) as tripletex,
        within(1.2),
        pytest.raises(AnswerLost),
    ):
        tripletex.divisions()


def dripping(first: bytes, drop: bytes) -> object:
    def behaviour(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(first)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(drop)

    return behaviour


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n"),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "status line", "body", "chunks", "body without length", "interim answers"],
)
def test_an_answer_that_drips_for_ever_ends_with_the_deadline(first: bytes, drop: bytes) -> None:
    """Each drop comes well within the read timeout."""
    with serving(dripping(first, drop)) as url, client(url) as tripletex, within(1.5), pytest.raises(NoAnswer):  # type: ignore[arg-type]
        tripletex.divisions()


def test_an_answer_in_time_is_not_hurt_by_the_deadline_of_the_one_before() -> None:
    with serving(answering(DIVISIONS, DIVISIONS)) as url, client(url) as tripletex:
        tripletex.divisions()
        time.sleep(QUICK.total + 0.1)
        assert [division.id for division in tripletex.divisions()] == [1]


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    sent = 0

    def behaviour(connection: socket.socket) -> None:
        nonlocal sent
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 4 * LARGEST_ANSWER:
            connection.sendall(b" " * 1_000_000)
            sent += 1_000_000

    patient = Timeouts(read=5, total=20)
    with serving(behaviour) as url, client(url, patient) as tripletex, pytest.raises(Unreadable, match="more than"):
        tripletex.divisions()
    assert sent < 2 * LARGEST_ANSWER


def test_a_small_answer_that_unpacks_to_a_huge_one() -> None:
    packed = gzip.compress(b" " * (LARGEST_ANSWER * 2))
    answer = response(packed, "200 OK", "Content-Encoding: gzip")
    with serving(answering(answer)) as url, client(url) as tripletex, pytest.raises(Unreadable, match="more than"):
        tripletex.divisions()


def test_every_exchange_is_heard_of() -> None:
    heard: list[Call] = []
    answers = [
        response(b'{"values":[]}', "200 OK", "x-tlx-request-id: id-1"),
        response(b"{}", "422 Unprocessable", "x-tlx-request-id: id-2"),
        b"",
    ]
    with serving(answering(*answers)) as url, client(url, on_call=heard.append) as tripletex:
        for _ in answers:
            with contextlib.suppress(Exception):
                tripletex.divisions()
    assert [(call.operation, call.status, call.request_id) for call in heard] == [
        ("GET /division", 200, "id-1"),
        ("GET /division", 422, "id-2"),
        ("GET /division", 0, ""),
    ]
    assert all(0 < call.seconds < 1 for call in heard)


@pytest.mark.parametrize("url", ["", "tripletex.no/v2", "ftp://tripletex.no/v2", "https:///v2"])
def test_a_base_url_that_is_none_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError):
        client(url)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    reached = threading.Event()

    def behaviour(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)
            reached.set()

    with serving(behaviour) as url, client(url.replace("http", "https")) as tripletex, pytest.raises(NotSent):
        tripletex.divisions()
    assert not reached.is_set()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_proxy_of_the_environment_is_used_and_its_exceptions_are(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[bytes] = []

    def behaviour(connection: socket.socket) -> None:
        requests.append(request_of(connection))
        connection.sendall(DIVISIONS)

    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    with serving(behaviour) as proxy:
        monkeypatch.setenv("http_proxy", proxy.removesuffix("/v2"))
        with client("http://tripletex.invalid/v2") as tripletex:
            assert [division.id for division in tripletex.divisions()] == [1]
        monkeypatch.setenv("no_proxy", "tripletex.invalid")
        with client("http://tripletex.invalid/v2") as tripletex, pytest.raises(NotSent):
            tripletex.divisions()
    assert len(requests) == 1
    assert requests[0].startswith(b"GET http://tripletex.invalid/v2/division?")


def test_every_wait_has_a_limit_of_its_own() -> None:
    seen: list[dict[str, float]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200)

    limits = Timeouts(connect=1, read=2, write=3, pool=4)
    for timeouts in (limits, None):
        wire = Wire("http://t/v2", budget=Budget(), transport=httpx.MockTransport(reply), timeouts=timeouts)
        wire.send(Ask.read("/country"))
    assert seen[0] == {"connect": 1, "read": 2, "write": 3, "pool": 4}
    assert all(0 < seconds <= 30 for seconds in seen[1].values())
    assert seen[1].keys() == seen[0].keys()
