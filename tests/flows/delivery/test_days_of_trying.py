"""What may pass is tried for days, and days on which nobody tried do not count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from huma_tripletex import connecting
from tests.flows.delivery_parts import Bench, bench

STANDSTILL = timedelta(days=5).total_seconds()
PROMISED = 72
"""Hours."""
STEP = 1800


def paused(stand: Bench) -> None:
    connecting.pause(stand.runtime, stand.connection, None)
    stand.session.commit()
    stand.clock.forward(STANDSTILL)
    connecting.resume(stand.runtime, stand.connection, None)
    stand.session.commit()


def in_need_of_attention(stand: Bench) -> None:
    stand.connection.change_state("needs_attention", stand.clock(), "token_unauthorised")
    stand.session.commit()
    stand.clock.forward(STANDSTILL)
    connecting.replace_token(stand.runtime, stand.connection, stand.token, None)
    stand.session.commit()


def not_active(stand: Bench) -> None:
    stand.connection.activated_at = None
    stand.session.commit()
    stand.clock.forward(STANDSTILL)
    stand.connection.activated_at = stand.clock()
    stand.session.commit()


def hours_of_trying(stand: Bench) -> float:
    began = stand.clock()
    while stand.entry().state == "waiting":
        stand.drain()
        stand.clock.forward(STEP)
    return float((stand.clock() - began).total_seconds() / 3600)


@pytest.mark.parametrize("stand_still", [paused, in_need_of_attention, not_active])
@pytest.mark.parametrize("hours", [0, 48], ids=["tried for the first time", "tried for two days"])
def test_what_waited_while_nobody_tried_is_tried_for_days_afterwards(
    stand_still: Callable[[Bench], None], hours: int
) -> None:
    with bench() as stand:
        stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        stand.fault("status", status=500, path="/v2/employee*", times=None)
        for _ in range(hours * 3600 // STEP):
            stand.drain()
            stand.clock.forward(STEP)
        stand.http("DELETE", "faults")
        stand_still(stand)
        stand.fault("status", status=500, path="/v2/employee*", times=None)
        assert hours_of_trying(stand) >= PROMISED
        assert (stand.entry().state, stand.entry().reason) == ("parked", "exhausted")


def test_what_is_tried_while_somebody_is_needed_does_not_come_to_its_end() -> None:
    with bench() as stand:
        stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        stand.connection.change_state("needs_attention", stand.clock(), "unauthorised")
        stand.connection.snoozed_until = stand.clock()
        stand.session.commit()
        stand.fault("status", status=500, path="/v2/employee*", times=None)
        for _ in range(int(STANDSTILL / STEP)):
            stand.drain()
            stand.clock.forward(STEP)
        assert (stand.connection.state, stand.entry().state) == ("needs_attention", "waiting")
