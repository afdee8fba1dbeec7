"""Somebody with another name and number in Tripletex is put together by hand, and taken apart again."""

from __future__ import annotations

import re

from sqlalchemy import select

from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor

OPTION = re.compile(r'<option value="(\d+)">([^<]+)</option>')


def offered(page: str, name: str) -> list[tuple[str, str]]:
    (found,) = re.findall(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    return OPTION.findall(found)


def item_of(office: Office, item_id: int) -> PlanItem:
    with office.app.app_context():
        return current_runtime().session.scalars(select(PlanItem).where(PlanItem.id == item_id)).one()


def test_two_are_put_together_and_taken_apart(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = compared.read(address)
    person, employee = offered(page, "pair-person")[-1], offered(page, "pair-employee")[-1]

    page = compared.follow(
        compared.send(address, {"pair-person": person[0], "pair-employee": employee[0], "pair": "yes"})
    )

    item = item_of(office, int(person[0]))
    assert (item.choice, item.partner, item.employee_id) == ("same", int(employee[0]), int(employee[0]))
    assert person not in offered(page, "pair-person")
    assert employee not in offered(page, "pair-employee")
    assert "The same person as" in page

    page = compared.follow(compared.send(address, {f"match-{person[0]}": "later"}))

    assert item_of(office, int(person[0])).choice is None
    assert person in offered(page, "pair-person")
    assert employee in offered(page, "pair-employee")


def test_nobody_is_put_together_by_choosing_alone(office: Office, compared: Visitor) -> None:
    """The other parts of the page are saved while somebody still looks for the right one."""
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = compared.read(address)
    person, employee = offered(page, "pair-person")[-1], offered(page, "pair-employee")[-1]
    compared.follow(compared.send(address, {"pair-person": person[0], "pair-employee": employee[0]}))
    assert item_of(office, int(person[0])).partner is None
