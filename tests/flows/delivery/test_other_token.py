"""What is learnt with a token is about this token: whoever still uses the old one says nothing of the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from huma_tripletex import connecting, planning
from huma_tripletex.models import Connection
from tests.flows.delivery_parts import Bench, bench


@dataclass
class Meanwhile(httpx.BaseTransport):
    """The way to the simulator; once, before an answer is handed over, something else happens."""

    way: httpx.BaseTransport
    method: str
    path: str
    act: Callable[[], None]
    has_acted: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.way.handle_request(request)
        if not self.has_acted and (request.method, request.url.path[: len(self.path)]) == (self.method, self.path):
            self.has_acted = True
            self.act()
        return answer


@pytest.fixture(params=["postgres_url", "sqlite_url"])
def stand(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with bench(request.getfixturevalue(request.param)) as made:
        made.linked("p1")
        yield made


def meanwhile(stand: Bench, method: str, path: str, act: Callable[[], None]) -> None:
    assert stand.runtime.transport is not None
    stand.runtime = replace(stand.runtime, transport=Meanwhile(stand.runtime.transport, method, path, act))


def in_a_request_of_its_own(stand: Bench, act: Callable[[Connection], None]) -> None:
    """On the thread that calls; with a database session of its own."""
    with stand.app.app_context():
        act(stand.session.get_one(Connection, stand.connection_id))
        stand.session.commit()
        stand.session.remove()


def replace_token(stand: Bench) -> None:
    in_a_request_of_its_own(
        stand, lambda connection: connecting.replace_token(stand.runtime, connection, stand.token, None)
    )


def test_a_drain_with_the_old_token_leaves_a_connection_well_that_has_a_new_one(stand: Bench) -> None:
    stand.edit("p1", phone_number="41000001")
    stand.fault("status", method="PUT", path="/v2/employee*", status=401, times=2)
    meanwhile(stand, "PUT", "/v2/employee", lambda: replace_token(stand))

    report = stand.drain()

    assert (stand.connection.state, stand.connection.failures, stand.connection.snoozed_until) == ("connected", 0, None)
    assert report.more, "what the old token has put off is due"
    stand.drain()
    assert stand.entry().outcome == "delivered"


def test_a_comparison_with_the_old_token_leaves_a_connection_well_that_has_a_new_one(stand: Bench) -> None:
    plan = planning.begin(stand.runtime, stand.connection, None)
    stand.session.commit()
    stand.fault("status", method="GET", path="/v2/department*", status=401, times=2)
    meanwhile(stand, "GET", "/v2/country", lambda: in_a_request_of_its_own(stand, another))

    planning.draft(stand.runtime, plan.id)

    assert plan.state == "failed"
    assert stand.connection.state == "connected"


def another(connection: Connection) -> None:
    connection.sealed_token = b"another"


def test_a_new_token_ends_the_trouble_that_the_old_one_made_while_it_was_checked(stand: Bench) -> None:
    stand.edit("p1", phone_number="41000001")
    until = stand.clock() + timedelta(seconds=60)
    trouble = {"state": "needs_attention", "state_reason": "unauthorised", "failures": 1, "snoozed_until": until}

    def act() -> None:
        with stand.runtime.host.db.engine.begin() as other:
            other.execute(update(Connection).values(**trouble))

    connection = stand.connection
    meanwhile(stand, "GET", "/v2/country", act)
    connecting.replace_token(stand.runtime, connection, stand.token, None)
    stand.session.commit()

    assert (stand.connection.state, stand.connection.failures, stand.connection.snoozed_until) == ("connected", 0, None)
    stand.drain()
    assert stand.entry().outcome == "delivered"


def test_a_connection_that_was_given_up_meanwhile_gets_no_token(stand: Bench) -> None:
    connection = stand.connection
    meanwhile(
        stand,
        "GET",
        "/v2/country",
        lambda: in_a_request_of_its_own(stand, lambda one: connecting.disconnect(stand.runtime, one, None)),
    )
    with pytest.raises(connecting.Refusal, match="not_connected"):
        connecting.replace_token(stand.runtime, connection, stand.token, None)
    stand.session.rollback()
    assert (stand.connection.state, stand.connection.sealed_token) == ("disconnected", None)
