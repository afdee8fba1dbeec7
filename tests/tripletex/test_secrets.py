"""Canaries in every place that holds a secret or a person's value, and everything that may be written down searched
for them: logs of all libraries at every level, reprs, error texts, and tracebacks with their local variables.
"""

from __future__ import annotations

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from huma_tripletex.errors import TripletexError
from huma_tripletex.tripletex import Call, EmployeeTokenSession, Session, Tripletex
from huma_tripletex.tripletex.calls import Answer, Ask
from huma_tripletex.tripletex.reading import EMPLOYEE, SESSION
from tests.tripletex.odd_server import request_of, response, serving

CONSUMER, TOKEN, SESSION_TOKEN = "CANARY-consumer", "CANARY-employee", "CANARY-session"
PERSON = {
    "id": 7,
    "version": 1,
    "firstName": "CANARY-first",
    "lastName": "CANARY-last",
    "email": "CANARY@example.no",
    "employeeNumber": "CANARY-number",
    "bankAccountNumber": "CANARY-account",
    "phoneNumberMobile": "CANARY-phone",
    "dateOfBirth": "1990-05-17",
}
JOB = {"id": 1, "version": 1, "startDate": "1990-05-17", "endDate": None, "comment": "CANARY"}
SECRETS = ("CANARY", "1990-05-17", b64encode(f"0:{SESSION_TOKEN}".encode()).decode())
MINTED = msgspec.json.encode({"value": {"token": SESSION_TOKEN, "expirationDate": "2999-01-01"}})


def clean(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, text


def test_no_shape_shows_a_value() -> None:
    body = msgspec.json.encode(
        {"value": {**PERSON, "employments": [{"id": 1, "version": 1, "startDate": "1990-05-17", "endDate": None}]}}
    )
    raw = EMPLOYEE.single(body)
    employee = raw.value.shape()
    assert employee.first_name == "CANARY-first"
    for shown in (raw, raw.value, employee, employee.employments[0], [employee], {"employee": employee}):
        clean(repr(shown) + str(shown))
        clean(str(getattr(shown, "__rich_repr__", list)()))
    clean(repr(SESSION.single(MINTED)))


def test_no_part_of_the_conversation_shows_a_value() -> None:
    ask = Ask.write("PUT", "/employee/{id}", PERSON, 7)
    assert b"CANARY" in (ask.body or b"")
    clean(repr(ask))
    clean(repr(Ask.delete("/token/session/{token}", SESSION_TOKEN)))
    clean(repr(Ask.read("/employee", email="CANARY@example.no")))
    clean(repr(Answer("GET /employee", 200, content=b"CANARY")))
    clean(repr(Session(SESSION_TOKEN, date(2999, 1, 1))))
    clean(repr(EmployeeTokenSession("http://x", CONSUMER, TOKEN)))


PROBLEM = {"field": "email", "message": "CANARY-first is taken", "path": "p"}
ECHO = msgspec.json.encode({"code": 18000, "message": "CANARY", "validationMessages": [PROBLEM]})
ANSWERS: dict[str, bytes] = {
    "refused": response(ECHO, "422 Unprocessable"),
    "conflict": response(ECHO.replace(b"18000", b"8000"), "409 Conflict"),
    "html": response(b"<html>CANARY</html>", "502 Bad Gateway"),
    "unauthorised": response(ECHO, "401 Unauthorized"),
    "limited": response(ECHO, "429 Too Many"),
    "mistyped": response(msgspec.json.encode({"value": {**PERSON, "lastName": ["CANARY"]}})),
    "no date": response(msgspec.json.encode({"value": {**PERSON, "dateOfBirth": "CANARY"}})),
    "no utf-8": response(b'{"value":{"id":7,"version":1,"lastName":"CANARY\xff"}}'),
    "truncated": response(msgspec.json.encode({"value": PERSON}))[:-20],
    "redirect": response(b"CANARY", "302 Found", "Location: https://elsewhere.example/"),
    "another": response(msgspec.json.encode({"value": {**PERSON, "id": 8}})),
    "lost": b"",
}
COOKIE = b"\r\nSet-Cookie: JSESSIONID=CANARY; HttpOnly\r\nset-cookie: tlx_locale=CANARY\r\n"
CALLS: dict[str, Callable[[Tripletex], Any]] = {
    "read": lambda client: client.employee(7),
    "search": lambda client: client.find_employees(email=PERSON["email"], last_name=PERSON["lastName"]),
    "write": lambda client: client.update_employee(7, PERSON),
    "create": lambda client: client.create_employee(PERSON),
    "create several": lambda client: client.create_employees([PERSON]),
    "employ": lambda client: client.create_employment(JOB),
    "change employment": lambda client: client.update_employment(1, JOB),
    "end": lambda client: client.close_session(),
}


@pytest.fixture
def everything_logged() -> Any:
    texts: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.append(record.getMessage())

    kept, root = Kept(0), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(0)
    yield texts
    root.removeHandler(kept)
    root.setLevel(level)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_no_error_and_no_log_shows_a_value(call: str, answer: str, everything_logged: list[str]) -> None:
    def behaviour(connection: Any) -> None:
        while request := request_of(connection):
            if b":create" not in request.split(b"\r\n")[0]:
                return connection.sendall(ANSWERS[answer].replace(b"\r\n", COOKIE, 1))
            connection.sendall(response(MINTED, "201 Created"))
        return None

    heard: list[Call] = []
    with serving(behaviour) as url:
        source = EmployeeTokenSession(url, CONSUMER, TOKEN, on_call=heard.append)
        with Tripletex(url, source, on_call=heard.append, session=Session(SESSION_TOKEN, date(2999, 1, 1))) as client:
            caught: TripletexError | None = None
            try:
                CALLS[call](client)
            except TripletexError as error:
                caught = error
    if caught:
        assert caught.__cause__ is None
        assert caught.__context__ is None
        clean(as_text(caught))
    clean(repr(heard))
    clean("\n".join(everything_logged))
    assert any("httpcore" in name for name in logging.Logger.manager.loggerDict)  # the libraries were not silenced


def as_text(error: TripletexError) -> str:
    """All that an error reporter would send, but for the frames of this test, which holds the canaries itself."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in report.stack:
        if "/tests/" in frame.filename:
            frame.locals = None
    return "".join(report.format()) + repr(error) + str(error) + repr(vars(error))


def test_the_library_that_logs_urls_is_not_in_the_way(everything_logged: list[str]) -> None:
    """Shows that the search above would find something: httpx.Client does log them."""
    with serving(lambda c: c.sendall(response(request_of(c)[:0] + b"{}"))) as url, httpx.Client() as client:
        client.get(f"{url}/employee?email=CANARY")
    assert any("CANARY" in text for text in everything_logged)
