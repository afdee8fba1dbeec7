"""In Chromium: axe finds nothing, nothing overflows, everything works by keyboard, and htmx under our policy."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from huma_tripletex.models import Conflict, SyncPlan
from tests.web.browsing import at_rest, page_of, show
from tests.web.conftest import PREFIX, Office, Visitor
from tests.web.tour import tour

WIDTHS = (375, 768, 1440)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@contextmanager
def working(office: Office) -> Iterator[None]:
    """A worker beside the pages, as far as they can tell."""
    end = threading.Event()

    def work() -> None:
        while not end.wait(0.1):
            office.work()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    end.set()
    thread.join(20)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("locale", "scheme", "examined"), [("en", "light", 1440), ("nb", "dark", 375)])
def test_every_page_is_accessible_and_nothing_overflows(
    office: Office, address: str, browser: Browser, locale: str, scheme: str, examined: int
) -> None:
    visitor, axe, wrong = office.visitor(locale=locale), Axe(), []
    with page_of(browser, address, visitor, scheme=scheme) as page:
        for stop in tour(office, visitor):
            name = stop.name
            show(page, address, stop, visitor)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 850})
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    wrong.append(f"{name} overflows at {width}")
                if width == examined:
                    found = axe.run(page, options=RULES).response["violations"]
                    wrong += [f"{name} at {width}: {told(one)}" for one in found]
            page.goto("about:blank")  # or a page that polls goes on by itself in the middle of the next
    assert not wrong, "\n".join(wrong)


def told(violation: dict[str, Any]) -> str:
    return f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes'][:3]]}"


def test_progress_comes_by_itself_and_ends(office: Office, address: str, browser: Browser, connected: Visitor) -> None:
    with page_of(browser, address, connected) as page, working(office):
        page.goto(f"{PREFIX}/tripletex")
        page.get_by_role("button", name="Synchronize users").click()
        expect(page.get_by_role("heading", name="Settle differences")).to_be_visible()


def test_progress_comes_by_itself_without_javascript(
    office: Office, address: str, browser: Browser, connected: Visitor
) -> None:
    with page_of(browser, address, connected, java_script_enabled=False) as page, working(office):
        page.goto(f"{PREFIX}/tripletex")
        page.get_by_role("button", name="Synchronize users").click()
        expect(page.get_by_role("heading", name="Settle differences")).to_be_visible()


def test_sums_are_live_and_what_was_chosen_is_saved(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        undecided = page.locator(".tx-choice:not(:has(:checked))").first
        number = (undecided.get_attribute("id") or "")[1:]
        before = int(re.findall(r"(\d+)", page.locator("#sums dl > div").nth(3).inner_text())[0])
        undecided.locator("input[value=huma]").check()
        expect(page.locator("#sums dl > div").nth(3)).to_contain_text(f"{before - 1} value")
        assert office.one(Conflict, id=int(number)).choice == "huma"
        for place in range(3):
            page.locator(".tx-choice").nth(place).locator("input[value=leave]").check()
        expect(page.locator("#sums dl > div").nth(2)).to_contain_text("3 values")
        page.reload()
        expect(page.locator("#sums dl > div").nth(2)).to_contain_text("3 values")


def test_focus_stays_where_it_was(office: Office, address: str, browser: Browser, compared: Visitor) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        page.get_by_role("button", name="Use Tripletex’s values").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#sums dl > div").first).to_contain_text("11 values")
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == "all-tripletex"
        page.locator("#kind-conflict").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#kind-conflict")).to_have_attribute("aria-current", "true")
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == "kind-conflict"


def test_masked_value_is_shown_in_place_and_hidden_again(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        button = page.get_by_role("button", name=re.compile(r"^Show ?: Bank account number")).first
        place = button.get_attribute("id")
        button.click()
        expect(page.locator(f"#{place}")).to_contain_text("Hide")
        at_rest(page)
        assert len(re.findall(r"\d{4} \d{2} \d{5}", page.locator("#settle").inner_text())) == 1
        assert page.evaluate("document.activeElement.id") == place
        page.keyboard.press("Enter")
        expect(page.locator(f"#{place}")).to_contain_text("Show")


def test_error_summary_has_the_focus(address: str, browser: Browser, anna: Visitor) -> None:
    for javascript in (True, False):
        with page_of(browser, address, anna, java_script_enabled=javascript) as page:
            page.goto(f"{PREFIX}/tripletex/connection")
            page.get_by_label("Employee token").fill("wrong")
            page.get_by_role("button", name="Connect").click()
            expect(page.get_by_role("alert")).to_be_focused()
            expect(page).to_have_title(re.compile("^Error:"))


@pytest.mark.timeout(120)
def test_whole_journey_by_keyboard_alone(office: Office, address: str, browser: Browser, anna: Visitor) -> None:
    with page_of(browser, address, anna) as page, working(office):
        page.goto(f"{PREFIX}/tripletex")
        press(page, "Connect")
        tab_to(page, "#token")
        page.keyboard.type(office.tokens[0])
        tab_to(page, "#authority")
        page.keyboard.press("Space")
        press(page, "Connect")
        press(page, "Synchronize users")
        expect(page.get_by_role("heading", name="Settle differences")).to_be_visible()
        press(page, "Use Huma’s values", stays=True)
        expect(page.locator("#sums dl > div").nth(3)).to_contain_text("0 values")
        press(page, "Next")
        expect(page.get_by_role("heading", name="Choose who to add")).to_be_visible()
        press(page, "Next")
        expect(page.get_by_role("heading", name="This will happen when you sync")).to_be_visible()
        if page.locator("#confirm").count():
            asked = re.search(r"\d+", page.locator("#confirm-hint").inner_text())
            assert asked
            tab_to(page, "#confirm")
            page.keyboard.type(asked[0])
        press(page, "Sync users")
        expect(page.get_by_role("heading", name="people synced")).to_be_visible()


def press(page: Page, words: str, *, stays: bool = False) -> None:
    """Tabs to the button or link that says so and presses Enter; `stays`: no other page comes of it."""
    target = page.locator(".tx .tx-button", has_text=re.compile(f"^{words}")).first
    target.evaluate("element => element.setAttribute('data-wanted', '')")
    tab_to(page, "[data-wanted]")
    if stays:
        page.keyboard.press("Enter")
        return
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_first_screen_on_a_phone_shows_a_difference(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared, width=375) as page:
        page.set_viewport_size({"width": 375, "height": 812})
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        choice, foot = page.locator(".tx-choice").first.bounding_box(), page.locator(".tx-foot").bounding_box()
        assert choice
        assert foot
        assert choice["y"] + choice["height"] < foot["y"]
        nils = page.locator(".tx-person", has=page.get_by_role("heading", name="Nils Dahl"))
        expect(nils.locator("header > p")).to_have_text(re.compile(r"^employee \d+, matched", re.IGNORECASE))
        expect(nils.get_by_text(re.compile(r"employee \d+"))).to_be_visible()


def test_pages_are_light(office: Office, address: str, browser: Browser, compared: Visitor) -> None:
    """What a page weighs without cache, in bytes on the wire, htmx included."""
    plan = office.one(SyncPlan).id
    for path in ("/tripletex", f"/tripletex/plans/{plan}", f"/tripletex/plans/{plan}/people"):
        with page_of(browser, address, compared) as page:
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            weights: list[float] = []
            session.on("Network.loadingFinished", lambda event, found=weights: found.append(event["encodedDataLength"]))
            page.goto(PREFIX + path)
            page.wait_for_load_state("networkidle")
            assert 20_000 < sum(weights) < 100_000, (path, weights)
