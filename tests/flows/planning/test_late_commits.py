"""An edit that was flushed before a comparison read Huma, and committed after it: the comparison does not know it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from huma_tripletex import planning
from huma_tripletex.models import Conflict
from huma_tripletex.outbox import wait
from tests.flows.host_parts import Person, db
from tests.flows.syncing_parts import Desk, desk_on

CHOICES = ["huma", "tripletex", "leave", None]


@pytest.fixture
def desk(postgres_tables_url: str) -> Iterator[Desk]:
    """On PostgreSQL: SQLite has one writer at a time, so nothing is open beside a comparison."""
    yield from desk_on(postgres_tables_url, has_tables=True)


def begun_elsewhere(desk: Desk, phone: str) -> Session:
    """Another request, or an import, in the middle of its transaction."""
    session = db.session.session_factory()
    session.get_one(Person, 1).phone_number = phone
    session.flush()
    desk.clock.forward(60)
    return session


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("active", [True, False])
def test_it_reaches_tripletex_whatever_was_chosen(desk: Desk, choice: str | None, active: bool) -> None:
    employee = desk.both(1, **({} if active else {"phone_number": "48000000"}))
    if active:
        desk.finish(desk.approve())
        desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "48000000"})
    else:
        desk.plan()  # from here on edits are kept
    other = begun_elsewhere(desk, "41111111")

    plan = desk.plan()
    other.commit()
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id):
        planning.choose(desk.runtime, plan, {conflict.id: choice})
    desk.clock.forward(60)
    desk.finish(desk.start(plan))
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "41111111"
    assert desk.read(1).phone_number == "41111111"


def test_an_edit_by_a_clock_that_is_ahead_is_replaced_all_the_same(desk: Desk) -> None:
    """It was committed before the comparison, so somebody has decided about it."""
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.fault("status", method="PUT", path="/v2/employee/*", status=422, code=18000, times=1)
    desk.clock.forward(60)
    desk.change(1, phone_number="41111111")
    desk.drain()
    desk.clock.forward(-60)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "leave")
    desk.finish(desk.start(plan))
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.clock.forward(600)
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] != "41111111"
