"""What a third new user found: addresses that lead astray, controls that move, and lists that stop without a word."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from huma_tripletex.models import Conflict, SyncPlan, SyncRun
from tests.web import browsing
from tests.web.conftest import PREFIX, Office, Visitor

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
