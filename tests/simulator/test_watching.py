"""The watch over the simulators of other tests finds what deviates, in both directions, and tells what it let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN, SimulatorApp
from huma_tripletex.simulator.messages import Response, json_response
from tests.flows.published_line import PublishedLine
from tests.parts.deviations import provoked
from tests.parts.specification import specification
from tests.parts.tripletex import watched
from tests.parts.watching import WatchedSimulator
from tests.simulator.conftest import soon

AGENT = {"User-Agent": "huma-tripletex/1.0"}
OTHERS = {"User-Agent": "somebody else's"}
UTF8 = "application/json; charset=utf-8"


@pytest.fixture
def simulator() -> WatchedSimulator:
    return WatchedSimulator(employees=2)


@pytest.fixture
def http(simulator: WatchedSimulator) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(SimulatorApp(simulator))
    with httpx.Client(transport=transport, base_url="http://t/v2", headers=AGENT) as client:
        client.auth = ("0", session(client))
        yield client


def session(client: httpx.Client) -> str:
    token = client.get("http://t/_simulator/tokens").json()[0]["employee_token"]
    body = {"consumerToken": CONSUMER_TOKEN, "employeeToken": token, "expirationDate": soon()}
    answer = client.post("/token/session/:create", json=body)
    return str(answer.json()["value"]["token"])


def test_what_is_published_passes(simulator: WatchedSimulator, http: httpx.Client) -> None:
    http.get("/employee", params={"fields": "id,version,employments(id,startDate)", "sorting": "id", "count": 10})

    assert simulator.watch.deviations == []
    assert simulator.watch.seen == {"requests": 2, "answers": 2}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/employee?changedSince=2020-01-01", None),
        ("GET", "/employee?fields=startDate", None),
        ("GET", "/employee?count=all", None),
        ("GET", "/invoice", None),
        ("DELETE", "/employee/1", None),
        ("POST", "/employee", {"startDate": "2020-01-01"}),
        ("POST", "/employee", {"firstName": 1}),
        ("PUT", "/employee/1", {"department": {"id": 1, "name": "x"}}),
    ],
)
def test_a_request_that_is_not_published(
    simulator: WatchedSimulator, http: httpx.Client, method: str, path: str, body: Any
) -> None:
    content = None if body is None else json.dumps(body)
    with provoked() as found:
        http.request(method, path, content=content, headers={"Content-Type": "application/json; charset=utf-8"})

    (deviation,) = simulator.watch.deviations
    assert found == [deviation]
    assert "content-type" not in deviation
    assert deviation.startswith(f"asked {method} /v2{path.partition('?')[0]}")


GOOD = {"id": 1}
BOGUS = {"id": 1, "taxDeductionCode": "BOGUS"}
by_the_specification = pytest.mark.skipif(specification() is None, reason="the specification is not at hand")


@pytest.mark.parametrize(
    ("path", "status", "value"),
    [
        ("employee/1", 200, {"id": "1"}),
        ("employee/1", 200, {"id": 1, "isInactive": False}),
        ("employee/1", 200, {"id": 1, "firstName": None}),
        ("employee/1", 200, {"id": 1, "employments": {}}),
        ("employee/1", 200, {"id": 1, "userType": "STANDARD"}),
        ("employee/1", 200, {"id": 1, "dateOfBirth": "17.05.1990"}),
        ("employee/1", 200, {"id": 1, "dateOfBirth": ""}),
        ("employee/1", 200, None),
        ("employee/1", 201, GOOD),
        ("employee/1", 304, GOOD),
        pytest.param("employee/employment/1", 200, BOGUS, marks=by_the_specification),
        pytest.param("employee/1", 200, {"id": 1, "employments": [BOGUS]}, marks=by_the_specification),
    ],
)
@pytest.mark.parametrize("asked", [1, 3], ids=["the first time", "the third time"])
def test_an_answer_that_is_not_published(
    simulator: WatchedSimulator,
    http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    status: int,
    value: Any,
    asked: int,
) -> None:
    for _ in range(asked - 1):
        answers(simulator, monkeypatch, json_response(200, {"value": GOOD}))
        http.get(f"/{path}", headers=OTHERS)
    answers(simulator, monkeypatch, json_response(status, {"value": value}))
    with provoked():
        http.get(f"/{path}", headers=OTHERS)

    (deviation,) = simulator.watch.deviations
    assert deviation.startswith(f"answered GET /{path} with {status}")


@by_the_specification
def test_the_last_value_of_a_long_list_is_looked_at(
    simulator: WatchedSimulator, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [*[GOOD] * 999, BOGUS]
    listing = {"fullResultSize": 0, "from": 0, "count": 1000, "versionDigest": None, "values": values}
    answers(simulator, monkeypatch, json_response(200, listing))
    with provoked() as found:
        http.get("/employee/employment", params={"employeeId": 1})

    assert len(found) == 1


@pytest.mark.parametrize(
    "response",
    [
        Response(200, b"oops", [("Content-Type", "text/html")]),
        Response(200, b'{"value": {"id": 1}', [("Content-Type", "application/json")]),
        Response(200, b'{"value": {"id": 1}}', [("Content-Type", "text/plain")]),
        Response(200, b'{"values": [{"id": 1}]}', [("Content-Type", "application/json")]),
        Response(200),
        Response(204, b"{}", [("Content-Type", "application/json")]),
        Response(404, b"not found", [("Content-Type", "text/plain")]),
        json_response(404, {"status": 404}),
    ],
)
def test_an_answer_that_is_none(
    simulator: WatchedSimulator, http: httpx.Client, monkeypatch: pytest.MonkeyPatch, response: Response
) -> None:
    answers(simulator, monkeypatch, response)
    with provoked() as found:
        http.get("/employee/1")

    assert len(found) == 1


@by_the_specification
def test_success_where_nothing_is_published(
    simulator: WatchedSimulator, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(simulator, monkeypatch, json_response(200, {"value": GOOD}))
    with provoked() as found:
        http.get("/invoice/1", headers=OTHERS)

    assert len(found) == 1


@by_the_specification
@pytest.mark.parametrize("asked", [1, 3], ids=["the first time", "the third time"])
def test_the_line_of_the_flows_fails_by_itself_and_however_its_error_is_taken(asked: int) -> None:
    bodies = [{"value": GOOD}] * (asked - 1) + [{"value": BOGUS}]
    line = PublishedLine(httpx.MockTransport(lambda _: httpx.Response(200, json=bodies.pop(0))))
    with httpx.Client(transport=line, base_url="http://t/v2", headers=AGENT) as client:
        content = {"content": '{"id": 1, "version": 1}', "headers": {"Content-Type": UTF8}}
        for _ in range(asked - 1):
            client.put("/employee/employment/1", **content)
        with provoked() as found, pytest.raises(ValueError, match="BOGUS"):
            client.put("/employee/employment/1", **content)

    assert len(found) == 1


@by_the_specification
def test_a_request_is_held_against_the_enums_too() -> None:
    line = PublishedLine(httpx.MockTransport(lambda _: httpx.Response(200, json={"value": GOOD})))
    content = '{"id": 1, "employmentEndReason": "SACKED"}'
    with (
        httpx.Client(transport=line, base_url="http://t/v2") as client,
        provoked() as found,
        pytest.raises(ValueError, match="SACKED"),
    ):
        client.put("/employee/employment/1", content=content, headers={"Content-Type": UTF8})

    assert len(found) == 1


def answers(simulator: WatchedSimulator, monkeypatch: pytest.MonkeyPatch, response: Response) -> None:
    """From now on the simulator's API answers a copy of this."""
    monkeypatch.setattr(
        simulator.api, "answer", lambda *_: Response(response.status, response.body, list(response.headers))
    )


def test_answers_that_a_test_wants_wrong_are_counted_apart(simulator: WatchedSimulator, http: httpx.Client) -> None:
    for fault in ({"kind": "html"}, {"kind": "status", "status": 500, "body": {"odd": True}}):
        http.post("http://t/_simulator/faults", json={**fault, "times": 1})
        http.get("/department")

    assert simulator.watch.deviations == []
    assert (simulator.watch.seen["html"], simulator.watch.seen["status"]) == (1, 1)


def test_a_refusal_as_tripletex_would_say_it_is_held_against_the_envelope(
    simulator: WatchedSimulator, http: httpx.Client
) -> None:
    http.post("http://t/_simulator/faults", json={"kind": "status", "status": 503, "times": 1})
    http.get("/department")

    assert simulator.watch.deviations == []
    assert simulator.watch.seen == {"requests": 2, "answers": 2}


def test_another_process_fails_the_test_when_it_ends() -> None:
    with pytest.raises(AssertionError, match="asked GET /v2/invoice"), watched("--employees", "0") as company:
        httpx.get(f"{company.api_url}/invoice", headers=AGENT)
