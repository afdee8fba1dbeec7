"""A worker that has lost a person without knowing it writes nothing over what another has sent since."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from huma_tripletex.delivery import Clients, drain
from huma_tripletex.outbox.sweep import release_expired
from tests.flows.delivery_parts import Bench, Line, bench


class HeldUp(Line):
    """The way to a Tripletex that takes its time with the first change."""

    def __init__(self, stand: Bench) -> None:
        super().__init__(stand.simulator)
        self.reached, self.goes_on = threading.Event(), threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and not self.reached.is_set():
            self.reached.set()
            self.goes_on.wait(30)
        return super().handle_request(request)


@pytest.fixture
def stand(postgres_url: str) -> Iterator[Bench]:
    """One at a time, so that the second person waits behind the first."""
    with bench(postgres_url, in_flight=1) as made:
        yield made


@pytest.mark.parametrize("edit", [{"phone_number": "922 22 222"}, {"first_workday": "2020-03-01"}])
def test_the_newer_value_stays(stand: Bench, edit: dict[str, str]) -> None:
    stand.linked("p1", employee_id="1", given_name="Ann")
    second = stand.linked("p2", employee_id="2", given_name="Bo", family_name="Vik")
    line = HeldUp(stand)
    stand.edit("p1", phone_number="911 11 111")
    stand.clock.forward(1)
    stand.edit("p2", **({"phone_number": "911 11 111"} if "phone_number" in edit else {"first_workday": "2020-02-01"}))

    def first_worker() -> None:
        with stand.app.app_context():
            drain(replace(stand.runtime, transport=line), stand.connection_id, clients=Clients())

    working = threading.Thread(target=first_worker)
    working.start()
    assert line.reached.wait(10)
    release_expired(stand.session(), stand.clock() + timedelta(hours=1))  # by a clock that is ahead
    stand.session().commit()
    stand.edit("p2", **edit)
    stand.drain()
    line.goes_on.set()
    working.join()
    for _ in range(3):
        stand.clock.forward(60)
        stand.sweep()
        stand.drain()

    there = stand.employee(second)
    if "phone_number" in edit:
        assert there["phoneNumberMobile"].endswith("92222222")
    else:
        assert there["employments"][0]["startDate"] == "2020-03-01"
    assert {entry.state for entry in stand.entries()} == {"done"}
