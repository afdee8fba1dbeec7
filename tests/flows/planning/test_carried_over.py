"""What was chosen in a comparison is not asked again in the next one, as long as nothing has changed since."""

from __future__ import annotations

import pytest

from huma_tripletex import planning, syncing
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk, quick_desk
from tests.parts.tripletex import NEARLY_OVER

__all__ = ["desk", "quick_desk"]


def choose(desk: Desk, plan: SyncPlan, **choices: str) -> None:
    """By field, of everybody's conflicts."""
    rows = desk.session.query(Conflict).filter_by(plan_id=plan.id)
    planning.choose(desk.runtime, plan, {row.id: choices[row.field] for row in rows if row.field in choices}, by=ANNA)
    desk.session.commit()


def chosen(desk: Desk, plan: SyncPlan) -> dict[str, str | None]:
    return {row.field: row.choice for row in desk.session.query(Conflict).filter_by(plan_id=plan.id)}


def people_chosen(desk: Desk, plan: SyncPlan) -> dict[str | int | None, tuple[str | None, int | None]]:
    rows = desk.session.query(PlanItem).filter_by(plan_id=plan.id)
    return {row.person_id or row.employee_id: (row.choice, row.partner) for row in rows if row.kind != "matched"}


def test_comparing_once_more_keeps_what_was_chosen_and_asks_about_what_has_changed(desk: Desk) -> None:
    desk.both(1, phone_number="49999999", given_name="Other", family_name="Another")
    first = desk.plan()
    assert set(chosen(desk, first).values()) == {None}
    choose(desk, first, phone_number="huma", given_name="tripletex", family_name="leave")
    desk.change(1, given_name="Newest")

    second = desk.plan()

    assert chosen(desk, second) == {"phone_number": "huma", "given_name": None, "family_name": "leave"}
    assert second.counts["carried"] == 2


def test_what_only_we_had_preselected_is_preselected_anew(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number=None)
    assert chosen(desk, desk.plan()) == {"phone_number": "huma"}
    again = desk.plan()
    assert chosen(desk, again) == {"phone_number": "huma"}
    assert "carried" not in again.counts


def test_whom_to_add_and_who_is_who_is_kept_too(desk: Desk) -> None:
    desk.person(1)
    desk.person(2)
    alone = desk.employee(3)
    twin = desk.employee(4, given_name="Given5", family_name="Family5", date_of_birth=None, employee_id=None)
    desk.person(5, date_of_birth="1990-01-01")
    first = desk.plan()
    kinds = {row.person_id or row.employee_id: row for row in desk.session.query(PlanItem).filter_by(plan_id=first.id)}
    assert kinds["5"].kind == "uncertain"
    decisions = {kinds["1"].id: ("add", None), kinds["2"].id: ("leave", None), kinds[alone].id: ("add", None)}
    planning.choose_people(desk.runtime, first, {**decisions, kinds["5"].id: ("same", twin)}, by=ANNA)
    desk.session.commit()

    second = desk.plan()

    found = people_chosen(desk, second)
    assert (found["1"], found["2"], found[alone]) == (("add", None), ("leave", None), ("add", None))
    assert found["5"] == ("same", twin)


