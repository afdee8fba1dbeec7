"""What people do with what waits or is parked, and the numbers that tell how the outbox is doing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huma_tripletex.models import Connection
from huma_tripletex.outbox.figures import Figures, figures
from huma_tripletex.outbox.wait import dismiss, open_entries, retry, wake
from tests.flows.host_parts import Clock, Statements, db, entries, make_connection
from tests.flows.outbox_parts import Hands


@pytest.fixture
def hands(connection: Connection, clock: Clock) -> Hands:
    """Three people: a is parked, b waits for an hour, c is due."""
    hands = Hands(clock, connection.id)
    hands.change("a", "bank_account_number")
    hands.change("b")
    hands.claim()
    hands.settle("parked", only=["a"], reason="account_rejected", detail={"status": 422})
    hands.settle("later", only=["b"], reason="unavailable", not_before=clock() + timedelta(hours=1))
    clock.forward(10)
    hands.change("c")
    return hands


def waiting(hands: Hands) -> list[str]:
    return [claimed.person_id for claimed in hands.claim()]


def test_trying_everything_again(hands: Hands, clock: Clock) -> None:
    assert retry(db.session(), hands.connection_id, clock()) == 2
    db.session.commit()
    assert sorted(waiting(hands)) == ["a", "b", "c"]
    parked = entries(person_id="a")[0]
    assert (parked.attempts, parked.reason, parked.detail, parked.again_at) == (0, "", {"status": 422}, clock())


def test_what_is_tried_again_stays_captured_and_failed_when_it_was(hands: Hands, clock: Clock) -> None:
    before = {entry.person_id: entry.captured_at for entry in entries()}
    retry(db.session(), hands.connection_id, clock())
    db.session.commit()
    a, b, c = entries()
    assert {entry.person_id: entry.captured_at for entry in (a, b, c)} == before
    assert (a.failed_at, a.failed_reason, a.request_id) == (clock() - timedelta(seconds=10), "account_rejected", "")
    assert (b.failed_at, b.failed_reason, b.again_at) == (None, "", clock())
    assert (c.failed_at, c.again_at) == (None, None)
    clock.forward(100)
    hands.claim()
    hands.settle("parked", only=["a"], reason="exhausted")
    retry(db.session(), hands.connection_id, clock())
    db.session.commit()
    assert (a.failed_at, a.failed_reason, a.again_at) == (clock(), "exhausted", clock())


def test_how_long_it_takes_is_counted_from_when_it_was_put_back(hands: Hands, clock: Clock) -> None:
    retry(db.session(), hands.connection_id, clock())
    clock.forward(7)
    assert figures(db.session(), hands.connection_id, clock()).oldest_waiting_at == clock() - timedelta(seconds=7)
    hands.claim()
    hands.settle(only=["a"], sent_at=clock())
    assert figures(db.session(), hands.connection_id, clock()).p50 == 7.0


def test_trying_some_again(hands: Hands, clock: Clock) -> None:
    assert retry(db.session(), hands.connection_id, clock(), person_id="a") == 1
    assert retry(db.session(), hands.connection_id, clock(), entry_ids=[entries(person_id="b")[0].id]) == 1
    assert retry(db.session(), hands.connection_id, clock(), entry_ids=[]) == 0


def test_another_connection_is_not_touched(hands: Hands, clock: Clock) -> None:
    other = make_connection("2", company_id=2)
    ids = [entry.id for entry in entries()]
    assert retry(db.session(), other.id, clock(), entry_ids=ids) == 0
    assert dismiss(db.session(), other.id, clock(), entry_ids=ids) == 0
    assert wake(db.session(), other.id, clock()) == 0
    assert open_entries(db.session(), other.id) == []


def test_setting_aside_for_good(hands: Hands, clock: Clock) -> None:
    assert dismiss(db.session(), hands.connection_id, clock()) == 1
    db.session.commit()
    assert hands.states() == ["dismissed", "waiting", "waiting"]
    hands.change("a", "bank_account_number")
    assert [len(claimed.entries) for claimed in hands.claim() if claimed.person_id == "a"] == [1]


def test_what_waits_only_is_not_set_aside(hands: Hands, clock: Clock) -> None:
    assert dismiss(db.session(), hands.connection_id, clock(), person_id="b") == 0


def test_a_connection_that_is_well_again_waits_for_nothing(hands: Hands, clock: Clock) -> None:
    assert wake(db.session(), hands.connection_id, clock()) == 1
    db.session.commit()
    assert sorted(waiting(hands)) == ["b", "c"]
    assert entries(person_id="a")[0].state == "parked"


def test_and_what_it_had_waited_for_goes_in_order(hands: Hands, clock: Clock) -> None:
    """The oldest first: neither by when it would have been tried again nor behind what was not tried at all."""
    hands.claim()
    hands.settle("later", only=["c"], reason="unavailable", not_before=clock() + timedelta(minutes=1))
    clock.forward(10)
    hands.change("d")
    clock.forward(10)
    wake(db.session(), hands.connection_id, clock())
    db.session.commit()
    assert [one.person_id for _ in range(3) for one in hands.claim(limit=1)] == ["b", "c", "d"]


def test_what_is_open_page_by_page(hands: Hands) -> None:
    everything = open_entries(db.session(), hands.connection_id)
    assert [entry.person_id for entry in everything] == ["a", "b", "c"]
    assert open_entries(db.session(), hands.connection_id, after=everything[0].id, limit=1) == everything[1:2]
    assert open_entries(db.session(), hands.connection_id, states=["parked"]) == everything[:1]
    assert open_entries(db.session(), hands.connection_id, person_id="c") == everything[2:]


def test_the_figures(hands: Hands, clock: Clock, statements: Statements) -> None:
    hands.claim()
    clock.forward(3)
    hands.settle(sent_at=clock())
    for seconds in (1, 2, 3, 40):
        hands.change("d")
        hands.claim()
        clock.forward(seconds)
        hands.settle(sent_at=clock())
    hands.change("e")
    hands.claim()
    statements.clear()
    found = figures(db.session(), hands.connection_id, clock())
    assert len(statements.texts) == 2
    assert found == Figures(
        waiting=1,
        in_flight=1,
        parked_people=1,
        oldest_waiting_at=clock() - timedelta(seconds=59),
        delivered_last_minute=5,
        p50=3.0,
        p95=40.0,
        due_since=clock() + timedelta(seconds=20),
        held_up_by="unavailable",
        somebody_works=True,
    )
    clock.forward(61)
    assert figures(db.session(), hands.connection_id, clock()).delivered_last_minute == 0


def test_the_figures_of_nothing(connection: Connection, clock: Clock) -> None:
    assert figures(db.session(), connection.id, clock()) == Figures(0, 0, 0, None, 0, None, None)
