"""The connection's page says how far Tripletex has drifted, looks again when told to, and leads into the wizard."""

from __future__ import annotations

import httpx
from sqlalchemy import func, select

from huma_tripletex.models import Connection, OutboxEntry, SyncPlan
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor


def drifted(office: Office) -> None:
    """Somebody changes a number at Tripletex's own screen."""
    employee = next(row for row in _employees(office) if row["phoneNumberMobile"] and row["employeeNumber"])
    url = f"{office.url}/_simulator/employees/{employee['id']}"
    httpx.patch(url, json={"phoneNumberMobile": "99887766"}).raise_for_status()


def _employees(office: Office) -> list[dict[str, object]]:
    return list(httpx.get(f"{office.url}/_simulator/employees").raise_for_status().json())


def test_a_look_on_demand_says_what_differs_and_writes_nothing(office: Office, synced: Visitor) -> None:
    assert "Not compared since the last sync." in synced.read("/tripletex")
    synced.follow(synced.send("/tripletex/drift"))
    office.work()
    before = office.one(Connection).drift
    drifted(office)
    entries, employees = office.one(OutboxEntry).id, _employees(office)

    page = synced.follow(synced.send("/tripletex/drift"))
    assert "being compared" in page
    assert 'hx-get="/settings/integrations/tripletex/drift"' in page
    office.work()

    found = office.one(Connection).drift
    assert found["fields"] == before["fields"] + 1
    page = synced.read("/tripletex")
    assert f"Tripletex differs in {found['fields']} field" in page
    assert 'action="/settings/integrations/tripletex/plans"' in page
    assert (office.one(OutboxEntry).id, _employees(office)) == (entries, employees)
    part = synced.open("/tripletex/drift", **{"HX-Request": "true"}).get_data(as_text=True)
    assert "hx-get" not in part
    assert "<html" not in part


def test_one_look_at_a_time(office: Office, synced: Visitor) -> None:
    synced.read("/tripletex")
    for _ in range(2):
        synced.send("/tripletex/drift")
    with office.app.app_context():
        looks = select(func.count()).where(SyncPlan.purpose == "drift")
        assert current_runtime().session.scalar(looks) == 1


def test_nobody_without_the_permission_looks(office: Office, synced: Visitor) -> None:
    henrik = office.visitor("Henrik Lund")
    assert henrik.send("/tripletex/drift").status_code in (400, 403)
    assert office.one(SyncPlan, purpose="drift") is None
