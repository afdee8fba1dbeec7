"""In Chromium: what is swapped leaves the rest of the page, and whoever uses it, where they were."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from huma_tripletex.demo import db
from huma_tripletex.models import SyncPlan, SyncResult, SyncRun
from tests.web.browsing import at_rest, page_of
from tests.web.conftest import PREFIX, Office, Visitor, approve


def test_enter_in_the_guard_presses_sync_users(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}")
    compared.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{plan}/approval")
        asked = re.search(r"\d+", page.locator("#confirm-hint").inner_text())
        assert asked
        page.locator("#confirm").fill(asked[0])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Syncing users")).to_be_visible()


def test_value_is_shown_in_the_summary_and_the_focus_stays(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}/people")
        page.locator(".tx-link").first.focus()
        place = page.evaluate("document.activeElement.id")
        page.keyboard.press("Enter")
        expect(page.locator(f"#{place}")).to_contain_text("Hide")
        expect(page.locator(".tx-glimpse").first).to_contain_text(re.compile(r"\d+ \w+ 1986"))
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == place


def test_enter_in_the_search_finds_and_the_focus_stays(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        name = page.locator(".tx-person h2").last.inner_text().split()[0]
        page.locator("#only-name").fill(name)
        page.keyboard.press("Enter")
        expect(page.locator(".tx-person")).to_have_count(1)
        expect(page.locator(".tx-person h2")).to_contain_text(name)
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == "only-name"


def test_nothing_to_press_moves_while_the_sync_goes_on(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}/approval")
    approve(compared, plan)
    run = office.one(SyncRun).id
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/runs/{run}")
        stop = page.get_by_role("button", name="Stop after")
        stop.focus()
        before = stop.bounding_box()
        with office.app.app_context():
            results = db.session.scalars(select(SyncResult).where(SyncResult.run_id == run)).all()
            for result in results[: len(results) // 2]:
                result.outcome, result.settled_at = "nothing_to_do", datetime.now(UTC)
            db.session.execute(update(SyncRun).values(state="running", started_at=datetime.now(UTC)))
            db.session.commit()
        expect(page.locator("#done")).to_have_attribute("value", str(len(results) // 2))
        expect(page.locator("#said")).to_contain_text("people done")
        expect(page.locator("#progress")).to_contain_text("left")
        assert stop.bounding_box() == before
        at_rest(page)
        assert page.evaluate("document.activeElement.textContent").strip().startswith("Stop after")


@pytest.mark.parametrize("button", ["all", "field-", "person-", "kind", "show", "choice-"])
def test_whatever_is_pressed_the_page_is_there_once(
    office: Office, address: str, browser: Browser, compared: Visitor, button: str
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        page.locator("#settle details").evaluate_all("all => all.forEach(one => one.open = true)")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(f"#settle [name^='{button}']:not(:checked)").last.evaluate("one => one.click()")
        at_rest(page)
        everything = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
        assert [one for one, times in Counter(everything).items() if times > 1] == []
        assert page.locator("#settle").count() == 1
        assert page.locator("[name='next']").count() == 1
