# ruff: noqa: F811 - fixtures are imported by their names
"""Pause, resume, a new token, disconnecting, and the daily look: what each changes and what each leaves alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from huma_tripletex import connecting, planning
from huma_tripletex.connecting import Refusal
from huma_tripletex.gateway.sessions import kept_session
from huma_tripletex.models import Connection, LogLine, OutboxEntry, PersonLink, PlanItem, SyncPlan
from tests.flows.planning_parts import ANNA, Stand, flows, quick  # noqa: F401


def waiting(flows: Stand, connection: Connection, state: str = "waiting", hours: float = 2) -> OutboxEntry:
    now = flows.clock()
    entry = OutboxEntry(
        connection_id=connection.id,
        person_id="1",
        fields=["phone_number"],
        state=state,
        captured_at=now,
        not_before=now + timedelta(hours=hours),
    )
    flows.session.add(entry)
    flows.session.commit()
    return entry


def logged(flows: Stand) -> list[str]:
    return list(flows.session.scalars(select(LogLine.what).order_by(LogLine.id)))


def test_pause_and_resume(flows: Stand) -> None:
    connection = flows.connect()
    entry = waiting(flows, connection)
    with pytest.raises(Refusal, match="not_paused"):
        connecting.resume(flows.runtime, connection, ANNA)
    connecting.pause(flows.runtime, connection, ANNA)
    flows.session.commit()
    assert (connection.state, connection.state_reason) == ("paused", "paused")
    with pytest.raises(Refusal, match="not_connected"):
        connecting.pause(flows.runtime, connection, ANNA)
    connecting.resume(flows.runtime, connection, ANNA)
    flows.session.commit()
    flows.session.refresh(entry)
    assert (connection.state, connection.state_reason) == ("connected", "")
    assert entry.not_before == flows.clock(), "what waited goes out at once"
    assert logged(flows) == ["connected", "paused", "resumed"]


def test_a_new_token_keeps_what_waits_and_ends_the_trouble(flows: Stand) -> None:
    connection = flows.connect()
    entry, before = waiting(flows, connection), connection.sealed_token
    connection.change_state("needs_attention", flows.clock(), "unauthorised")
    connection.snoozed_until = flows.clock() + timedelta(hours=1)
    flows.session.commit()
    connecting.replace_token(flows.runtime, connection, flows.token(), ANNA)
    flows.session.commit()
    flows.session.refresh(entry)
    assert connection.state == "connected"
    assert connection.snoozed_until is None
    assert connection.failures == 0
    assert connection.sealed_token != before
    assert (entry.state, entry.not_before) == ("waiting", flows.clock())


def test_a_new_token_of_a_paused_connection_leaves_it_paused(quick: Stand) -> None:
    connection = quick.connect()
    connecting.pause(quick.runtime, connection, ANNA)
    connecting.replace_token(quick.runtime, connection, quick.token(), ANNA)
    assert connection.state == "paused"


def test_a_token_of_another_company_replaces_nothing(quick: Stand) -> None:
    connection = quick.connect()
    before = connection.sealed_token
    with pytest.raises(Refusal, match="token_other_company"):
        connecting.replace_token(quick.runtime, connection, quick.token(company=1), ANNA)
    quick.session.rollback()
    assert connection.sealed_token == before
    assert connection.company_name == "Fjord AS"


def test_disconnecting_leaves_no_secret_and_nothing_that_waits(flows: Stand) -> None:
    flows.person(1)
    plan = flows.plan()
    connection = flows.connection()
    entries = [waiting(flows, connection), waiting(flows, connection, "parked"), waiting(flows, connection, "done")]
    connecting.disconnect(flows.runtime, connection, ANNA)
    flows.session.commit()
    flows.session.expire_all()
    assert connection.state == "disconnected"
    assert connection.sealed_token is None
    assert connection.sealed_session is None
    assert [entry.state for entry in entries] == ["dismissed", "dismissed", "done"]
    assert {entry.reason for entry in entries[:2]} == {"disconnected"}
    assert plan.state == "discarded"
    assert not any(flows.session.scalars(select(PlanItem.sealed)))
    assert ("DELETE", "/v2/token/session/") in [(method, path[:18]) for method, path in flows.requests()]
    assert logged(flows)[-1] == "disconnected"
    with pytest.raises(Refusal, match="not_connected"):
        connecting.disconnect(flows.runtime, connection, ANNA)


def test_disconnecting_does_not_need_tripletex(quick: Stand) -> None:
    connection = quick.connect()
    quick.fault("drop_before", path="*", times=None)
    connecting.disconnect(quick.runtime, connection, ANNA)
    assert connection.state == "disconnected"
    assert connection.sealed_token is None


def test_a_discarded_plan_is_not_drafted_to_its_end(quick: Stand) -> None:
    quick.person(1)
    plan = planning.begin(quick.runtime, quick.connection(), ANNA)
    quick.session.commit()
    connecting.disconnect(quick.runtime, quick.session.query(Connection).one(), ANNA)
    quick.session.commit()
    planning.draft(quick.runtime, plan.id)
    quick.session.expire_all()
    assert quick.session.get_one(SyncPlan, plan.id).state == "discarded"
    assert quick.session.query(PlanItem).count() == 0


def test_the_daily_look(flows: Stand) -> None:
    connection = flows.connect()
    assert connecting.due_checks(flows.session, flows.clock()) == []
    flows.clock.passes(hours=25)
    assert connecting.due_checks(flows.session, flows.clock()) == [connection.id]
    assert connecting.check(flows.runtime, connection) == ()
    flows.session.commit()
    assert connecting.due_checks(flows.session, flows.clock()) == []
    assert connection.is_open


def test_a_revoked_token_is_noticed_once(flows: Stand) -> None:
    connection = flows.connect()
    flows.fault("revoke_token", path="*", times=None)
    for _ in range(2):
        assert connecting.check(flows.runtime, connection) == (), "its administrators are told that it does not work"
        flows.session.commit()
    assert (connection.state, connection.state_reason) == ("needs_attention", "token_unknown")
    assert logged(flows) == ["connected", "needs_attention"]


def test_a_connection_in_trouble_is_looked_at_soon_and_recovers_by_itself(flows: Stand) -> None:
    connection = flows.connect()
    flows.fault("status", path="*", status=401, times=None)
    flows.clock.passes(hours=25)
    connecting.check(flows.runtime, connection)
    flows.session.commit()
    assert (connection.state, connection.state_reason) == ("needs_attention", "token_unauthorised")
    assert connecting.due_checks(flows.session, flows.clock()) == []
    flows.clock.passes(minutes=6)
    assert connecting.due_checks(flows.session, flows.clock()) == [connection.id]
    assert connecting.check(flows.runtime, connection) == (), "its administrators have been told"
    assert connection.state == "needs_attention"
    flows.http("DELETE", "faults")

    assert connecting.check(flows.runtime, connection) == ()

    assert (connection.state, connection.state_reason) == ("connected", "")


def test_where_a_change_was_forbidden_the_token_says_nothing(quick: Stand) -> None:
    connection = quick.connect()
    connection.change_state("needs_attention", quick.clock(), "forbidden")
    connection.checked_at = quick.clock() - timedelta(days=2)
    quick.session.commit()

    assert connecting.due_checks(quick.session, quick.clock()) == []


def test_tripletex_away_is_nobodys_fault(quick: Stand) -> None:
    connection = quick.connect()
    quick.clock.passes(hours=25)
    quick.fault("status", status=503, path="*", times=None)
    assert connecting.check(quick.runtime, connection) == ()
    assert connection.state == "connected"
    assert connecting.due_checks(quick.session, quick.clock()) == [connection.id]


def test_lost_rights_are_named(quick: Stand) -> None:
    connection = quick.connect()
    connection.rights = [*connection.rights, "AUTH_HOLIDAY_PLANS"]
    (concern,) = connecting.check(quick.runtime, connection)
    assert (concern.reason, concern.names) == ("rights_lost", ("AUTH_HOLIDAY_PLANS",))
    assert connecting.check(quick.runtime, connection) == ()


@pytest.mark.parametrize(
    ("last_workday", "reason"),
    [("2026-07-14", "owner_leaves"), ("2026-06-01", "owner_leaves"), ("2026-07-16", ""), (None, "")],
)
def test_the_owner_leaves_soon(quick: Stand, last_workday: str | None, reason: str) -> None:
    connection = quick.connect()
    quick.person(1, last_workday=last_workday)
    link = PersonLink(
        connection_id=connection.id,
        person_id="1",
        employee_id=connection.owner_employee_id,
        linked_at=quick.clock(),
    )
    quick.session.add(link)
    quick.session.commit()
    found = connecting.check(quick.runtime, connection)
    assert [concern.reason for concern in found] == ([reason] if reason else [])
    assert all(concern.day == last_workday for concern in found)


def test_the_owner_is_gone_from_huma(quick: Stand) -> None:
    connection = quick.connect()
    owner = connection.owner_employee_id
    quick.session.add(
        PersonLink(connection_id=connection.id, person_id="9", employee_id=owner, linked_at=quick.clock())
    )
    quick.session.commit()
    assert [concern.reason for concern in connecting.check(quick.runtime, connection)] == ["owner_left"]


def live_sessions(flows: Stand) -> set[str]:
    return set(flows.simulator.simulator.world.sessions)


def kept(flows: Stand, connection: Connection) -> str:
    session = kept_session(flows.runtime.vault, connection)
    assert session is not None
    return session.token


def test_the_daily_look_leaves_the_session_that_workers_use_and_no_other(flows: Stand) -> None:
    connection = flows.connect()
    before = kept(flows, connection)
    assert connecting.check(flows.runtime, connection) == ()
    flows.session.commit()
    assert kept(flows, connection) == before
    assert live_sessions(flows) == {before}


def test_the_daily_look_keeps_its_session_where_there_is_none(flows: Stand) -> None:
    connection = flows.connect()
    connection.sealed_session = None
    flows.session.commit()
    connecting.check(flows.runtime, connection)
    flows.session.commit()
    assert kept(flows, connection) in live_sessions(flows)


def test_a_new_token_ends_the_session_of_the_old_one(flows: Stand) -> None:
    connection = flows.connect()
    before = kept(flows, connection)
    connecting.replace_token(flows.runtime, connection, flows.token(), ANNA)
    flows.session.commit()
    assert live_sessions(flows) == {kept(flows, connection)} != {before}


def test_a_token_that_cannot_be_used_leaves_no_session(quick: Stand) -> None:
    with pytest.raises(Refusal):
        connecting.check_token(quick.runtime, quick.token(rights="none"))
    assert live_sessions(quick) == set()


def test_disconnecting_leaves_no_session(flows: Stand) -> None:
    connection = flows.connect()
    connecting.disconnect(flows.runtime, connection, ANNA)
    flows.session.commit()
    assert live_sessions(flows) == set()
