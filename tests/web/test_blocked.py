"""Whoever cannot be added has the way to where it is mended beside the reason."""

from __future__ import annotations

import pytest

from huma_tripletex.demo import db
from huma_tripletex.models import PlanItem, SyncPlan
from tests.web.conftest import Office, Visitor
from tests.web.test_log import words


@pytest.mark.parametrize(
    ("reason", "settings"),
    [("department_missing", True), ("division_missing", True), ("date_of_birth_missing", False)],
)
def test_the_way_leads_to_where_it_is_mended(office: Office, compared: Visitor, reason: str, settings: bool) -> None:
    plan = office.one(SyncPlan).id
    with office.app.app_context():
        alone = db.session.query(PlanItem).filter_by(plan_id=plan, employee_id=None).order_by(PlanItem.id).all()
        for one in alone:
            one.blocked = [{"field": "", "reason": reason}]
        db.session.commit()
    section = compared.read(f"/tripletex/plans/{plan}/people").partition('id="only-huma"')[2].partition("</section>")[0]
    assert ('href="/settings/integrations/tripletex/settings">Settings<' in section) is settings
    assert ("Open in Huma" in section) is not settings
    assert ("Then compare again: what is chosen here is remembered." in words(section)) is settings
