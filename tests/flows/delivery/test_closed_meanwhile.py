"""A connection that is paused or disconnected while people are being sent: nobody is begun with after that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import httpx
import pytest

from huma_tripletex import connecting
from huma_tripletex.clock import utc_now
from huma_tripletex.delivery.stops import Stops
from huma_tripletex.models import Connection
from tests.flows.delivery_parts import Bench, bench, statements

PEOPLE, SLOW, CLOSED_AT = 60, 0.3, 3
Act = Callable[..., None]


@pytest.fixture
def stand(database_url: str) -> Iterator[Bench]:
    with bench(database_url, clock=utc_now) as made:
        for n in range(PEOPLE):
            made.linked(f"p{n}", employee_id=str(n + 1), family_name=f"Nordmann {n}")
            made.edit(f"p{n}", phone_number=f"+474100{n:04d}")
        made.fault("delay", path="/v2/employee*", seconds=SLOW)
        yield made


class ClosedMeanwhile(httpx.BaseTransport):
    """The way to Tripletex; as the third change leaves, an administrator acts."""

    def __init__(self, stand: Bench, act: Act) -> None:
        self._way, self._changes = stand.runtime.transport, count(1)
        self._stand, self._act = stand, act

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self._way
        if request.method == "PUT" and next(self._changes) == CLOSED_AT:
            with self._stand.app.app_context():
                do(self._stand, self._act)
                self._stand.session.remove()
        return self._way.handle_request(request)


def do(stand: Bench, act: Act) -> None:
    connection = stand.session.get_one(Connection, stand.connection_id)
    act(stand.runtime, connection, None)
    stand.session.commit()


def drained(stand: Bench, act: Act) -> list[str]:
    """Closes the connection in the middle of a drain; the calls that Tripletex received, and how they ended."""
    plain = stand.runtime
    stand.runtime = replace(plain, transport=ClosedMeanwhile(stand, act))
    stand.drain()
    stand.runtime = plain
    return [f"{row['method']} {row['status']}" for row in stand.http("GET", "requests")]


def test_nobody_is_begun_with_after_a_pause_and_nothing_is_lost(stand: Bench) -> None:
    calls = drained(stand, connecting.pause)

    in_flight = stand.runtime.settings.in_flight
    assert CLOSED_AT <= calls.count("PUT 200") <= 3 * in_flight
    states = Counter(entry.state for entry in stand.entries())
    assert states == {"done": calls.count("PUT 200"), "waiting": PEOPLE - calls.count("PUT 200")}
    assert {entry.attempts for entry in stand.entries() if entry.state == "waiting"} == {0}
    stand.drain()
    assert Counter(entry.state for entry in stand.entries()) == states

    stand.http("DELETE", "faults")
    do(stand, connecting.resume)
    stand.drain()
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_after_disconnecting_nothing_is_sent_and_no_session_is_left(stand: Bench) -> None:
    """The session ends with the connection, and the token may not make another."""
    calls = drained(stand, connecting.disconnect)

    assert calls.count("PUT 200") <= 3 * stand.runtime.settings.in_flight
    assert calls.count("DELETE 204") == calls.count("POST 201")
    states = Counter((entry.state, entry.reason) for entry in stand.entries())
    assert states[("dismissed", "disconnected")] >= PEOPLE - 3 * stand.runtime.settings.in_flight
    assert {state for state, _ in states} == {"done", "dismissed"}


def test_one_that_was_connected_again_at_once_keeps_what_waits(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen as disconnected, it may be another's by the time that what waits would be dismissed."""
    heed, once = Stops.heed, iter([True])

    def connect_again(stops: Stops, give_back: Callable[[], None]) -> None:
        heed(stops, give_back)
        if stops.disconnected and next(once, False):
            with stand.app.app_context():
                connecting.connect(stand.runtime, "1", stand.token, None)
                stand.session.commit()
                stand.session.remove()

    monkeypatch.setattr(Stops, "heed", connect_again)
    drained(stand, connecting.disconnect)
    assert "waiting" in {entry.state for entry in stand.entries()}


def test_a_drain_that_is_over_sooner_does_not_ask(stand: Bench) -> None:
    stand.http("DELETE", "faults")
    with statements(stand) as quick:
        Stops(stand.runtime, stand.connection_id).heed(lambda: None)
    assert not quick

    moments = iter([utc_now(), utc_now() + timedelta(seconds=1)])
    stops = Stops(replace(stand.runtime, clock=lambda: next(moments)), stand.connection_id)
    with statements(stand) as slow:
        stops.heed(lambda: None)
        stops.heed(lambda: None)
    assert slow == {"SELECT": 1}
