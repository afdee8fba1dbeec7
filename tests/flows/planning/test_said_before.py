"""What Tripletex would refuse is said when it is chosen or in the summary, and never only by the run."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core import reasons_tripletex, reasons_values
from huma_tripletex.models import Conflict, Connection, PlanItem, SyncPlan
from huma_tripletex.simulator.catalogue import blank
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def conflicts(desk: Desk, plan: SyncPlan) -> dict[str, Conflict]:
    found = desk.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id))
    return {one.field: one for one in found.unique().all()}


def refused(desk: Desk, plan: SyncPlan, **choices: str) -> str:
    """Why these choices are not taken; "": they are."""
    rows = conflicts(desk, plan)
    try:
        planning.choose(desk.runtime, plan, {rows[key].id: choice for key, choice in choices.items()}, by=ANNA)
    except planning.NotPossible as why:
        desk.session.rollback()
        return why.reason
    desk.session.commit()
    return ""


def test_who_has_no_date_of_birth_in_tripletex_gets_it_along_with_the_rest_or_nothing(desk: Desk) -> None:
    employee = desk.both(1, date_of_birth=None, phone_number="49999999", first_workday="2019-01-01")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    desk.session.commit()
    assert {row.choice for row in conflicts(desk, plan).values()} == {"huma"}

    assert refused(desk, plan, date_of_birth="leave") == "needs_date_of_birth"
    assert refused(desk, plan, date_of_birth="leave", phone_number="leave", first_workday="leave") == ""
    assert refused(desk, plan, phone_number="huma") == "needs_date_of_birth"
    assert refused(desk, plan, phone_number="huma", date_of_birth="huma") == ""

    assert desk.result(desk.finish(desk.start(plan)), 1).outcome == "updated"
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "40000001"


def test_a_choice_for_many_leaves_undecided_what_cannot_be_written_without_another(desk: Desk) -> None:
    desk.both(1, date_of_birth=None, phone_number="49999999")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    planning.choose_for_all(desk.runtime, plan, "leave", field="date_of_birth")
    desk.session.commit()

    assert conflicts(desk, plan)["phone_number"].choice is None
    (left,) = [one for one in planning.summary(desk.runtime, plan).left if one.row and one.row.field == "phone_number"]
    assert left.row is not None
    assert planning.totals(desk.runtime, plan).tripletex_values == 0
    assert desk.result(desk.finish(desk.approve("huma")), 1).outcome == "updated"


def test_without_any_date_of_birth_nothing_goes_to_tripletex(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.person(1, date_of_birth=None)
    desk.employee(1, date_of_birth=None, phone_number="49999999", first_workday="2019-01-01", last_workday=None)
    rows = conflicts(desk, desk.plan())
    assert {key: (row.only, row.locked) for key, row in rows.items()} == {
        key: (["tripletex", "leave"], "date_of_birth_missing") for key in ("phone_number", "first_workday")
    }


def test_workdays_that_only_fit_together_or_not_at_all(quick_desk: Desk) -> None:
    """In Tripletex the employment is over; Huma says that somebody works again, from before its end."""
    desk = quick_desk
    desk.person(1, first_workday="2021-01-01", last_workday=None)
    over = {"startDate": "2020-01-01", "endDate": "2022-12-31", "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE"}
    desk.http("PATCH", f"employees/{desk.employee(1)}", json={"employments": [over]})
    plan = desk.plan()
    rows = conflicts(desk, plan)
    assert (rows["first_workday"].needs, rows["first_workday"].locked) == ("last_workday", "")

    assert refused(desk, plan, first_workday="huma", last_workday="leave") == "needs_other_workday"
    assert refused(desk, plan, first_workday="huma", last_workday="huma") == ""
    assert desk.result(desk.finish(desk.start(plan)), 1).outcome == "updated"


def test_workdays_that_do_not_go_together(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.person(1, first_workday="2021-01-01", last_workday="2020-06-30")
    desk.employee(1, first_workday="2020-01-01")
    plan = desk.plan()

    planning.choose_for_all(desk.runtime, plan, "huma")
    assert {row.choice for row in conflicts(desk, plan).values()} == {None}
    assert refused(desk, plan, first_workday="huma", last_workday="huma") == "workdays_not_together"
    assert refused(desk, plan, first_workday="huma", last_workday="leave") == ""


def test_the_start_of_an_employment_that_ended_without_a_reason_is_corrected(desk: Desk) -> None:
    """Tripletex wants the reason with every change of such an employment."""
    employee = desk.both(1, first_workday="2019-01-01")
    period = {"startDate": "2019-01-01", "endDate": "2030-12-31"}
    desk.http("PATCH", f"employees/{employee}", json={"employments": [period]})
    desk.change(1, last_workday="2030-12-31")

    assert desk.result(desk.finish(desk.approve("huma")), 1).outcome == "updated"
    (job,) = desk.in_tripletex(employee)["employments"]
    assert (job["startDate"], job["employmentEndReason"]) == ("2020-01-01", "EMPLOYMENT_END_EMPLOYEE")


def test_a_reason_that_is_there_is_not_overwritten_by_another_start(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, first_workday="2019-01-01")
    period = {"startDate": "2019-01-01", "endDate": "2030-12-31", "employmentEndReason": "EMPLOYMENT_END_EXPIRED"}
    desk.http("PATCH", f"employees/{employee}", json={"employments": [period]})
    desk.change(1, last_workday="2030-12-31")

    desk.finish(desk.approve("huma"))

    (job,) = desk.in_tripletex(employee)["employments"]
    assert (job["startDate"], job["employmentEndReason"]) == ("2020-01-01", "EMPLOYMENT_END_EXPIRED")


def with_divisions(desk: Desk, *names: str) -> None:
    company = desk.simulator.simulator.world.companies[0]
    for name in names:
        company.put("Division", blank("Division", id=company.new_id("Division"), name=name))


def test_an_employment_without_division_gets_the_only_one_when_it_is_corrected(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, first_workday="2019-01-01")
    with_divisions(desk, "Bergen")

    assert desk.result(desk.finish(desk.approve("huma")), 1).outcome == "updated"
    (job,) = desk.in_tripletex(employee)["employments"]
    assert (job["startDate"], bool(job["division"])) == ("2020-01-01", True)


def test_of_several_divisions_one_must_be_chosen_before(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, first_workday="2019-01-01")
    with_divisions(desk, "Bergen", "Oslo")
    assert conflicts(desk, desk.plan())["first_workday"].locked == "division_missing"


def test_one_new_number_on_two_people_is_nobodys(quick_desk: Desk) -> None:
    desk = quick_desk
    for number in (1, 2):
        desk.person(number, employee_id="77")
        desk.employee(number, employee_id=None)
    rows = desk.session.scalars(select(Conflict).where(Conflict.plan_id == desk.plan().id)).all()
    assert [(row.field, row.locked) for row in rows] == [("employee_id", "employee_id_twice")] * 2


ADDED: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, str]]] = [
    ("email of an employee", {"email": "Post@fjord.example"}, {}, ("", "email_taken")),
    ("access without email", {"email": None}, {"user_type": "STANDARD"}, ("", "email_missing")),
    ("access with a bad email", {"email": "kari@fjørd"}, {"user_type": "STANDARD"}, ("", "email_taken")),
    (
        "days reversed",
        {"first_workday": "2021-01-01", "last_workday": "2020-01-01"},
        {},
        ("last_workday", "workdays_reversed"),
    ),
    ("no date of birth", {"date_of_birth": None}, {}, ("date_of_birth", "date_of_birth_missing")),
    ("short number", {"phone_number": "+47 02800"}, {}, ("phone_number", "phone_not_eight")),
    ("words", {"phone_number": "ask Kari"}, {}, ("phone_number", "phone_invalid")),
    ("extension", {"phone_number": "40000001 ext. 3"}, {}, ("phone_number", "phone_extension")),
    ("account", {"bank_account_number": "12345678901"}, {}, ("bank_account_number", "account_invalid")),
    ("account of letters", {"bank_account_number": "DE89 3704 0044"}, {}, ("bank_account_number", "account_invalid")),
    ("long name", {"given_name": "K" * 101}, {}, ("given_name", "name_too_long")),
    ("no name", {"family_name": " "}, {}, ("family_name", "name_empty")),
    (
        "last day alone",
        {"first_workday": None, "last_workday": "2030-01-01"},
        {},
        ("first_workday", "first_workday_missing"),
    ),
]


@pytest.mark.parametrize(("values", "options", "block"), [row[1:] for row in ADDED], ids=[row[0] for row in ADDED])
def test_who_cannot_be_added_is_told_before(
    quick_desk: Desk, values: dict[str, Any], options: dict[str, Any], block: tuple[str, str]
) -> None:
    desk = quick_desk
    desk.both(9, email="post@fjord.example")
    desk.person(1, **values)
    connection: Connection = desk.connection()
    connection.options = options
    desk.session.commit()

    plan = desk.plan()

    (item,) = desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.kind == "only_in_huma"))
    assert (block[0], block[1]) in [(one["field"], one["reason"]) for one in item.blocked]
    assert item.choice is None


def test_two_who_would_share_an_email_are_told_before(quick_desk: Desk) -> None:
    desk = quick_desk
    for number in (1, 2):
        desk.person(number, email="post@fjord.example", bank_account_number=account(number))
    plan = desk.plan()
    items = desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.kind == "only_in_huma"))
    assert [item.blocked for item in items] == [[{"field": "", "reason": "email_taken"}]] * 2


SAID_BEFORE = {
    "name_empty", "name_too_long", "date_of_birth_missing", "first_workday_missing", "account_invalid", "phone_invalid",
    "phone_not_eight", "phone_extension", "date_invalid", "workdays_reversed", "first_workday_unclear",
    "last_workday_unclear", "several_employments", "employments_overlap", "no_employment", "employee_id_taken",
    "email_taken", "email_missing", "division_missing", "department_missing",
}  # fmt: skip
"""Known from both systems as they were compared: the choice is not offered, or the person cannot be added."""
FOUND_OUT = {
    "rejected": "Tripletex names nothing",
    "account_rejected": "eleven digits that check are all that is known of an account number",
    "phone_rejected": "what Tripletex takes of foreign numbers is not documented",
    "name_rejected": "which signs it does not take is not documented",
    "user_type_rejected": "depends on what the company has bought",
    "date_of_birth_locked": "whether an a-melding was submitted cannot be asked; refused once, it is said before",
    "date_of_birth_rejected": "as above",
    "first_workday_rejected": "pay and hours before it are not read",
    "last_workday_rejected": "as above",
    "end_reason_rejected": "is sent along where it is wanted; which one a company takes is its own matter",
    "locked_in_tripletex": "somebody has the employee open at the moment",
    "exists_already": "somebody was added there in the meantime",
}
"""What nobody can know before, and why. The run says it, and nothing is lost."""


def test_every_reason_for_a_refusal_is_said_before_or_cannot_be() -> None:
    """A reason that is added to either list of the code is to be thought about here."""
    by_content = {one.key for one in (*reasons_values.REASONS, *reasons_tripletex.REASONS)}
    assert by_content == SAID_BEFORE | FOUND_OUT.keys()
    assert not SAID_BEFORE & FOUND_OUT.keys()


def test_a_date_of_birth_that_was_refused_once_is_not_offered_again(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.http("PATCH", "switches", json={"birth_date_frozen": True})
    desk.both(1, date_of_birth="1950-01-01")
    run = desk.finish(desk.approve("huma"))
    assert desk.result(run, 1).reason == "date_of_birth_locked"
    row = conflicts(desk, desk.plan())["date_of_birth"]
    assert (row.only, row.locked) == (["tripletex", "leave"], "date_of_birth_locked")


def test_who_is_put_together_by_hand_does_not_get_anothers_number(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(9)
    desk.person(1, employee_id="1008")
    employee = desk.employee(2, employee_id="77")
    desk.both(8)
    desk.person(3, employee_id="55")
    plan = desk.plan()
    items = {item.person_id: item for item in desk.session.query(PlanItem).filter_by(plan_id=plan.id)}
    planning.choose_people(desk.runtime, plan, {items["3"].id: ("same", employee)}, by=ANNA)
    assert conflicts(desk, plan)["employee_id"].locked == ""
    planning.choose_people(desk.runtime, plan, {items["3"].id: (None, None)}, by=ANNA)

    uncertain = items["1"]
    planning.choose_people(desk.runtime, plan, {uncertain.id: ("same", employee)}, by=ANNA)
    assert conflicts(desk, plan)["employee_id"].locked == "employee_id_taken"
