"""What an undo has put back stays as it is until somebody chooses about it: no sync writes it again by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from huma_tripletex import planning, syncing
from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncRun
from tests.flows.planning_parts import ANNA
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]

UNDONE = ("undone", None)


def undone(desk: Desk, run: SyncRun, choice: syncing.Choice = syncing.EVERYTHING) -> SyncRun:
    back = syncing.undo(desk.runtime, run, ANNA, choice)
    desk.session.commit()
    return desk.finish(back)


def plan_of(desk: Desk, *chosen: tuple[int, str, str | None]) -> SyncPlan:
    """A plan that adds nobody. `chosen`: by person and field; all else is as it is preselected."""
    plan = desk.plan()
    for kind in ("only_in_huma", "only_in_tripletex"):
        planning.choose_everybody(desk.runtime, plan, kind, None)
    for number, key, choice in chosen:
        planning.choose(desk.runtime, plan, {conflict_of(desk, plan, number, key).id: choice})
    desk.session.commit()
    return plan


def conflict_of(desk: Desk, plan: SyncPlan, number: int, key: str) -> Conflict:
    found = select(Conflict).join(PlanItem, PlanItem.id == Conflict.item_id)
    return desk.session.scalars(
        found.where(Conflict.plan_id == plan.id, PlanItem.person_id == str(number), Conflict.field == key)
    ).one()


def tried(desk: Desk, plan: SyncPlan, *numbers: int) -> SyncRun:
    people = [str(number) for number in numbers]
    items = select(PlanItem.id).where(PlanItem.plan_id == plan.id, PlanItem.person_id.in_(people))
    run = planning.approve(desk.runtime, plan, ANNA, only=list(desk.session.scalars(items)))
    desk.session.commit()
    return desk.finish(run)


def compared(desk: Desk, fields: Collection[str] = ("phone_number",)) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Who changed it, and what is preselected, by person and field, in a comparison made now."""
    plan = desk.plan()
    rows = select(PlanItem.person_id, Conflict.field, Conflict.changed_by, Conflict.choice)
    found = desk.session.execute(
        rows.join(Conflict, Conflict.item_id == PlanItem.id).where(
            Conflict.plan_id == plan.id, Conflict.field.in_(fields)
        )
    )
    return {(person, key): (changed_by, choice) for person, key, changed_by, choice in found}


def without_phone_in_huma(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        desk.person(number, phone_number=None)
        desk.employee(number)


def test_a_try_that_was_undone_is_not_repeated_by_the_sync_of_the_others(desk: Desk) -> None:
    without_phone_in_huma(desk, 1, 2)
    plan = plan_of(desk)
    undone(desk, tried(desk, plan, 1))

    desk.finish(desk.start(plan))

    assert compared(desk) == {("1", "phone_number"): UNDONE}
    desk.finish(desk.start(plan_of(desk)))
    assert (desk.read(1).phone_number, desk.read(2).phone_number) == (None, "+4740000002")


def test_a_sync_that_was_compared_before_the_undo_does_not_know_of_it(desk: Desk) -> None:
    """What it chose about the person was chosen about another value, which is no longer there."""
    without_phone_in_huma(desk, 1)
    employee = desk.employee(2)
    desk.person(2, phone_number="49999992")
    first = desk.finish(desk.start(plan_of(desk)))
    desk.http("PATCH", f"employees/{desk.links()['1'].employee_id}", json={"phoneNumberMobile": "47777777"})
    plan = plan_of(desk, (1, "phone_number", "huma"), (2, "phone_number", "huma"))
    desk.clock.now += timedelta(minutes=1)
    undone(desk, first)

    desk.finish(desk.start(plan))

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999992"
    desk.http("PATCH", f"employees/{desk.links()['1'].employee_id}", json={"phoneNumberMobile": "40000001"})
    assert compared(desk) == {("1", "phone_number"): UNDONE}


def test_whoever_is_chosen_about_in_a_try_is_no_longer_remembered(quick_desk: Desk) -> None:
    desk = quick_desk
    without_phone_in_huma(desk, 1, 2)
    undone(desk, desk.finish(desk.start(plan_of(desk))))
    tried(desk, plan_of(desk, (1, "phone_number", "tripletex"), (2, "phone_number", "tripletex")), 1)

    desk.change(1, phone_number=None)
    desk.drain()
    desk.http("PATCH", f"employees/{desk.links()['1'].employee_id}", json={"phoneNumberMobile": "40000001"})

    assert compared(desk) == {("1", "phone_number"): ("tripletex", "tripletex"), ("2", "phone_number"): UNDONE}
