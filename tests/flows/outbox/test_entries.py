"""The outbox moves entries between states: who is claimed, what is settled, what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex.models import Connection, OutboxLease
from huma_tripletex.outbox.record import RunChange, record_for_run
from huma_tripletex.outbox.settle import Settlement, extend, hand_back, settle
from huma_tripletex.outbox.sweep import prune
from tests.flows.host_parts import Clock, Statements, db, entries, make_connection
from tests.flows.outbox_parts import LEASE, Hands


@pytest.fixture
def hands(connection: Connection, clock: Clock) -> Hands:
    return Hands(clock, connection.id)


def people(hands: Hands) -> list[str]:
    return [claimed.person_id for claimed in hands.held]


def leases() -> list[str]:
    return list(db.session.scalars(select(OutboxLease.person_id).order_by(OutboxLease.person_id)))


def test_a_thousand_edits_of_ten_people_are_ten_attempts(hands: Hands) -> None:
    for number in range(1000):
        hands.change(f"p{number % 10}", "phone_number" if number % 2 else "employee_id")
    claimed = hands.claim()
    assert sorted(people(hands)) == [f"p{number}" for number in range(10)]
    assert sum(len(one.entries) for one in claimed) == 1000
    assert {one.fields for one in claimed} == {("employee_id",), ("phone_number",)}
    assert hands.settle() == 1000
    assert set(hands.states()) == {"done"}
    assert hands.claim() == []


def test_the_longest_waiting_come_first_and_no_more_than_asked_for(hands: Hands, clock: Clock) -> None:
    for person_id in ("c", "a", "b"):
        hands.change(person_id)
        clock.forward(1)
    hands.claim(limit=2)
    assert people(hands) == ["c", "a"]
    hands.claim(limit=2)
    assert people(hands) == ["b"]


def test_a_claimed_person_is_nobody_elses(hands: Hands) -> None:
    hands.change()
    first = hands.claim()
    hands.change()
    assert hands.claim() == []
    assert [one.person_id for one in first] == ["p"]
    assert hands.states() == ["in_flight", "waiting"]


def test_a_claimed_person_does_not_stand_in_the_way_of_others(hands: Hands) -> None:
    hands.change("a")
    hands.claim()
    hands.change("a")
    hands.change("b")
    hands.claim(limit=1)
    assert people(hands) == ["b"]


def test_nobody_settles_what_somebody_else_holds(hands: Hands, connection: Connection) -> None:
    hands.change("a")
    (theirs,) = hands.claim()
    hands.change("b")
    hands.claim()
    wrong = Settlement(connection_id=connection.id, person_id="b", entry_ids=theirs.entry_ids, outcome="delivered")
    assert settle(db.session(), hands.token, [wrong], hands.clock()).entries == 0
    db.session.commit()
    assert hands.states() == ["in_flight", "waiting"]


def test_what_came_meanwhile_goes_next(hands: Hands) -> None:
    hands.change("p", "phone_number")
    hands.claim()
    hands.change("p", "employee_id")
    assert hands.settle() == 1
    assert [one.fields for one in hands.claim()] == [("employee_id",)]


def test_kinds_fields_and_attempts_of_several_entries(hands: Hands, clock: Clock) -> None:
    hands.change("p", "phone_number", kind="added")
    hands.claim()
    hands.settle("later", not_before=clock(), unsure=True)
    clock.forward(5)
    hands.change("p", "given_name")
    (claimed,) = hands.claim()
    assert claimed.kind == "added"
    assert claimed.fields == ("given_name", "phone_number")
    assert (claimed.attempts, claimed.unsure) == (1, True)
    assert claimed.began == clock() - timedelta(seconds=5)


@pytest.mark.parametrize(("outcome", "attempts"), [("later", 1), ("snoozed", 0)])
def test_what_did_not_end_waits_until_its_time(hands: Hands, clock: Clock, outcome: str, attempts: int) -> None:
    hands.change()
    hands.claim()
    hands.settle(outcome, reason="unavailable", not_before=clock() + timedelta(seconds=60), unsure=True)
    (entry,) = entries()
    assert (entry.state, entry.attempts, entry.reason, entry.lease) == ("waiting", attempts, "unavailable", None)
    assert (entry.unsure, entry.settled_at) == (True, None)
    assert hands.claim() == []
    clock.forward(60)
    assert len(hands.claim()) == 1


def test_a_new_edit_takes_along_what_would_have_waited_longer(hands: Hands, clock: Clock) -> None:
    hands.change("p", "phone_number")
    hands.claim()
    hands.settle("later", not_before=clock() + timedelta(hours=1))
    hands.change("p", "employee_id")
    assert [one.fields for one in hands.claim()] == [("phone_number", "employee_id")]


def test_what_is_settled_keeps_the_facts(hands: Hands, clock: Clock) -> None:
    hands.change()
    hands.claim()
    sent_at = clock()
    clock.forward(2)
    detail = {"fields": ["phone_number"], "status": 422}
    hands.settle("parked", reason="rejected", detail=detail, request_id="r-1", sent_at=sent_at)
    (entry,) = entries()
    assert (entry.state, entry.outcome, entry.reason, entry.detail) == ("parked", "parked", "rejected", detail)
    assert (entry.request_id, entry.sent_at, entry.settled_at) == ("r-1", sent_at, clock())
    assert hands.claim() == []


@pytest.mark.parametrize("outcome", ["delivered", "nothing_to_do", "superseded", "different"])
def test_what_ended_is_done(hands: Hands, outcome: str) -> None:
    hands.change()
    hands.claim()
    hands.settle(outcome)
    (entry,) = entries()
    assert (entry.state, entry.outcome) == ("done", outcome)
    assert leases() == []


def test_a_parked_person_does_not_hold_up_other_fields(hands: Hands) -> None:
    hands.change("p", "bank_account_number")
    hands.claim()
    hands.settle("parked", reason="account_rejected")
    hands.change("p", "phone_number")
    assert [one.fields for one in hands.claim()] == [("phone_number",)]
    hands.settle()
    assert hands.states() == ["parked", "done"]


def test_an_edit_supersedes_what_is_parked_and_takes_its_other_fields_along(hands: Hands, clock: Clock) -> None:
    hands.change("p", "bank_account_number", "phone_number", kind="added")
    hands.claim()
    hands.settle("parked", reason="exhausted")
    clock.forward(1000)
    hands.change("p", "bank_account_number")
    (claimed,) = hands.claim()
    assert claimed.fields == ("phone_number", "bank_account_number")
    assert (claimed.kind, claimed.attempts, claimed.began) == ("added", 0, clock())
    parked = entries(person_id="p")[0]
    assert (parked.captured_at, parked.failed_reason) == (clock() - timedelta(seconds=1000), "exhausted")
    hands.settle()
    assert hands.states() == ["done", "done"]


def test_somebody_who_left_takes_everything_parked_along(hands: Hands, connection: Connection) -> None:
    hands.change("p", "bank_account_number")
    hands.claim()
    hands.settle("parked")
    hands.change("p", "phone_number")
    db.session.delete(entries(state="waiting")[0])
    record_for_run(db.session(), connection.id, 1, [RunChange("p", ())], hands.clock())
    db.session.commit()
    assert len(hands.claim()[0].entries) == 2


def test_whoever_lost_the_lease_settles_nothing(hands: Hands, clock: Clock) -> None:
    hands.change()
    zombie = hands.claim()
    old = hands.token
    clock.forward(LEASE.total_seconds() + 1)
    assert hands.sweep() == 1
    assert hands.settle("parked", token=old) == 0
    (claimed,) = hands.claim()
    assert (claimed.unsure, claimed.attempts) == (True, 1)
    assert hands.settle("parked", token=old) == 0
    assert hand_back(db.session(), old) == 0
    assert extend(db.session(), old, clock() + LEASE) == 0
    db.session.commit()
    assert zombie[0].entry_ids == claimed.entry_ids
    assert hands.states() == ["in_flight"]
    assert hands.settle() == 1
    assert hands.states() == ["done"]


def test_an_expired_lease_is_nobodys_before_the_sweep(hands: Hands, clock: Clock) -> None:
    hands.change()
    hands.claim()
    hands.change()
    clock.forward(LEASE.total_seconds() + 1)
    assert hands.claim() == []
    hands.sweep()
    assert len(hands.claim()[0].entries) == 2


def test_a_sign_of_life_keeps_the_lease(hands: Hands, clock: Clock) -> None:
    hands.change("a")
    hands.change("b")
    hands.claim()
    clock.forward(15)
    assert extend(db.session(), hands.token, clock() + LEASE) == 2
    db.session.commit()
    clock.forward(15)
    assert hands.sweep() == 0
    assert hands.settle() == 2


def test_handing_back_some_or_all(hands: Hands) -> None:
    for person_id in ("a", "b", "c"):
        hands.change(person_id)
    hands.claim()
    assert hand_back(db.session(), hands.token, ["a"]) == 1
    assert hand_back(db.session(), hands.token) == 2
    db.session.commit()
    assert hands.states() == ["waiting"] * 3
    assert leases() == []
    assert {entry.attempts for entry in entries()} == {0}


def test_an_entry_that_no_settlement_names_waits_again(hands: Hands) -> None:
    hands.change("p", "phone_number")
    hands.change("p", "employee_id")
    (claimed,) = hands.claim()
    first = Settlement(
        connection_id=hands.connection_id, person_id="p", entry_ids=claimed.entry_ids[:1], outcome="delivered"
    )
    assert settle(db.session(), hands.token, [first], hands.clock()).entries == 1
    db.session.commit()
    assert hands.states() == ["done", "waiting"]
    assert leases() == []


def test_each_entry_of_a_person_may_have_an_outcome_of_its_own(hands: Hands, clock: Clock) -> None:
    hands.change("p", "phone_number")
    hands.change("p", "employee_id")
    (claimed,) = hands.claim()
    outcomes: list[Any] = ["different", "parked"]
    settled = [
        Settlement(connection_id=hands.connection_id, person_id="p", entry_ids=(entry.id,), outcome=outcome)
        for entry, outcome in zip(claimed.entries, outcomes, strict=True)
    ]
    assert settle(db.session(), hands.token, settled, clock()).entries == 2
    db.session.commit()
    assert hands.states() == ["done", "parked"]


@pytest.mark.parametrize(
    "values", [{"state": "paused"}, {"state": "needs_attention"}, {"state": "disconnected"}, {"activated_at": None}]
)
def test_a_connection_that_rests_is_not_due(hands: Hands, connection: Connection, values: dict[str, Any]) -> None:
    hands.change()
    assert hands.due() == [connection.id]
    for name, value in values.items():
        setattr(connection, name, value)
    db.session.commit()
    assert hands.due() == []
    assert hands.claim() == []


@pytest.mark.parametrize("state", ["connected", "needs_attention"])
def test_a_snoozed_connection_is_due_when_its_snooze_is_over(
    hands: Hands, connection: Connection, clock: Clock, state: str
) -> None:
    hands.change()
    connection.state, connection.snoozed_until = state, clock() + timedelta(seconds=10)
    db.session.commit()
    assert (hands.due(), hands.claim()) == ([], [])
    clock.forward(10)
    assert hands.due() == [connection.id]
    assert len(hands.claim()) == 1


def test_before_the_first_run_has_ended_only_its_people_go(hands: Hands, connection: Connection) -> None:
    connection.activated_at = None
    db.session.commit()
    hands.change("captured")
    hands.change("both")
    expected = {"phone_number": ["a", "b"]}
    changes = [RunChange("both", ("phone_number",), expected=expected), RunChange("new", ("given_name",), "create")]
    assert record_for_run(db.session(), connection.id, 7, changes, hands.clock()) == 2
    db.session.commit()
    assert hands.due() == [connection.id]
    claimed = {one.person_id: one for one in hands.claim()}
    assert claimed.keys() == {"both", "new"}
    assert [entry.run_id for entry in claimed["both"].entries] == [None, 7]
    assert claimed["both"].entries[1].expected == expected
    assert claimed["both"].entries[0].expected is None
    assert claimed["new"].kind == "create"
    hands.settle()
    assert hands.due() == []


def test_a_run_of_another_connection_makes_nothing_due(hands: Hands, connection: Connection) -> None:
    other = make_connection("2", company_id=2, activated_at=None)
    connection.activated_at = None
    hands.change("captured")
    record_for_run(db.session(), other.id, 7, [RunChange("p", ("phone_number",))], hands.clock())
    db.session.commit()
    assert hands.due() == [other.id]


def test_the_connection_that_waits_longest_is_first(hands: Hands, connection: Connection, clock: Clock) -> None:
    other, third = make_connection("2", company_id=2), make_connection("3", company_id=3)
    for number in (other, connection, third):
        Hands(clock, number.id, number.organisation_id).change("p")
        clock.forward(1)
    assert hands.due() == [other.id, connection.id, third.id]


def test_pruning_keeps_what_is_open_or_young(hands: Hands, clock: Clock) -> None:
    for person_id, outcome in (("a", "delivered"), ("b", "parked"), ("c", "later")):
        hands.change(person_id)
        hands.claim()
        hands.settle(outcome)
    clock.forward(100)
    hands.change("d")
    hands.claim()
    hands.settle()
    assert prune(db.session(), clock() - timedelta(seconds=50)) == 1
    assert prune(db.session(), clock() - timedelta(seconds=50)) == 0
    db.session.commit()
    assert [entry.person_id for entry in entries()] == ["b", "c", "d"]


@pytest.mark.parametrize("crowd", [1, 200])
def test_the_number_of_statements_does_not_depend_on_the_number_of_people(
    hands: Hands, statements: Statements, crowd: int
) -> None:
    for number in range(crowd):
        hands.change(f"p{number}")
        hands.change(f"p{number}", "employee_id")
    counts = []
    for act in (lambda: hands.claim(limit=500), hands.settle, hands.due, hands.sweep, hands.claim):
        statements.clear()
        act()
        counts.append(len(statements.texts))
    claiming = 1 if db.engine.dialect.name == "postgresql" else 2
    assert counts == [claiming, 3, 1, 1, 1]
    assert hands.states() == ["done"] * crowd * 2
