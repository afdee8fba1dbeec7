"""A sync that is stopped stops at the person in progress, however many have been claimed and wait for Tripletex."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import httpx
import pytest
from sqlalchemy import update

from huma_tripletex import connecting, delivery, planning, syncing
from huma_tripletex.models import Conflict, PlanItem, SyncRun
from tests.flows.host_parts import db
from tests.flows.syncing_parts import Desk, desk
from tests.parts.tripletex import NEARLY_OVER

__all__ = ["desk"]
PEOPLE, SLOW, STOPPED_AT = 60, 0.15, 10


def written(desk: Desk) -> int:
    return sum(row["method"] == "PUT" for row in desk.http("GET", "requests"))


def drain(desk: Desk) -> None:
    desk.session.commit()
    delivery.drain(
        desk.runtime,
        desk.connection().id,
        clients=desk.clients,
        take_back=lambda run_id: syncing.take_back(desk.runtime, run_id),
    )


class StoppedMeanwhile(httpx.BaseTransport):
    """The way to Tripletex; with the tenth change, somebody stops the run."""

    def __init__(self, way: httpx.BaseTransport, stop: Callable[[], object]) -> None:
        self._way, self._stop, self._changes = way, stop, count(1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and next(self._changes) == STOPPED_AT:
            self._stop()
        return self._way.handle_request(request)


def test_whoever_was_not_begun_when_it_was_stopped_is_not_written(desk: Desk) -> None:
    for number in range(1, PEOPLE + 1):
        desk.both(number, phone_number=f"4999{number:04}")
    run = desk.approve("huma")
    desk.carry_out(run)
    desk.fault("delay", method="PUT", path="/v2/employee/*", seconds=SLOW, times=None)
    run_id, engine = run.id, db.engine

    def stop() -> None:
        with engine.begin() as other:
            other.execute(update(SyncRun).where(SyncRun.id == run_id).values(state="cancelling"))

    assert desk.runtime.transport
    desk.runtime = replace(desk.runtime, transport=StoppedMeanwhile(desk.runtime.transport, stop))
    drain(desk)

    desk.http("DELETE", "faults")
    ended = desk.finish(run)
    outcomes = Counter(desk.outcomes(ended))
    assert outcomes["updated"] == written(desk)
    in_flight = desk.runtime.settings.in_flight
    assert outcomes["updated"] <= STOPPED_AT + 4 * in_flight, "those in flight, and what a look every 0.25 s lets pass"
    assert outcomes["cancelled"] == PEOPLE - outcomes["updated"] > 0


def test_an_edit_that_the_sync_was_to_replace_is_sent_when_that_was_stopped_before(desk: Desk) -> None:
    """Approving it had ended the edit; of whom nothing was begun, nothing has taken its place."""
    first, second = desk.both(1), desk.both(2)
    desk.finish(desk.approve("huma"))
    desk.fault("status", method="PUT", path="/v2/employee/*", status=429, headers=NEARLY_OVER, times=2)
    desk.change(1, phone_number="41000001")
    desk.change(2, phone_number="41000002")
    desk.drain()
    desk.clock.forward(60)
    plan = desk.plan()
    rows = {row.item_id: row.id for row in desk.session.query(Conflict).filter_by(plan_id=plan.id)}
    whose = {item.person_id: rows[item.id] for item in desk.session.query(PlanItem) if item.id in rows}
    planning.choose(desk.runtime, plan, {whose["1"]: "huma", whose["2"]: "leave"})
    run = desk.start(plan)
    syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.carry_out(run)
    desk.http("DELETE", "faults")
    desk.clock.forward(600)
    desk.drain()

    assert desk.in_tripletex(first)["phoneNumberMobile"] == "41000001"
    assert desk.in_tripletex(second)["phoneNumberMobile"] != "41000002", "left as it is, stopped or not"


def test_disconnecting_lets_nothing_wait_again(desk: Desk) -> None:
    desk.both(1)
    desk.finish(desk.approve("huma"))
    desk.fault("status", method="PUT", path="/v2/employee/*", status=429, headers=NEARLY_OVER, times=1)
    desk.change(1, phone_number="41000001")
    desk.drain()
    desk.clock.forward(60)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    run = desk.start(plan)
    connecting.disconnect(desk.runtime, desk.connection(), None)
    desk.session.commit()
    desk.carry_out(run)

    assert {entry.state for entry in desk.entries()} <= {"done", "dismissed"}


@pytest.mark.parametrize("done", [True, False])
def test_a_first_sync_that_was_stopped_when_everybody_was_done_is_a_whole_one(desk: Desk, done: bool) -> None:
    """Or changes would not be sent, although nobody is left to be synced."""
    desk.both(1, phone_number="48000000")
    run = desk.approve("huma")
    if done:
        desk.carry_out(run)
        desk.drain()
    assert syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.finish(run)
    assert (desk.connection().activated_at is not None) is done
