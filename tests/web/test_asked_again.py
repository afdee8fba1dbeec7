"""Whoever was not added is not asked about again by itself, and can be when an administrator wants to."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from huma_tripletex.models import PlanItem, SyncPlan, SyncRun
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor, approve, compare

TICKS = re.compile(r'name="shown-(\d+)"')


def set_aside(office: Office) -> int:
    with office.app.app_context():
        plan = office.one(SyncPlan).id
        query = select(func.count()).where(PlanItem.plan_id == plan, PlanItem.remembered)
        return current_runtime().session.scalar(query) or 0


def test_those_who_were_not_added_can_be_asked_about_again(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    shown = TICKS.findall(compared.read(f"/tripletex/plans/{plan}/people"))
    compared.send(f"/tripletex/plans/{plan}/people", {f"shown-{one}": "1" for one in shown} | {"next": "approval"})
    approve(compared, plan)
    office.work()
    result = compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert "ask again about those who were not added" in result
    compare(office, compared)
    again = office.one(SyncPlan).id
    assert set_aside(office) == len(shown)

    page = compared.read(f"/tripletex/plans/{again}/people")
    assert not TICKS.findall(page)
    assert f"{len(shown)} people were not added in an earlier sync" in page
    assert "Everyone is in both systems" not in page
    page = compared.follow(compared.send(f"/tripletex/plans/{again}/people", {"from": "people", "again": "all"}))

    assert len(TICKS.findall(page)) == len(shown)
    assert "Ask about them again" not in page
    assert set_aside(office) == 0
    one = TICKS.findall(page)[0]
    compared.send(f"/tripletex/plans/{again}/people", {f"shown-{one}": "1", f"add-{one}": "yes"})
    with office.app.app_context():
        assert current_runtime().session.get_one(PlanItem, int(one)).choice == "add"
