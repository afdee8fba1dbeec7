"""Why an employment ends is chosen for each person, approved with the rest, and what Tripletex is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from huma_tripletex import planning, syncing
from huma_tripletex.delivery import Clients
from huma_tripletex.gateway.frozen import Frozen
from huma_tripletex.models import Connection, OutboxEntry, PlanItem, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.writes import items_where, person_writes, something_to_write
from huma_tripletex.runtime import NAME
from huma_tripletex.syncing.approved import opened
from tests.flows.planning_parts import ANNA, ODA
from tests.flows.syncing_parts import Desk, desk
from tests.tripletex.stub import refusal

__all__ = ["desk"]

SETTING, CHOSEN = "EMPLOYMENT_END_EMPLOYEE", "EMPLOYMENT_END_EXPIRED"
LAST = "2026-11-30"


class Holding(httpx.BaseTransport):
    """A Tripletex that does not let go of a reason."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if b'"employmentEndReason":null' in request.content.replace(b" ", b""):
            return refusal(422, 18000, {"field": "employmentEndReason", "message": "Kan ikke være null."})
        return self._inner.handle_request(request)


def item(desk: Desk, plan: SyncPlan, number: int) -> PlanItem:
    found = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.person_id == str(number))
    return desk.session.scalars(found).one()


def employment(desk: Desk, employee_id: int) -> dict[str, Any]:
    return dict(desk.in_tripletex(employee_id)["employments"][-1])


def leaver(desk: Desk, number: int, **tripletex: Any) -> int:
    desk.person(number, last_workday=LAST)
    return desk.employee(number, **{"last_workday": None, **tripletex})


def ends_for(desk: Desk, employee_id: int, reason: str) -> None:
    period = {**employment(desk, employee_id), "employmentEndReason": reason}
    desk.http("PATCH", f"employees/{employee_id}", json={"employments": [period]})


def decide(desk: Desk, plan: SyncPlan, reasons: dict[int, str], **how: Any) -> None:
    chosen = {item(desk, plan, number).id: reason for number, reason in reasons.items()}
    planning.choose_end_reasons(desk.runtime, plan, chosen, **{"by": ANNA, **how})
    desk.session.commit()


def test_each_employment_ends_for_the_reason_that_was_chosen_for_it(desk: Desk) -> None:
    one, other = leaver(desk, 1), leaver(desk, 2)
    plan = desk.plan()
    decide(desk, plan, {1: CHOSEN})

    desk.finish(desk.start(plan))

    assert (employment(desk, one)["endDate"], employment(desk, one)["employmentEndReason"]) == (LAST, CHOSEN)
    assert employment(desk, other)["employmentEndReason"] == SETTING


def test_somebody_who_is_added_with_a_last_workday_has_their_reason_too(desk: Desk) -> None:
    desk.person(1, last_workday=LAST)
    desk.both(2)
    plan = desk.plan()
    decide(desk, plan, {1: CHOSEN})
    planning.choose_people(desk.runtime, plan, {item(desk, plan, 1).id: ("add", None)}, by=ANNA)

    desk.finish(desk.start(plan))

    (row,) = desk.named("Family1")
    assert row["employments"][0]["employmentEndReason"] == CHOSEN


def test_what_the_setting_becomes_after_the_comparison_is_not_what_was_seen(desk: Desk) -> None:
    employee = leaver(desk, 1)
    plan = desk.plan()
    connection = desk.connection()
    connection.options = {**connection.options, "end_reason": "EMPLOYMENT_END_EMPLOYER"}
    desk.session.commit()

    desk.finish(desk.start(plan))

    assert employment(desk, employee)["employmentEndReason"] == SETTING


def test_another_day_does_not_change_the_reason_that_tripletex_has(desk: Desk) -> None:
    employee = leaver(desk, 1, last_workday="2026-10-31")
    ends_for(desk, employee, "EMPLOYMENT_END_EMPLOYER")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")

    (writes,) = _writes(desk, plan)
    assert writes.end_reasons == ("EMPLOYMENT_END_EMPLOYER", "EMPLOYMENT_END_EMPLOYER")

    desk.finish(desk.start(plan))
    assert employment(desk, employee)["endDate"] == LAST
    assert employment(desk, employee)["employmentEndReason"] == "EMPLOYMENT_END_EMPLOYER"


def test_an_undo_gives_back_the_reason_too(desk: Desk) -> None:
    employee = leaver(desk, 1, last_workday="2026-10-31")
    ends_for(desk, employee, "EMPLOYMENT_END_EMPLOYER")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    decide(desk, plan, {1: CHOSEN})
    run = desk.finish(desk.start(plan))
    assert employment(desk, employee)["employmentEndReason"] == CHOSEN

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.finish(back)

    now = employment(desk, employee)
    assert (now["endDate"], now["employmentEndReason"]) == ("2026-10-31", "EMPLOYMENT_END_EMPLOYER")


@pytest.mark.parametrize(("switch", "reason"), [("optional", ""), ("required", "end_reason_stays")])
def test_an_ending_that_had_no_reason_gets_none_from_an_undo(desk: Desk, switch: str, reason: str) -> None:
    employee = leaver(desk, 1, last_workday="2026-10-31")
    desk.http("PATCH", "switches", json={"end_reason": switch})
    period = {**employment(desk, employee), "employmentEndReason": None}
    desk.http("PATCH", f"employees/{employee}", json={"employments": [period]})
    run = desk.finish(desk.approve("huma"))
    assert employment(desk, employee)["employmentEndReason"] == SETTING

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.finish(back)

    now = employment(desk, employee)
    assert (now["endDate"], now["employmentEndReason"]) == ("2026-10-31", SETTING if reason else None)
    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("updated", reason)


