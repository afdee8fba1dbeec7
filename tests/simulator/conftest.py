"""A simulator in this process, and a client that checks the shape of everything it is answered."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN, Simulator, SimulatorApp, Switches
from tests.simulator.shapes import CheckedAnswers

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Api:
    """A client of one simulator, logged in with one of its tokens. A bare path means below /v2."""

    def __init__(self, simulator: Simulator, place: int = 0) -> None:
        self.simulator = simulator
        self.shapes = CheckedAnswers(httpx.WSGITransport(SimulatorApp(simulator)))
        self.http = httpx.Client(transport=self.shapes, base_url="http://simulated.test")
        self.token = self.control("GET", "tokens").json()[place]
        self.session = self.login().json()["value"]["token"]

    def login(self, **changes: Any) -> httpx.Response:
        body = {
            "consumerToken": CONSUMER_TOKEN,
            "employeeToken": self.token["employee_token"],
            "expirationDate": (self.simulator.world.clock.oslo_today() + timedelta(days=1)).isoformat(),
        }
        return self.http.post("/v2/token/session/:create", json={**body, **changes})

    def control(self, method: str, name: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.http.request(method, f"/_simulator/{name}", json=json, **options)

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> httpx.Response:
        options.setdefault("auth", ("0", self.session))
        return self.http.request(method, f"/v2/{path}", json=json, **options)

    def get(self, path: str, **params: Any) -> Any:
        """The value or values of a GET that must succeed. `from_` is the parameter `from`."""
        answer = self("GET", path, params={name.rstrip("_"): value for name, value in params.items()})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body["values"] if "values" in body else body["value"]

    def switch(self, **changes: Any) -> None:
        assert self.control("PATCH", "switches", changes).status_code == 200

    def fault(self, kind: str, **how: Any) -> dict[str, Any]:
        answer = self.control("POST", "faults", {"kind": kind, **how})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def person(self, **changes: Any) -> dict[str, Any]:
        """A body that POST /employee accepts in the first company."""
        return {
            "firstName": "Kari",
            "lastName": "Nordmann",
            "dateOfBirth": "1990-05-17",
            "userType": "NO_ACCESS",
            **changes,
        }

    def hire(self, start: str = "2024-01-01", **changes: Any) -> dict[str, Any]:
        """A new employee with one employment, which is expanded in the answer."""
        body = self.person(employments=[{"startDate": start}], **changes)
        answer = self("POST", "employee", body, params={"fields": "*,employments(*)"})
        assert answer.status_code == 201, answer.text
        return answer.json()["value"]


MakeApi = Callable[..., Api]


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    """Makes a simulator, at noon on 23 November 2026, and a client logged in to it."""
    made: list[Api] = []

    def make(place: int = 0, switches: dict[str, Any] | None = None, **options: Any) -> Api:
        options.setdefault("employees", 5)
        options.setdefault("clock", lambda: NOON)
        made.append(Api(Simulator(switches=Switches().changed(switches or {}), **options), place))
        return made[-1]

    yield make
    for api in made:
        api.http.close()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """The first company, with all rights."""
    return make_api()


@pytest.fixture
def second(make_api: MakeApi) -> Api:
    """The second company, which has departments and divisions, with all rights."""
    return make_api(place=3)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)


def soon() -> str:
    """A day on which a session may end, by the clock on the wall."""
    return (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


def refusal(answer: httpx.Response) -> tuple[int, int, list[str | None]]:
    """Status, code and fields of a refusal."""
    body = answer.json()
    return answer.status_code, body["code"], [message["field"] for message in body["validationMessages"] or ()]
