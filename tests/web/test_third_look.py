"""What a third new user found: addresses that lead astray, controls that move, and lists that stop without a word."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, OutboxEntry, SyncPlan, SyncRun
from tests.flows.planning_parts import account
from tests.flows.reporting.test_summaries import INVALID
from tests.web import browsing
from tests.web.conftest import PREFIX, Office, Visitor, approve, compare

NARROW, WIDE = 375, 1440


def test_the_address_of_a_comparison_leads_to_its_sync_also_after_an_undo(office: Office, synced: Visitor) -> None:
    plan, run = office.one(SyncPlan).id, office.one(SyncRun).id
    synced.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    office.work()

    answer = synced.client.get(f"{PREFIX}/tripletex/plans/{plan}")

    assert answer.location.endswith(f"/tripletex/runs/{run}")


@pytest.mark.parametrize("path", ["/tripletex/nope", "/tripletex/runs/abc", "/tripletex/plans/1/nope"])
def test_a_wrong_address_has_a_way_back(connected: Visitor, path: str) -> None:
    answer = connected.client.get(PREFIX + path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Go to Integrations" in answer.text


def test_without_permission_a_wrong_address_says_no_more_than_a_right_one(office: Office, connected: Visitor) -> None:
    henrik = office.visitor("Henrik Lund")
    assert henrik.client.get(f"{PREFIX}/tripletex/nope").status_code == 403


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_what_is_chosen_does_not_move_under_the_finger(
    office: Office, address: str, browser: Browser, compared: Visitor, width: int
) -> None:
    plan, row = office.one(SyncPlan).id, office.one(Conflict, field="given_name").id
    with browsing.page_of(browser, address, compared, width=width) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{plan}")
        option = page.locator(f"input[name=choice-{row}][value=huma]")
        option.scroll_into_view_if_needed()
        before = option.bounding_box()
        option.check()
        browsing.at_rest(page)
        assert before
        assert option.bounding_box() == before


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_choosing_for_all_stays_where_it_is(
    office: Office, address: str, browser: Browser, compared: Visitor, width: int
) -> None:
    with browsing.page_of(browser, address, compared, width=width) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        if width == NARROW:
            page.get_by_text("Choose for many at once").click()
        button = page.locator("#all-huma")
        button.focus()
        page.keyboard.press("Enter")
        browsing.at_rest(page)
        expect(button).to_be_focused()


def test_a_tick_is_kept_when_a_token_is_refused(anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    page = anna.send("/tripletex/connection", {"token": "not a token", "authority": "yes"}).text
    assert re.search(r'name="authority"[^>]* checked', page)
    assert "paste it once more" in page


def refused_account(office: Office) -> str:
    """Jonas changes his phone and his account in one edit, and Tripletex does not take the account."""
    refuses_an_account(office)
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name="Vik").first()
        person.phone_number, person.bank_account_number = "+47 944 44 444", account(900)
        db.session.commit()
        number = str(person.id)
    office.work()
    return number


def refuses_an_account(office: Office) -> None:
    headers = {"x-tlx-request-id": INVALID["requestId"]}
    fault = {"kind": "status", "status": 422, "method": "PUT", "path": "/v2/employee/*", "times": 1}
    httpx.post(
        f"{office.url}/_simulator/faults", json={**fault, "headers": headers, "body": INVALID}
    ).raise_for_status()


def refused_in_a_sync(office: Office, visitor: Visitor) -> int:
    plan = office.one(SyncPlan).id
    visitor.read(f"/tripletex/plans/{plan}/approval")
    refuses_an_account(office)
    approve(visitor, plan)
    office.work()
    return office.one(SyncRun).id


def test_what_got_there_beside_a_refusal_is_said(office: Office, synced: Visitor) -> None:
    person = refused_account(office)
    page = synced.read(f"/tripletex/people/{person}")
    assert "<h2>Bank account number: not in Tripletex</h2>" in page
    assert "In Tripletex: Phone number." in page


def test_a_result_says_that_a_refusal_was_dismissed_and_needs_nobody(office: Office, compared: Visitor) -> None:
    """Who presses after somebody else hears that there is nothing left."""
    run = refused_in_a_sync(office, compared)
    entry = office.one(OutboxEntry, state="parked").id
    assert "1 needs you" in compared.read(f"/tripletex/runs/{run}")
    compared.send(f"/tripletex/entries/{entry}/dismissal")

    page = compared.read(f"/tripletex/runs/{run}")
    assert "needs you" not in page
    assert "1 person is as before in Tripletex: the change was dismissed." in page
    said = compared.follow(compared.send(f"/tripletex/entries/{entry}/retry"))
    assert "There was nothing left to try again" in said


def test_a_sync_whose_refusal_a_later_plan_has_decided_about_needs_nobody_any_more(
    office: Office, compared: Visitor
) -> None:
    first = refused_in_a_sync(office, compared)
    assert "1 needs you" in compared.read(f"/tripletex/runs/{first}")
    compare(office, compared)
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}")
    compared.send(f"/tripletex/plans/{plan}", {"all": "leave"})
    compared.read(f"/tripletex/plans/{plan}/approval")
    approve(compared, plan)
    office.work()

    page = compared.read(f"/tripletex/runs/{first}")

    assert "needs you" not in page
    assert "1 person needs attention" not in compared.read("/tripletex")


def test_after_a_first_sync_that_was_stopped_the_button_is_named_as_the_result_names_it(
    office: Office, compared: Visitor
) -> None:
    assert approve(compared, office.one(SyncPlan).id).status_code == 303
    run = office.one(SyncRun).id
    compared.send(f"/tripletex/runs/{run}/cancellation")
    office.work()

    assert "Press Sync users to do the rest" in compared.read(f"/tripletex/runs/{run}")
    assert re.search(r"<button[^>]*>\s*Sync users", compared.read("/tripletex"))
