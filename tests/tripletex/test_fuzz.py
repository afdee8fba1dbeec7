"""Answers broken in every way that chance finds: a typed error or a correct answer each time, soon, and nothing else.

Each seed takes a good answer, breaks its JSON, its bytes or its HTTP, and gives it to a method of the client. The long
run takes a hundred thousand, times `SOAK`.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from huma_tripletex.errors import TripletexError
from huma_tripletex.tripletex import Budget, EmployeeTokenSession, Session, Timeouts, Tripletex
from huma_tripletex.tripletex.shapes import Shape
from tests.tripletex.odd_server import request_of, response, serving
from tests.tripletex.stub import BASE, Stub

EMPLOYMENT = {
    "id": 9,
    "version": 1,
    "employee": {"id": 7},
    "startDate": "2020-01-01",
    "endDate": None,
    "division": None,
}
EMPLOYEE = {
    "id": 7,
    "version": 1,
    "firstName": "Åse",
    "lastName": "",
    "dateOfBirth": "1990-05-17",
    "department": {"id": 1, "url": "u"},
    "employments": [EMPLOYMENT],
}
REFUSAL = {
    "status": 422,
    "code": 18000,
    "message": "Validering feilet.",
    "validationMessages": [{"field": "email", "message": "Ugyldig format.", "path": None, "rootId": None}],
    "requestId": "6c1c5a86",
}


def single(value: Any) -> Any:
    return {"value": value}


def page(*values: Any) -> Any:
    return {"fullResultSize": 0, "from": 0, "count": len(values), "versionDigest": None, "values": list(values)}


CALLS: list[tuple[Callable[[Tripletex], Any], int, Any]] = [
    (
        lambda c: c.who_am_i(),
        200,
        single({"employeeId": 1, "actualEmployeeId": 1, "companyId": 2, "company": {"name": "x"}}),
    ),
    (lambda c: c.employees(), 200, page(EMPLOYEE, {**EMPLOYEE, "id": 8})),
    (lambda c: c.employee(7), 200, single(EMPLOYEE)),
    (lambda c: c.create_employee({}), 201, single(EMPLOYEE)),
    (lambda c: c.create_employees([{}]), 201, page(EMPLOYEE)),
    (lambda c: c.update_employee(7, {}), 200, single(EMPLOYEE)),
    (lambda c: c.employments(7), 200, page(EMPLOYMENT)),
    (lambda c: c.update_employment(9, {}), 200, single(EMPLOYMENT)),
    (lambda c: c.departments(), 200, page({"id": 1, "name": "Salg", "isInactive": False})),
    (lambda c: c.countries(), 200, page({"id": 161, "isoAlpha2Code": "NO"})),
    (lambda c: c.entitlements(1), 200, page({"id": 1, "name": "ROLE"})),
    (lambda c: c.close_session(), 204, {}),
    (lambda c: c.update_employee(7, {}), 422, REFUSAL),
    (lambda c: c.employee(7), 401, {**REFUSAL, "code": 3000}),
]
SESSION = Session("session-0", date(2999, 1, 1))
STATUSES = [100, 200, 201, 204, 206, 302, 304, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 599]
ODD: list[Any] = [
    None,
    "",
    0,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    "x",
    "0000-00-00",
    [None],
    {"id": None},
    {"id": 1},
    "😀" * 50,
]
HEADERS = ["x-tlx-request-id", "x-rate-limit-limit", "x-rate-limit-remaining", "content-type", "set-cookie", "location"]
ODD_TEXT = ["", "0", "-1", "9" * 30, "NaN", "\t", "a" * 300, "{}", "Bearer x", "%00", "æøå"]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) within a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def broken_json(chance: random.Random, good: Any) -> Any:
    value = json.loads(json.dumps({"root": good}))
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(list(places(value)))
        if container is value or chance.random() < 0.7:
            container[key] = copy.deepcopy(chance.choice(ODD))
        elif isinstance(container, dict):
            del container[key]
        else:
            container.append(copy.deepcopy(chance.choice(ODD)))
    return value["root"]


def broken_bytes(chance: random.Random, content: bytes) -> bytes:
    kind = chance.randrange(7)
    at = chance.randrange(len(content) + 1)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + chance.randbytes(chance.randint(1, 8)) + content[at:]
    if kind == 2:
        return content[:at] + chance.randbytes(1) + content[at + 1 :]
    if kind == 3:
        return b"<html>" + content + b"</html>"
    if kind == 4:
        return content + content
    if kind == 5:
        return chance.choice([b"[", b'{"value":', b'{"values":[']) * chance.choice([10, 100_000]) + content
    return chance.randbytes(chance.randint(0, 300))


def broken(chance: random.Random, status: int, good: Any) -> httpx.Response:
    content = json.dumps(good).encode()
    if chance.random() < 0.6:
        content = json.dumps(broken_json(chance, good)).encode()
    if chance.random() < 0.4:
        content = broken_bytes(chance, content)
    headers = {chance.choice(HEADERS): chance.choice(ODD_TEXT).encode() for _ in range(chance.randrange(3))}
    if chance.random() < 0.1:
        headers["content-encoding"] = chance.choice([b"gzip", b"deflate", b"br", b"gzip, gzip", b"nonsense"])
        content = chance.choice([content, gzip.compress(content), gzip.compress(content)[:-9]])
    if chance.random() < 0.2:
        status = chance.choice(STATUSES)
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def correct(answer: Any) -> bool:
    """What the client answers is always made of shapes, with values of the types they promise."""
    if isinstance(answer, tuple):
        return all(map(correct, answer))
    return answer is None or (isinstance(answer, Shape) and (getattr(answer, "version", 0) is not None))


def fuzz(seed: int) -> None:
    chance = random.Random(seed)
    call, status, good = chance.choice(CALLS)
    answers = [broken(chance, status, good) for _ in range(4)]  # a 401 asks for a session, a list perhaps for more

    def reply(_: httpx.Request) -> httpx.Response:
        return answers.pop() if answers else httpx.Response(500)

    transport = httpx.MockTransport(reply)
    source = EmployeeTokenSession(BASE, "consumer", "employee", transport=transport)
    budget = Budget(sleep=lambda _: None, patience=0.1)
    outcome(Tripletex(BASE, source, session=SESSION, budget=budget, transport=transport), call)


def outcome(client: Tripletex, call: Callable[[Tripletex], Any]) -> None:
    caught: TripletexError | None = None
    answer: Any = None
    try:
        answer = call(client)
    except TripletexError as error:
        caught = error
    assert correct(answer)
    assert caught is None or (caught.operation and caught.__context__ is None)


SEEDS = 100_000 * max(1, int(os.environ.get("SOAK") or 1))
BATCH = 100


@pytest.mark.parametrize("batch", range(8))
def test_hundreds_of_broken_answers(batch: int) -> None:
    run(range(batch * BATCH, (batch + 1) * BATCH))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_broken_answers() -> None:
    run(range(SEEDS))


def run(seeds: range) -> None:
    for seed in seeds:
        began = time.monotonic()
        try:
            fuzz(seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        assert time.monotonic() - began < 5, f"seed {seed} took too long"


def broken_wire(chance: random.Random) -> tuple[list[bytes], float]:
    """The pieces of a whole HTTP response, broken; and the pause between them, in seconds."""
    body = json.dumps(page(EMPLOYEE)).encode()
    whole = bytearray(response(body, "200 OK", "x-tlx-request-id: 1", "Content-Type: application/json"))
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(whole))
        whole[at : at + chance.randrange(3)] = chance.choice([b"", b"\r\n", b":", b"\0", chance.randbytes(3)])
    if chance.random() < 0.3:
        del whole[chance.randrange(len(whole)) :]
    pieces = (
        [bytes(whole[at : at + 40]) for at in range(0, len(whole), 40)] if chance.random() < 0.3 else [bytes(whole)]
    )
    return pieces, chance.choice([0, 0, 0, 0.002, 0.06])


def fuzz_wire(seeds: range) -> None:
    for seed in seeds:
        pieces, pause = broken_wire(random.Random(seed))

        def behaviour(connection: Any, pieces: list[bytes] = pieces, pause: float = pause) -> None:
            request_of(connection)
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)

        began = time.monotonic()
        with serving(behaviour) as url:
            source = EmployeeTokenSession(url, "consumer", "employee")
            limits = Timeouts(read=0.1, total=0.3)
            with Tripletex(url, source, session=SESSION, budget=Budget(), timeouts=limits) as client:
                outcome(client, lambda c: c.employees())
        assert time.monotonic() - began < 5, f"seed {seed} took too long"


def test_broken_http_over_a_socket() -> None:
    fuzz_wire(range(60))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_much_broken_http_over_a_socket() -> None:
    fuzz_wire(range(SEEDS // 50))


def test_the_fuzzer_finds_both_good_answers_and_every_kind_of_error() -> None:
    """Else it would prove little."""
    kinds: set[str] = set()
    for seed in range(800):
        chance = random.Random(seed)
        call, status, good = chance.choice(CALLS)
        answers = [broken(chance, status, good) for _ in range(2)]
        transport = httpx.MockTransport(lambda _, left=answers: left.pop() if left else httpx.Response(500))
        client = Tripletex(BASE, Stub().source(), session=SESSION, budget=Budget(), transport=transport)
        try:
            call(client)
            kinds.add("answered")
        except TripletexError as error:
            kinds.add(type(error).__name__)
    assert kinds >= {"answered", "Unreadable", "Invalid", "Unavailable", "RateLimited", "NotFound", "Forbidden"}
