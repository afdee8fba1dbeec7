"""In Chromium: a press that does not get through is said, and nothing looks chosen that is not saved."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from huma_tripletex.models import SyncPlan
from tests.web.browsing import at_rest, page_of
from tests.web.conftest import PREFIX, Office, Visitor


def test_what_was_not_saved_does_not_look_chosen(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        at_rest(page)
        name = page.locator("input[type=radio][value=huma]").first.get_attribute("name")
        group = page.locator(f"input[name='{name}']")
        saved, lost = (group.nth(place) for place in range(group.count()) if not group.nth(place).is_checked())
        with page.expect_response(lambda response: response.request.method == "POST"):
            saved.click(force=True)
        at_rest(page)
        page.context.clear_cookies()
        lost.click(force=True)
        said = page.get_by_role("alert")
        expect(said).to_contain_text("nothing was saved")
        expect(lost).not_to_be_checked()
        expect(saved).to_be_checked()


def test_what_has_the_focus_is_not_behind_what_sticks(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    covered = """() => { const on = document.activeElement, box = on.getBoundingClientRect();
      if (!on.closest(".tx") || on.closest(".tx-foot, .tx-heads") || !box.height) return "";
      const foot = document.querySelector(".tx-foot").getBoundingClientRect();
      return box.top >= foot.top && box.bottom <= foot.bottom ? on.id : ""; }"""
    with page_of(browser, address, compared, width=375) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        at_rest(page)
        hidden = []
        for _ in range(60):
            page.keyboard.press("Tab")
            hidden.append(page.evaluate(covered))
        assert set(hidden) == {""}
