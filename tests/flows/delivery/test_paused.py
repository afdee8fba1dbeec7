"""What a person has paused stays paused, whatever becomes of its token meanwhile: only a person resumes it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from huma_tripletex import connecting, planning
from huma_tripletex.jobs import upkeep
from huma_tripletex.models import LogLine
from tests.flows.cli.test_commands import call
from tests.flows.delivery_parts import Bench, bench
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
DAY = 25 * 3600


def look(stand: Bench) -> None:
    stand.clock.forward(DAY)
    upkeep.check_tokens(stand.runtime, lambda: False)


def acts(stand: Bench) -> list[str]:
    return list(stand.session.scalars(select(LogLine.what).order_by(LogLine.id)))


def test_a_paused_connection_whose_token_is_refused_for_a_while_sends_nothing() -> None:
    with bench() as stand:
        stand.linked("p1")
        connecting.pause(stand.runtime, stand.connection, None)
        stand.session.commit()
        stand.edit("p1", phone_number="41000001")
        stand.fault("status", path="*", status=401, times=None)
        for _ in range(2):
            look(stand)
            assert (stand.connection.state, stand.connection.state_reason) == ("paused", "token_unauthorised")
        stand.http("DELETE", "faults")
        look(stand)
        assert (stand.connection.state, stand.connection.state_reason) == ("paused", "paused")
        stand.drain()
        assert "PUT /employee/{id}" not in stand.calls()
        assert stand.entry().state == "waiting"
        assert acts(stand) == ["paused", "needs_attention", "recovered"]

        connecting.resume(stand.runtime, stand.connection, None)
        stand.session.commit()
        stand.drain()
        assert stand.entry().outcome == "delivered"


def test_administrators_hear_once_each_time_that_the_token_of_a_paused_connection_is_refused(quick_desk: Desk) -> None:
    quick_desk.administrators = quick_desk.administrators[:1]
    connecting.pause(quick_desk.runtime, quick_desk.connection(), None)
    quick_desk.session.commit()
    for heard in (1, 2):
        quick_desk.fault("status", path="*", status=401, times=None)
        for _ in range(3):
            quick_desk.clock.forward(DAY)
            upkeep.check_tokens(quick_desk.runtime, lambda: False)
        assert len({mail.key for mail in quick_desk.mails}) == len(quick_desk.mails) == heard
        quick_desk.http("DELETE", "faults")
        quick_desk.clock.forward(DAY)
        upkeep.check_tokens(quick_desk.runtime, lambda: False)


def test_a_comparison_that_may_not_read_leaves_it_paused() -> None:
    with bench() as stand:
        connecting.pause(stand.runtime, stand.connection, None)
        plan = planning.begin(stand.runtime, stand.connection, None)
        stand.session.commit()
        stand.fault("status", path="*", status=401, times=None)
        planning.draft(stand.runtime, plan.id)
        assert plan.reason == "unauthorised"
        assert stand.connection.state == "paused"


@pytest.mark.parametrize("broken", [True, False])
def test_the_command_line_replaces_a_token_that_is_not_accepted_and_no_other(quick_desk: Desk, broken: bool) -> None:
    desk = quick_desk
    connecting.pause(desk.runtime, desk.connection(), None)
    if broken:
        desk.connection().state_reason = "token_unknown"
    desk.session.commit()
    said = call(desk, "connect", stdin=desk.token() + "\n")
    assert (said.exit_code == 0) is broken
    assert (desk.connection().state, desk.connection().state_reason) == ("paused", "paused")