def test_an_undo_of_an_ending_takes_the_reason_away(desk: Desk) -> None:
    employee = leaver(desk, 1)
    run = desk.finish(desk.approve("huma"))
    assert employment(desk, employee)["employmentEndReason"] == SETTING

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.finish(back)

    now = employment(desk, employee)
    assert (now["endDate"], now["employmentEndReason"]) == (None, None)
    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("updated", "")


@pytest.mark.parametrize("takes_back", [True, False])
def test_a_reason_that_tripletex_does_not_let_go_of_is_told(desk: Desk, takes_back: bool) -> None:
    """Whether an undo or an edit in Huma takes the last workday away: it goes, and somebody is told of the rest."""
    employee = leaver(desk, 1)
    run = desk.finish(desk.approve("huma"))
    assert desk.runtime.transport is not None
    desk.runtime = desk.app.extensions[NAME] = replace(desk.runtime, transport=Holding(desk.runtime.transport))
    desk.clients.close()
    desk.clients = Clients()
    if takes_back:
        back = syncing.undo(desk.runtime, run, ANNA)
        desk.session.commit()
        desk.finish(back)
        assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("updated", "end_reason_stays")
    else:
        desk.change(1, last_workday=None)
        desk.drain()
        assert (desk.entries()[-1].outcome, desk.entries()[-1].reason) == ("delivered", "end_reason_stays")

    now = employment(desk, employee)
    assert (now["endDate"], now["employmentEndReason"]) == (None, SETTING)


def test_another_last_workday_in_huma_is_not_the_one_the_reason_was_chosen_for(desk: Desk) -> None:
    employee = leaver(desk, 1)
    plan = desk.plan()
    decide(desk, plan, {1: CHOSEN})
    desk.carry_out(desk.start(plan))
    desk.change(1, last_workday="2026-12-31")
    desk.drain()

    assert (employment(desk, employee)["endDate"], employment(desk, employee)["employmentEndReason"]) == (
        "2026-12-31",
        SETTING,
    )


def test_a_reason_rests_nowhere_in_clear(desk: Desk) -> None:
    leaver(desk, 1)
    plan = desk.plan()
    decide(desk, plan, {1: CHOSEN})
    run = desk.start(plan)
    desk.carry_out(run)

    for table in (PlanItem.__table__, SyncResult.__table__, OutboxEntry.__table__, SyncPlan.__table__):
        for row in desk.session.execute(select(table)).mappings():
            assert "EMPLOYMENT_END" not in str(dict(row)), table
    assert desk.entries()


def test_a_run_whose_reason_is_another_than_approved_writes_nothing(desk: Desk) -> None:
    employee = leaver(desk, 1)
    plan = desk.plan()
    decide(desk, plan, {1: CHOSEN})
    run = desk.start(plan)
    desk.session.execute(update(SyncPlan).values(digest=_digest_with(desk, plan, SETTING)))
    desk.session.commit()

    desk.carry_out(run)

    assert desk.result(run, 1).reason == "not_as_approved"
    assert employment(desk, employee)["endDate"] is None


def test_only_reasons_that_there_are_for_people_who_have_a_last_workday(desk: Desk) -> None:
    leaver(desk, 1)
    desk.both(2, phone_number="99999999")
    plan = desk.plan()

    for reasons in ({1: "BORED"}, {2: CHOSEN}):
        with pytest.raises(planning.NotPossible):
            decide(desk, plan, reasons)
        desk.session.rollback()
    with pytest.raises(planning.NotPossible):
        planning.choose_end_reasons(desk.runtime, plan, {987654: CHOSEN}, by=ANNA)


def test_two_administrators_do_not_overwrite_each_others_reason_unknowingly(desk: Desk) -> None:
    leaver(desk, 1)
    plan = desk.plan()
    seen = plan.revision
    decide(desk, plan, {1: CHOSEN}, revision=seen)

    with pytest.raises(planning.ChangedMeanwhile):
        decide(desk, plan, {1: SETTING}, by=ODA, revision=seen)


def _writes(desk: Desk, plan: SyncPlan) -> list[Any]:
    items = desk.session.scalars(items_where(plan, something_to_write(plan))).all()
    return list(person_writes(desk.runtime, seals_of(desk.runtime, plan), items))


def _digest_with(desk: Desk, plan: SyncPlan, reason: str) -> str:
    """The digest of the same plan with another reason."""
    frozen = Frozen()
    connection = desk.session.get_one(Connection, plan.connection_id)
    assert desk.session.scalar(select(func.count()).select_from(SyncResult)) == 1
    for row in desk.session.scalars(select(SyncResult)):
        was = opened(desk.runtime, connection, row)
        frozen.add(row.position, row.action, row.person_id, row.employee_id, was.huma, was.tripletex, ("", reason))
    run = desk.session.scalars(select(SyncRun)).one()
    return frozen.digest(desk.runtime.vault, plan.id, run.options)
