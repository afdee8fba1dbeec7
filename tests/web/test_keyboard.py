"""By keyboard: menus close with Escape, and a page that comes by itself puts the focus on its heading."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from huma_tripletex.models import SyncPlan, SyncRun
from tests.web.browsing import page_of
from tests.web.conftest import PREFIX, Office, Visitor, approve
from tests.web.test_browser import working


def test_escape_closes_a_menu_and_the_focus_is_where_it_was_opened(
    address: str, browser: Browser, synced: Visitor
) -> None:
    with page_of(browser, address, synced) as page:
        page.goto(f"{PREFIX}/tripletex")
        opener, log = page.locator(".tx-menu > summary"), page.get_by_role("link", name="Log", exact=True)
        opener.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(log).to_be_focused()
        page.keyboard.press("Escape")
        expect(log).to_be_hidden()
        expect(opener).to_be_focused()


def test_a_menu_closes_when_somebody_goes_elsewhere(address: str, browser: Browser, synced: Visitor) -> None:
    with page_of(browser, address, synced) as page:
        page.goto(f"{PREFIX}/tripletex")
        opener, last = page.locator(".tx-menu > summary"), page.get_by_role("link", name="Disconnect", exact=True)
        opener.click()
        page.get_by_role("heading", level=1).click()
        expect(last).to_be_hidden()
        opener.click()
        last.focus()
        page.keyboard.press("Tab")
        expect(last).to_be_hidden()
        expect(opener).not_to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_comes_by_itself_has_the_focus_on_its_heading(
    office: Office, address: str, browser: Browser, connected: Visitor, javascript: bool
) -> None:
    with page_of(browser, address, connected, java_script_enabled=javascript) as page:
        page.goto(f"{PREFIX}/tripletex")
        page.get_by_role("button", name="Synchronize users").click()
        expect(page.locator("#comparing")).to_be_visible()
        with working(office):
            expect(page.get_by_role("heading", name="Settle differences")).to_be_focused()
        assert page.evaluate("scrollY") == 0
        plan = office.one(SyncPlan).id
        connected.read(f"/tripletex/plans/{plan}/approval")
        approve(connected, plan)
        page.goto(f"{PREFIX}/tripletex/runs/{office.one(SyncRun).id}")
        with working(office):
            expect(page.get_by_role("heading", name="people synced")).to_be_focused()
