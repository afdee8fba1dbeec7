"""Somebody whom a run is to add is added by hand in between: nobody is there twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex.models import SyncResult
from tests.flows.host_parts import Person, db
from tests.flows.planning_parts import facts
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
NINA = 7
EMAIL = "nina@fjord.example"
SIGNS: dict[str, dict[str, Any]] = {
    "the number": {"employee_id": facts(NINA)["employee_id"]},
    "the email": {"email": EMAIL},
    "name and date of birth": {"date_of_birth": facts(NINA)["date_of_birth"]},
    "name and phone number": {"phone_number": facts(NINA)["phone_number"]},
}
OTHERWISE: dict[str, Any] = {
    "employee_id": None,
    "phone_number": None,
    "bank_account_number": None,
    "date_of_birth": "1999-09-09",
}


@pytest.mark.parametrize("sign", SIGNS)
def test_who_came_to_tripletex_is_not_added_once_more(quick_desk: Desk, sign: str) -> None:
    desk = quick_desk
    desk.person(NINA, email=EMAIL)
    run = desk.approve(add=True)
    desk.employee(NINA, **{**OTHERWISE, **SIGNS[sign]})
    desk.finish(run)
    assert len(desk.named(facts(NINA)["family_name"])) == 1
    result = desk.result(run, NINA)
    assert (result.outcome, result.reason) == ("skipped", "came_to_tripletex")


def test_whoever_else_came_is_no_obstacle(desk: Desk) -> None:
    desk.person(NINA)
    run = desk.approve(add=True)
    desk.employee(8)
    desk.person(9)
    desk.finish(run)
    assert desk.result(run, NINA).outcome == "created"


@pytest.mark.parametrize("sign", SIGNS)
def test_who_came_to_huma_is_not_added_once_more(quick_desk: Desk, sign: str) -> None:
    desk = quick_desk
    number = desk.employee(NINA, email=EMAIL)
    run = desk.approve(add=True)
    desk.person(NINA, **{**OTHERWISE, **SIGNS[sign]})
    desk.finish(run)
    hers = select(SyncResult.reason).where(SyncResult.run_id == run.id, SyncResult.employee_id == number)
    assert desk.session.scalars(hers).all() == ["came_to_huma"]
    assert db.session.query(Person).filter_by(family_name=facts(NINA)["family_name"]).count() == 1


def test_a_later_comparison_matches_them(desk: Desk) -> None:
    desk.person(NINA)
    run = desk.approve(add=True)
    desk.employee(NINA, phone_number="40000000")
    desk.finish(run)
    again = desk.finish(desk.approve(add=True))
    assert desk.result(again, NINA).action == "update"
    assert len(desk.named(facts(NINA)["family_name"])) == 1


def test_nobody_to_be_added_costs_no_call(desk: Desk) -> None:
    desk.both(NINA, phone_number="40000000")
    run = desk.approve()
    before = len(desk.http("GET", "requests"))
    desk.finish(run)
    assert [row["method"] for row in desk.http("GET", "requests")[before:]] == ["PUT"]


def test_who_came_to_huma_and_takes_no_part_is_not_added_either(quick_desk: Desk) -> None:
    number = quick_desk.employee(NINA)
    run = quick_desk.approve(add=True)
    quick_desk.person(NINA, on_payroll=False)
    quick_desk.finish(run)
    hers = select(SyncResult.reason).where(SyncResult.run_id == run.id, SyncResult.employee_id == number)
    assert quick_desk.session.scalars(hers).all() == ["came_to_huma"]
