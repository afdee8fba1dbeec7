"""Opens pages in Chromium for a visitor who is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.conftest import PREFIX, Visitor
from tests.web.tour import Stop

REFUSED = ("the server responded with a status of 4", "Response Status Error Code 4")
FILL_AND_SEND = """(form, values) => {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field.tagName === "SELECT") field.add(new Option(value, value));
    field.value = value;
  }
  form.submit();
}"""


@contextmanager
def page_of(
    browser: Browser, address: str, visitor: Visitor, width: int = 1440, scheme: Any = "light", **options: Any
) -> Iterator[Page]:
    """A page of a visitor who is logged in. What the browser complains about fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 850}, color_scheme=scheme, base_url=address, **options
    )
    log_in(context, address, visitor)
    page, complaints = context.new_page(), []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    context.close()
    left = unexpected(complaints)
    assert not left, left


def unexpected(complaints: list[str]) -> list[str]:
    """Without refusals, which the page tells by itself, and without requests that were broken off because somebody
    went on to another page: of those htmx complains twice, of the end and then of the reason."""
    left: list[str] = []
    for complaint in complaints:
        if "htmx:sendAbort" in complaint and left and "htmx:afterRequest" in left[-1]:
            left.pop()
        elif not any(words in complaint for words in REFUSED):
            left.append(complaint)
    return left


def leave(page: Page) -> None:
    """To a page that asks for nothing. What is still being loaded is waited for: breaking it off is complained of."""
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")


def log_in(context: BrowserContext, address: str, visitor: Visitor) -> None:
    cookie = visitor.client.get_cookie("session")
    assert cookie
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])


def at_rest(page: Page) -> None:
    """Waits until htmx has taken over what it put in; a key before that sends the form as without JavaScript."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def show(page: Page, address: str, stop: Stop, visitor: Visitor) -> None:
    """Opens a page of the tour, or sends a form as the page with it would."""
    log_in(page.context, address, stop.visitor or visitor)
    page.goto(PREFIX + stop.path)
    if stop.form is not None:
        page.locator(".tx form[method=post]:has(.is-primary)").last.evaluate(FILL_AND_SEND, stop.form)
        page.locator("#errors").wait_for()
        page.wait_for_load_state()  # with its style
