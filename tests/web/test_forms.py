"""What is wrong with a form is said beside it, with 422, and nothing that was secret comes back."""

from __future__ import annotations

import httpx
import pytest

from huma_tripletex.models import Connection, LogLine, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve, compare

TOKEN = "not-a-token-of-anybody"


def test_token_that_tripletex_does_not_know(office: Office, anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    answer = anna.send("/tripletex/connection", {"token": TOKEN, "authority": "yes"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Tripletex does not know this employee token." in page
    assert 'id="errors"' in page
    assert "autofocus" in page
    assert 'href="#token"' in page
    assert "We did not keep this token: paste it once more" in page
    assert TOKEN not in page
    assert office.one(Connection) is None


def test_form_without_token_and_without_authority(anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    answer = anna.send("/tripletex/connection")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Paste the employee token." in page
    assert 'href="#authority"' in page
    assert page.count('aria-invalid="true"') == 2


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "status", "status": 503}, "Tripletex is not available at the moment."),
        ({"kind": "drop_before"}, "Tripletex does not answer."),
        ({"kind": "html"}, "Tripletex"),
    ],
)
def test_tripletex_in_trouble_while_connecting(
    office: Office, anna: Visitor, fault: dict[str, object], sentence: str
) -> None:
    httpx.post(f"{office.url}/_simulator/faults", json={"path": "/v2/*", "times": None, **fault}).raise_for_status()
    anna.read("/tripletex/connection")
    answer = anna.send("/tripletex/connection", {"token": office.tokens[0], "authority": "yes"})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert office.tokens[0] not in answer.get_data(as_text=True)
    assert office.one(Connection) is None


def test_guard_asks_for_the_number_and_keeps_the_focus_there(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}")
    compared.send(f"/tripletex/plans/{plan.id}", {"all": "huma"})
    page = compared.read(f"/tripletex/plans/{plan.id}/approval")
    assert page.index("Please look twice") < page.index("Person by person"), "found above the long list"
    answer = compared.send(f"/tripletex/plans/{plan.id}/approval", {"confirm": "0"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#confirm"' in page
    assert "autofocus" in page
    assert office.one(SyncRun) is None
    assert approve(compared, plan.id).status_code == 303
    assert office.one(SyncRun) is not None


def test_settings_take_only_what_is_on_the_lists(office: Office, connected: Visitor) -> None:
    connected.read("/tripletex/settings")
    wrong = {
        "user_type": "ADMINISTRATOR",
        "end_reason": "EMPLOYMENT_END_EMPLOYEE",
        "department_id": "",
        "division_id": "7",
    }
    assert connected.send("/tripletex/settings", wrong).status_code == 422
    right = {"user_type": "STANDARD", "end_reason": "EMPLOYMENT_END_EXPIRED", "department_id": "", "division_id": ""}
    page = connected.follow(connected.send("/tripletex/settings", {**right, "add_new_people": "yes"}))
    assert "The settings are saved." in page
    assert office.one(Connection).options["user_type"] == "STANDARD"
    assert office.one(Connection).options["add_new_people"] is True
    assert office.one(LogLine).what == "options"


def test_two_administrators_do_not_overwrite_each_other(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    colleague = office.promoted("Henrik Lund")
    for administrator in (compared, colleague):
        administrator.read(f"/tripletex/plans/{plan.id}")
    path, stale = f"/tripletex/plans/{plan.id}", {"revision": str(plan.revision)}
    assert compared.send(path, {**stale, "all": "huma"}).status_code == 303
    page = colleague.follow(colleague.send(path, {**stale, "all": "tripletex"}))
    assert "Somebody else made choices here" in page
    assert "decided_by_name" not in page


def test_disconnecting_says_that_it_ends_a_comparison(connected: Visitor, office: Office) -> None:
    ends = "The comparison that waits for you ends"
    assert ends not in connected.read("/tripletex/connection/removal")
    compare(office, connected)
    assert ends in connected.read("/tripletex/connection/removal")


def test_pause_resume_disconnect(office: Office, connected: Visitor) -> None:
    connected.read("/tripletex")
    assert "Paused." in connected.follow(connected.send("/tripletex/connection/pause"))
    assert office.one(Connection).state == "paused"
    assert "Resumed." in connected.follow(connected.send("/tripletex/connection/resumption"))
    assert "The token is deleted at once." in connected.read("/tripletex/connection/removal")
    page = connected.follow(connected.send("/tripletex/connection/removal"))
    assert "Not connected" in page
    assert office.one(Connection).sealed_token is None


def test_other_company_is_asked_about_first(office: Office, synced: Visitor) -> None:
    synced.read("/tripletex/connection/removal")
    synced.send("/tripletex/connection/removal")
    form = {"token": office.tokens[1], "authority": "yes"}
    answer = synced.send("/tripletex/connection", form)
    assert answer.status_code == 422
    assert "confirm_other_company" in answer.get_data(as_text=True)
    assert synced.send("/tripletex/connection", {**form, "confirm_other_company": "yes"}).status_code == 303


def test_expired_plan_says_so(office: Office, compared: Visitor) -> None:
    from datetime import timedelta

    from huma_tripletex.demo import db

    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}")
    with office.app.app_context():
        row = db.session.get(SyncPlan, plan.id)
        row.expires_at -= timedelta(days=3)
        db.session.commit()
    page = compared.follow(compared.send(f"/tripletex/plans/{plan.id}", {"all": "huma"}))
    assert "too old" in page
    assert compare(office, compared)
