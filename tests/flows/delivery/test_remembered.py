"""A drain goes by the connection's row as the last one read it, and never by a row that has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from huma_tripletex.clock import utc_now
from huma_tripletex.delivery import Clients
from huma_tripletex.gateway import opening
from huma_tripletex.models import Connection
from tests.flows.delivery_parts import Bench, bench, statements


@pytest.fixture
def stand(postgres_url: str) -> Iterator[Bench]:
    """Somebody is linked, and the last drain has left the row as it is."""
    with bench(postgres_url, clock=utc_now) as made:
        made.number = made.linked("p1")  # type: ignore[attr-defined]
        for phone in ("41000001", "41000002"):
            made.edit("p1", phone_number=phone)
            made.drain()
        yield made


def reads_of_the_row(stand: Bench) -> int:
    with statements(stand) as counted:
        report = stand.drain()
    assert report.delivered or not stand.entries()
    return counted["SELECT"]


def phone(stand: Bench) -> Any:
    return stand.employee(stand.number)["phoneNumberMobile"]  # type: ignore[attr-defined]


def test_a_row_that_is_the_same_is_not_read_before_a_request(stand: Bench) -> None:
    stand.edit("p1", phone_number="41000003")
    again = reads_of_the_row(stand)
    stand.clients.close()
    stand.clients = Clients()
    stand.edit("p1", phone_number="41000004")
    assert reads_of_the_row(stand) == again + 1
    assert phone(stand) == "41000004"


def change(stand: Bench, **values: Any) -> None:
    for name, value in values.items():
        setattr(stand.connection, name, value)
    stand.runtime.session.commit()


@pytest.mark.parametrize(
    "act",
    [
        lambda stand: change(stand, options={"add_new_people": True}),
        lambda stand: change(stand, countries={**stand.connection.countries, "XX": 1}),
    ],
    ids=["options", "countries"],
)
def test_what_was_changed_since_holds(
    stand: Bench, act: Callable[[Bench], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Connection] = []
    from huma_tripletex.delivery import loading

    real = loading.terms_of
    monkeypatch.setattr(loading, "terms_of", lambda row, now: (seen.append(row), real(row, now))[1])
    act(stand)
    stand.edit("p1", phone_number="41000003")
    stand.drain()
    assert phone(stand) == "41000003"
    assert [(row.options, row.countries) for row in seen] == [(stand.connection.options, stand.connection.countries)]


def test_a_token_that_was_replaced_is_used_at_once(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = opening.OpenClient.__init__

    def note(self: Any, runtime: Any, token: str, *rest: Any, **more: Any) -> None:
        opened.append(token)
        real(self, runtime, token, *rest, **more)

    monkeypatch.setattr(opening.OpenClient, "__init__", note)
    row, vault = stand.connection, stand.runtime.vault
    token = vault.open(row.sealed_token or b"", row.organisation_id, row.id, "token")
    change(stand, sealed_token=vault.seal(token, row.organisation_id, row.id, "token"))  # sealed anew, so it differs
    stand.edit("p1", phone_number="41000003")
    stand.drain()
    assert len(opened) == 1
    assert phone(stand) == "41000003"


@pytest.mark.parametrize(
    "values",
    [
        {"state": "paused"},
        {"state": "disconnected"},
        {"state": "connected", "snoozed_until": utc_now() + timedelta(hours=1)},
    ],
    ids=["paused", "disconnected", "snoozed"],
)
def test_nothing_is_sent_for_a_connection_that_was_halted_since(stand: Bench, values: dict[str, Any]) -> None:
    change(stand, **values)
    stand.edit("p1", phone_number="41000003")
    stand.drain()
    assert phone(stand) == "41000002"
    assert {entry.state for entry in stand.entries()} <= {"done", "waiting"}


def test_a_connection_that_fell_ill_since_is_tried_with_one_person(
    stand: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[int] = []
    from huma_tripletex.delivery import draining

    real = draining.take
    monkeypatch.setattr(draining, "take", lambda *given: (limits.append(given[2]), real(*given))[1])
    change(stand, failures=2)
    stand.edit("p1", phone_number="41000003")
    stand.drain()
    assert limits[:2] == [stand.runtime.settings.batch, 1], "the claim of all was given up"
    assert phone(stand) == "41000003"
    assert {entry.state for entry in stand.entries()} == {"done"}
