"""The watch over the simulators of other tests finds what deviates, in both directions, and tells what it let pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN, SimulatorApp
from huma_tripletex.simulator.messages import Response, json_response
from tests.parts.tripletex import watched
from tests.parts.watching import WatchedSimulator

AGENT = {"User-Agent": "huma-tripletex/1.0"}


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
    body = {"consumerToken": CONSUMER_TOKEN, "employeeToken": token, "expirationDate": "2099-01-01"}
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
    http.request(method, path, content=content, headers={"Content-Type": "application/json; charset=utf-8"})

    (deviation,) = simulator.watch.deviations
    assert "content-type" not in deviation
    assert deviation.startswith(f"asked {method} /v2{path.partition('?')[0]}")


@pytest.mark.parametrize(
    "value", [{"id": "1"}, {"id": 1, "isInactive": False}, {"id": 1, "firstName": None}, {"id": 1, "employments": {}}]
)
def test_an_answer_that_is_not_published(
    simulator: WatchedSimulator, http: httpx.Client, monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    def answer(*_: Any) -> Response:
        return json_response(200, {"value": value})

    monkeypatch.setattr(simulator.api, "answer", answer)
    http.get("/employee/1")

    (deviation,) = simulator.watch.deviations
    assert deviation.startswith("answered GET /employee/1 with 200")


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