def test_after_a_sync_that_was_stopped_the_rest_is_as_it_was_chosen(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    plan = desk.plan()
    choose(desk, plan, phone_number="tripletex")
    run = desk.start(plan)
    assert syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.finish(run)
    assert desk.outcomes(run) == ["cancelled"]

    assert chosen(desk, desk.plan()) == {"phone_number": "tripletex"}


def test_what_an_undo_has_put_back_is_asked_and_not_chosen_as_before(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    plan = desk.plan()
    choose(desk, plan, phone_number="huma")
    run = desk.finish(desk.start(plan))
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.finish(back)

    assert chosen(desk, desk.plan()) == {"phone_number": None}


@pytest.mark.parametrize("count", [3, 30])
def test_carrying_over_takes_as_many_statements_for_many_as_for_few(quick_desk: Desk, count: int) -> None:
    desk = quick_desk
    for number in range(1, count + 1):
        desk.both(number, phone_number=f"499999{number:02}")
        desk.person(1000 + number)
    first = desk.plan()
    planning.choose_for_all(desk.runtime, first, "huma", by=ANNA)
    planning.choose_everybody(desk.runtime, first, "only_in_huma", "leave", by=ANNA)
    desk.session.commit()
    second = planning.begin(desk.runtime, desk.connection(), ANNA)
    desk.session.commit()
    with desk.statements() as seen:
        planning.draft(desk.runtime, second.id)
    ours = [one for one in seen if one.startswith("UPDATE huma_tripletex_conflict") or "plan_item SET choice" in one]
    assert len(ours) == 2
    assert desk.session.get_one(SyncPlan, second.id).counts["carried"] == 2 * count


def test_what_was_done_is_not_chosen_again_when_somebody_has_changed_it_back(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, bank_account_number=None)
    desk.both(2, phone_number="49999999")
    plan = desk.plan()
    choose(desk, plan, bank_account_number="tripletex", phone_number="leave")
    assert chosen(desk, plan)["bank_account_number"] == "tripletex", "cleared in Huma"
    desk.finish(desk.start(plan))
    desk.change(1, bank_account_number=account(1))
    desk.http("PATCH", f"employees/{employee}", json={"bankAccountNumber": ""})

    assert chosen(desk, desk.plan())["bank_account_number"] != "tripletex"


def test_what_payroll_has_put_back_meanwhile_is_not_chosen_again(quick_desk: Desk) -> None:
    """Huma's account had not got there yet when everything was to be as in Huma. It did, and it was the wrong one."""
    desk = quick_desk
    employee = desk.both(1)
    desk.finish(desk.approve("huma"))
    desk.fault("status", method="PUT", path="/v2/employee/*", status=429, headers=NEARLY_OVER, times=1)
    desk.change(1, bank_account_number=account(55))
    desk.drain()
    first = desk.plan()
    planning.choose_for_all(desk.runtime, first, "huma", by=ANNA)
    desk.session.commit()
    desk.clock.forward(600)
    desk.drain()
    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(55)
    desk.http("PATCH", f"employees/{employee}", json={"bankAccountNumber": account(1)})

    assert chosen(desk, desk.plan()) == {"bank_account_number": "tripletex"}


def test_what_was_written_before_a_sync_was_stopped_is_not_chosen_again(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999", bank_account_number=account(77))
    plan = desk.plan()
    choose(desk, plan, phone_number="huma", bank_account_number="tripletex")
    run = desk.start(plan)
    desk.carry_out(run)
    assert desk.read(1).bank_account_number == account(77)
    syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.finish(run)
    desk.change(1, bank_account_number=account(1))

    assert chosen(desk, desk.plan())["bank_account_number"] != "tripletex"


def test_not_the_same_person_is_asked_anew_when_either_has_changed(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999", bank_account_number=account(77))
    first = desk.plan()
    item = desk.session.query(PlanItem).filter_by(plan_id=first.id, person_id="1").one()
    planning.choose_people(desk.runtime, first, {item.id: ("none", None)}, by=ANNA)
    desk.session.commit()
    again = desk.session.query(PlanItem).filter_by(plan_id=desk.plan().id, person_id="1").one()
    assert again.choice == "none"
    desk.http("PATCH", f"employees/{employee}", json={"bankAccountNumber": account(1)})

    item = desk.session.query(PlanItem).filter_by(plan_id=desk.plan().id, person_id="1").one()

    assert item.choice is None


def test_somebody_who_was_looked_up_is_asked_about_anew(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.person(1)
    employee = desk.employee(2)
    first = desk.plan()
    item = desk.session.query(PlanItem).filter_by(plan_id=first.id, person_id="1").one()
    planning.choose_people(desk.runtime, first, {item.id: ("same", employee)}, by=ANNA)
    desk.session.commit()
    desk.http("PATCH", f"employees/{employee}", json={"firstName": "Siri", "lastName": "Lie"})

    item = desk.session.query(PlanItem).filter_by(plan_id=desk.plan().id, person_id="1").one()

    assert (item.choice, item.partner) == ("add", None), "as at first"


def test_a_workday_is_asked_about_anew(quick_desk: Desk) -> None:
    """What was a new employment would by now move the beginning of the old one."""
    desk = quick_desk
    desk.person(1, first_workday="2026-02-01")
    employee = desk.employee(1, last_workday="2025-12-31")
    choose(desk, desk.plan(), first_workday="huma", last_workday="leave")
    reopened = {"employments": [{"startDate": "2020-01-01", "endDate": None}]}
    desk.http("PATCH", f"employees/{employee}", json=reopened)

    assert chosen(desk, desk.plan()) == {"first_workday": None}


def test_at_the_command_line_nothing_is_taken_over(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    choose(desk, desk.plan(), phone_number="tripletex")
    plan = planning.begin(desk.runtime, desk.connection(), None)
    desk.session.commit()
    planning.draft(desk.runtime, plan.id)

    assert chosen(desk, plan) == {"phone_number": None}
    planning.choose_for_all(desk.runtime, plan, "huma")
    desk.session.commit()

    again = desk.plan()

    assert chosen(desk, again) == {"phone_number": None}, "and nothing of it"
    assert "carried" not in again.counts
