"""What an undo has put back stays as it is until somebody chooses about it: no sync writes it again by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import select

from huma_tripletex import planning, syncing
from huma_tripletex.models import Conflict, PlanItem, RememberedChoice, SyncPlan, SyncRun
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

    chosen_since = ("undone", "tripletex")
    assert compared(desk) == {("1", "phone_number"): ("tripletex", "tripletex"), ("2", "phone_number"): chosen_since}


def test_an_undo_that_is_skipped_leaves_the_memory_of_another(desk: Desk) -> None:
    """The first run filled Tripletex, whose value is another since; another brought that to Huma, and was undone."""
    desk.person(1)
    employee = desk.employee(1, phone_number=None)
    first = desk.finish(desk.start(plan_of(desk)))
    desk.change(1, phone_number=None)
    desk.drain()
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "48888888"})
    undone(desk, desk.finish(desk.start(plan_of(desk, (1, "phone_number", "tripletex")))))

    skipped = undone(desk, first)

    assert desk.result(skipped, 1).outcome == "skipped"
    assert compared(desk) == {("1", "phone_number"): UNDONE}


def test_an_undo_leaves_the_memory_of_other_fields_of_its_people(desk: Desk) -> None:
    """The second undo is about the first person's phone number and the second one's account number."""
    fields = ("phone_number", "bank_account_number")
    desk.person(1, phone_number=None, bank_account_number=None)
    desk.employee(1)
    undone(desk, desk.finish(desk.start(plan_of(desk, (1, "phone_number", None)))))
    desk.person(2, bank_account_number=None)
    desk.employee(2)
    second = desk.finish(desk.start(plan_of(desk)))
    first = {("1", "bank_account_number"): UNDONE}
    assert compared(desk, fields) == first

    undone(desk, second)

    assert compared(desk, fields) == {**first, ("1", "phone_number"): UNDONE, ("2", "bank_account_number"): UNDONE}


@pytest.mark.parametrize("side", ["huma", "tripletex"])
def test_what_an_undo_could_not_put_back_is_not_said_to_be_put_back(desk: Desk, side: str) -> None:
    """Somebody has edited the one since; later it is, by hand, as it was before the run."""
    for number in (1, 2):
        desk.person(number, **({"phone_number": None} if side == "huma" else {}))
        desk.employee(number, **({"phone_number": None} if side == "tripletex" else {}))
    run = desk.finish(desk.start(plan_of(desk)))
    employee = desk.links()["1"].employee_id
    if side == "huma":
        desk.change(1, phone_number="47777777")
        desk.drain()
    else:
        desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})

    undone(desk, run)

    if side == "huma":
        desk.change(1, phone_number=None)
        desk.drain()
    own = {"phoneNumberMobile": "40000001" if side == "huma" else ""}
    desk.http("PATCH", f"employees/{employee}", json=own)
    found = compared(desk)
    assert found["2", "phone_number"] == UNDONE
    assert found["1", "phone_number"][0] == "tripletex", "edited there, and by no undo"


def test_what_waits_for_tripletex_is_remembered_when_it_is_back_and_not_before(desk: Desk) -> None:
    """The worker that put it back may be another one, long after the run has ended."""
    employee = desk.both(1, phone_number=None)
    run = desk.finish(desk.start(plan_of(desk)))
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.fault("status", status=503, path="/v2/*", times=None)
    desk.carry_out(back)
    desk.drain()
    desk.clock.now += timedelta(minutes=11)
    assert desk.carry_out(back)
    assert (desk.result(back, 1).outcome, remembered(desk)) == ("waiting", [])

    desk.http("DELETE", "faults")
    desk.clock.now += timedelta(hours=1)
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == ""
    assert remembered(desk) == [("1", employee, "phone_number")], "in the same transaction: nobody else has been there"
    assert compared(desk) == {("1", "phone_number"): UNDONE}


def test_what_was_put_back_by_a_delivery_whose_answer_was_lost_is_remembered(desk: Desk) -> None:
    """The next attempt finds the earlier value there already."""
    desk.both(1, phone_number=None)
    run = desk.finish(desk.start(plan_of(desk)))
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.fault("drop_after", path="/v2/*", method="PUT", times=1)
    desk.carry_out(back)
    desk.drain()
    desk.clock.now += timedelta(hours=1)
    desk.drain()
    assert desk.carry_out(back)

    assert compared(desk) == {("1", "phone_number"): UNDONE}


def remembered(desk: Desk) -> list[tuple[str | None, int | None, str]]:
    chosen = select(RememberedChoice).where(RememberedChoice.choice == "undone")
    return [(one.person_id, one.employee_id, one.field) for one in desk.session.scalars(chosen)]


def test_what_was_put_back_a_second_time_is_remembered_once(quick_desk: Desk) -> None:
    desk = quick_desk
    without_phone_in_huma(desk, 1)
    employee = desk.in_tripletex(desk.both(2, phone_number="49999999"))["id"]
    for _ in range(2):
        chosen = ((1, "phone_number", "tripletex"), (2, "phone_number", "huma"))
        undone(desk, desk.finish(desk.start(plan_of(desk, *chosen))))
    assert len(remembered(desk)) == 2

    undone(desk, desk.finish(desk.start(plan_of(desk, (1, "phone_number", "tripletex"), (2, "phone_number", None)))))

    assert sorted(remembered(desk))[1] == ("2", employee, "phone_number")
    assert len(remembered(desk)) == 2


@pytest.mark.parametrize(("now", "choice"), [("47777777", "tripletex"), ("", None)])
def test_a_value_that_an_undo_left_alone_is_still_known_to_have_been_agreed_on(
    desk: Desk, now: str, choice: str | None
) -> None:
    """It was edited, or cleared, in Tripletex alone; what was cleared there is not filled in by itself."""
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.start(plan_of(desk, (1, "phone_number", "huma"))))
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": now})

    undone(desk, run)

    assert compared(desk) == {("1", "phone_number"): ("tripletex", choice)}


def test_a_match_that_is_believed_again_asks_what_it_asked_before(desk: Desk) -> None:
    """What was put back and what was left are remembered of the two."""
    fields = ("phone_number", "given_name")
    without_phone_in_huma(desk, 1)
    desk.change(1, given_name="Other")
    undone(desk, desk.finish(desk.start(plan_of(desk, (1, "given_name", "leave")))))
    assert compared(desk, fields) == {("1", "phone_number"): UNDONE, ("1", "given_name"): ("", "leave")}
    plan = desk.session.scalars(select(SyncPlan).order_by(SyncPlan.id.desc())).first()
    item = desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.person_id == "1")).one()

    for choice in ("none", None):
        planning.choose_people(desk.runtime, plan, {item.id: (choice, None)})

    rows = select(Conflict.field, Conflict.changed_by, Conflict.choice, Conflict.chosen)
    found = desk.session.execute(rows.where(Conflict.item_id == item.id, Conflict.field.in_(fields)))
    assert sorted(map(tuple, found)) == [
        ("given_name", "", "leave", "remembered"),
        ("phone_number", "undone", None, ""),
    ]
