"""Clients that are kept between drains, over real sockets: a process that serves many connections does not keep the
sockets of all of them, and whoever is served all the time keeps theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx
import pytest

from huma_tripletex import connecting
from huma_tripletex.clock import utc_now
from huma_tripletex.delivery import Clients, clients, drain
from huma_tripletex.gateway.opening import OpenClient
from huma_tripletex.models import Connection, OutboxEntry
from tests.flows.delivery_parts import Bench, bench
from tests.parts.tripletex import SimulatedTripletex

MOST = 3
"""Clients that are kept at a time, in these tests."""
CREATE = "/v2/token/session/:create"


@dataclass
class OnSockets(Bench):
    """A bench whose Tripletex is another process."""

    company: Any = None

    def http(self, method: str, what: str, **options: Any) -> Any:
        answer = httpx.request(method, f"{self.company.url}/_simulator/{what}", timeout=30, **options)
        return answer.raise_for_status().json() if answer.content else None

    def tenant(self) -> int:
        """A connection with somebody who is linked."""
        same = {column.key for column in Connection.__table__.columns} - {"id", "organisation_id", "sealed_token"}
        first, number = self.session.get_one(Connection, 1), len(self.people)
        made = Connection(**{name: getattr(first, name) for name in same}, organisation_id=f"tenant {number}")
        self.session.add(made)
        self.session.flush()
        made.sealed_token = self.runtime.vault.seal(self.token.encode(), made.organisation_id, made.id, "token")
        made.sealed_session = made.session_expires_on = None
        self.session.commit()
        self.connection_id = made.id
        self.linked(person_of(made.id), employee_id=str(number + 100), family_name=f"Nordmann {number}")
        return self.connection_id

    def serve(self, tenant: int) -> None:
        """Somebody is edited, and that is delivered."""
        name = person_of(tenant)
        person, phone = self.people[name], f"41{next(PHONES):06}"
        self.people[name] = replace(person, values={**person.values, "phone_number": phone})
        entry = OutboxEntry(person_id=name, fields=["phone_number"], captured_at=utc_now())
        entry.connection_id, entry.not_before = tenant, utc_now()
        self.session.add(entry)
        self.session.commit()
        assert drain(self.runtime, tenant, clients=self.clients).delivered == 1
        self.session.remove()

    def asked_for(self, what: str) -> int:
        return [row["path"] for row in self.http("GET", "requests")].count(what)


PHONES = count()


def person_of(tenant: int) -> str:
    return f"p{tenant}"


@pytest.fixture
def stand(postgres_url: str, tripletex: SimulatedTripletex, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnSockets]:
    with bench(postgres_url, clock=utc_now, in_flight=1) as plain:
        monkeypatch.setattr(clients, "SOCKETS", MOST)
        made = OnSockets(**vars(plain), company=tripletex)
        made.runtime = replace(
            plain.runtime, transport=None, settings=replace(plain.runtime.settings, api_url=tripletex.api_url)
        )
        yield made
        made.clients.close()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_many_connections_in_turn_leave_a_few_sockets_open(stand: OnSockets) -> None:
    tenants = [stand.tenant() for _ in range(4 * MOST)]
    stand.serve(tenants[0])
    before = descriptors()
    for tenant in tenants[1:]:
        stand.serve(tenant)
    assert descriptors() <= before + MOST - 1
    for tenant in tenants[:2]:
        stand.serve(tenant)
    assert descriptors() <= before + MOST - 1


def test_those_that_were_not_used_for_a_while_are_let_go_of(stand: OnSockets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among them one that was disconnected at rest. The session is on the row, and serves the next client."""
    tenants = [stand.tenant() for _ in range(MOST)]
    before = descriptors()
    for tenant in tenants:
        stand.serve(tenant)
    assert descriptors() >= before + MOST
    connecting.disconnect(stand.runtime, stand.session.get_one(Connection, tenants[0]), None)
    stand.session.commit()
    stand.session.remove()
    monkeypatch.setattr(clients, "IDLE", 0.0)
    stand.clients.tidy()
    assert descriptors() <= before + 1, "one is the database's"
    sessions = stand.asked_for(CREATE)
    for tenant in tenants[1:]:
        stand.serve(tenant)
    assert stand.asked_for(CREATE) == sessions


def test_whoever_is_served_all_the_time_keeps_the_socket_and_what_is_known(
    stand: OnSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = stand.tenant()
    stand.serve(busy)
    remembered = stand.clients.remembered(busy)
    assert remembered
    opened: list[Any] = []
    real = OpenClient.__init__
    monkeypatch.setattr(OpenClient, "__init__", lambda *given: (opened.append(given), real(*given))[1])
    for _ in range(3 * MOST):
        other = stand.tenant()
        opened.clear()
        stand.serve(other)
        stand.clients.tidy()
        stand.serve(busy)
    assert len(opened) == 1, "only the other one's was opened"
    again = stand.clients.remembered(busy)
    assert again
    assert again.client is remembered.client


def test_a_connection_with_a_drain_under_way_keeps_its_client(
    stand: OnSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: set[int] = set()
    stand.clients = Clients(under_way.__contains__)
    hanging = stand.tenant()
    stand.serve(hanging)
    client = stand.clients.of(stand.runtime, stand.session.get_one(Connection, hanging))
    under_way.add(hanging)
    for _ in range(2 * MOST):
        stand.serve(stand.tenant())
    monkeypatch.setattr(clients, "IDLE", 0.0)
    stand.clients.tidy()
    assert stand.clients.of(stand.runtime, stand.session.get_one(Connection, hanging)) is client
    under_way.clear()
    stand.clients.tidy()
    assert stand.clients.of(stand.runtime, stand.session.get_one(Connection, hanging)) is not client


def test_the_client_of_a_token_that_was_replaced_is_closed(stand: OnSockets) -> None:
    tenant = stand.tenant()
    stand.serve(tenant)
    before = descriptors()
    for _ in range(3):
        row = stand.session.get_one(Connection, tenant)
        row.sealed_token = stand.runtime.vault.seal(stand.token.encode(), row.organisation_id, row.id, "token")
        stand.session.commit()
        stand.serve(tenant)
    assert descriptors() <= before


def test_whoever_opens_a_client_does_not_wait_until_the_session_of_another_is_ended(sqlite_url: str) -> None:
    """It was kept by nobody. To end it is a call to Tripletex, which takes as long as it takes."""
    with bench(sqlite_url, clock=utc_now) as stand:
        stand.clients.of(stand.runtime, stand.connection).departments()
        stand.connection.sealed_token = stand.runtime.vault.seal(stand.token.encode(), "1", 1, "token")
        stand.session.commit()
        stand.clients.of(stand.runtime, stand.connection)
        assert ended(stand) == 0
        stand.clients.tidy()
        assert ended(stand) == 1


def ended(stand: Bench) -> int:
    rows = stand.http("GET", "requests")
    return len([row for row in rows if row["method"] == "DELETE" and row["path"].startswith("/v2/token/session/")])
