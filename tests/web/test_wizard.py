"""The wizard from step to step: one count of what is to be chosen, a search that begins at its first page, and nothing
that is lost on the way back.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from tests.web.browsing import at_rest, page_of
from tests.web.conftest import PREFIX, Office, Visitor, compare
from tests.web.test_queries import crowd

HTMX = {"HX-Request": "true"}
TO_CHOOSE = re.compile(r"To choose <span class=\"tx-number\">(\d+)<")
NOT_CHOSEN = re.compile(r"Not chosen yet.*?>(\d+) values?<", re.DOTALL)


def counts(page: str) -> tuple[int, int]:
    """What the tab and what the sums say is still to be chosen."""
    tab, sums = TO_CHOOSE.search(page), NOT_CHOSEN.search(page)
    assert sums
    return int(tab[1]) if tab else 0, int(sums[1])


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<fieldset class="tx-grid tx-choice" id="d(\d+)">', page)]


def test_tab_and_sums_count_the_same_whatever_is_chosen(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    address = f"/tripletex/plans/{plan}"
    before = counts(compared.read(address))
    assert before[0] == before[1] > 1
    cleared = office.one(Conflict, field="bank_account_number", kind="missing_in_tripletex").id
    one = office.one(Conflict, kind="conflict").id
    steps = ({f"choice-{cleared}": "tripletex"}, {f"choice-{one}": "huma"}, {f"choice-{cleared}": "leave"})
    for form in steps:
        answer = compared.send(address, form, **HTMX).get_data(as_text=True)
        assert counts(answer) == counts(compared.read(address)) == (before[0] - (form is not steps[0]),) * 2
    summary = compared.read(f"{address}/approval")
    assert f"{before[0] - 1} values are not chosen yet." in summary


def test_a_difference_left_earlier_counts_once_somebody_chooses(office: Office, compared: Visitor) -> None:
    plan, one = office.one(SyncPlan), office.one(Conflict, kind="conflict").id
    with office.app.app_context():
        db.session.query(Conflict).filter_by(id=one).update({"chosen": "remembered", "choice": "leave"})
        db.session.commit()
    address = f"/tripletex/plans/{plan.id}"
    all_before = re.search(r'All <span class="tx-number">(\d+)<', compared.read(address))

    answer = compared.send(address, {f"choice-{one}": "huma"}, **HTMX).get_data(as_text=True)

    all_after = re.search(r'All <span class="tx-number">(\d+)<', answer)
    assert all_before
    assert all_after
    assert int(all_after[1]) == int(all_before[1]) + 1
    assert "Left as they are, earlier" not in answer


@pytest.mark.parametrize("pressed", ["save", "page"])
def test_another_name_or_field_begins_at_the_first_page(office: Office, connected: Visitor, pressed: str) -> None:
    crowd(office, 200)
    compare(office, connected)
    address = f"/tripletex/plans/{office.one(SyncPlan).id}"
    third = {"view-page": "3", "was-name": "", "was-field": "", pressed: "3"}
    assert "Page 3 of" in connected.follow(connected.send(address, third))

    for other in ({"view-name": "given1"}, {"view-field": "phone_number"}):
        answer = connected.send(address, {**third, **other}, **HTMX).get_data(as_text=True)
        assert "Page 1 of" in answer, other
        assert shown(answer)
    kept = {**third, "view-name": "given1", "was-name": "given1"}
    assert "Page 3 of" in connected.send(address, kept, **HTMX).get_data(as_text=True), "the same name goes on"


def test_a_page_beyond_the_end_shows_the_last_one(office: Office, connected: Visitor) -> None:
    crowd(office, 60)
    compare(office, connected)
    address = f"/tripletex/plans/{office.one(SyncPlan).id}"
    for kind in ("", "conflict", "undecided"):
        page = connected.read(f"{address}?kind={kind}&page=99")
        last = re.search(r"Page (\d+) of (\d+)", page)
        assert last
        assert last[1] == last[2] != "1"
        assert shown(page)


def test_back_keeps_what_was_ticked_without_javascript(office: Office, compared: Visitor) -> None:
    plan, item = office.one(SyncPlan).id, office.one(PlanItem, kind="only_in_huma", choice="add")
    address = f"/tripletex/plans/{plan}/people"
    assert re.search(r"<button [^>]*name=\"back\"[^>]*>Back<", compared.read(address)), "a link would not save"
    page = compared.follow(compared.send(address, {f"shown-{item.id}": "1", "back": "1"}))
    assert "Settle differences</h1>" in page
    assert office.one(PlanItem, id=item.id).choice == "leave"


def test_the_summary_is_the_end_of_the_third_step_and_leads_back(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    steps = re.search(r'<nav class="tx-steps".*?</nav>', compared.read(f"/tripletex/plans/{plan}/approval"), re.DOTALL)
    assert steps
    words = " ".join(re.sub(r"<[^>]+>", " ", steps[0]).split())
    assert words == "✓ Done: 1 Connect ✓ Done: 2 Settle differences 3 Choose who to add › Summary"
    for address in re.findall(r'href="([^"]+)"', steps[0]):
        assert compared.client.get(address).status_code == 200
    assert len(re.findall(r"<li", steps[0])) == 3


@pytest.mark.parametrize("page", ["", "/people", "/approval"])
@pytest.mark.parametrize("fields", [2, 4])
def test_a_full_page_is_light(office: Office, connected: Visitor, page: str, fields: int) -> None:
    """In bytes without cache, where everybody differs in so many fields. The page is counted as the demo serves it, not
    compressed; our script, our stylesheet and htmx as we serve them ourselves, which is compressed.
    """
    crowd(office, 200)
    values = {"last_workday": date(2027, 6, 30)}
    more = {"first_workday": date(2019, 1, 1), "bank_account_number": "12345678903"}
    with office.app.app_context():
        db.session.execute(update(Person).values(**values, **(more if fields > 2 else {})))
        db.session.commit()
    compare(office, connected)

    html = connected.read(f"/tripletex/plans/{office.one(SyncPlan).id}{page}")

    if not page:
        people = html.split('<section class="tx-person"')[1:]
        assert len(people) == {2: 13, 4: 8}[fields], "fewer people where there is more about each"
        assert html.count('<fieldset class="tx-grid') > (fields - 1) * len(people)
    assert "EMPLOYMENT_END_EXPIRED" in html or "with the reason" in html
    links = re.findall(r'(?:src|href)="(/[^"]+/static/[^"]+|/static/[^"]+)"', html)
    assert len(links) == 4, "htmx, our script and stylesheet, and the host's stylesheet"
    files = [connected.client.get(link, headers={"Accept-Encoding": "gzip"}, buffered=True).data for link in links]
    assert len(html.encode()) + sum(map(len, files)) < 100_000


def test_tabs_follow_every_choice_in_the_browser(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        before = int(page.locator("#kind-undecided .tx-number").inner_text())
        row = page.locator(f"#{page.locator('.tx-choice:not(:has(input:checked))').first.get_attribute('id')}")
        row.locator("input[value=leave]").focus()
        page.keyboard.press("Space")
        expect(page.locator("#kind-undecided .tx-number")).to_have_text(str(before - 1))
        expect(page.locator("#sums")).to_contain_text(f"{before - 1} values")
        at_rest(page)
        expect(row.locator("input[value=leave]")).to_be_focused()
        page.locator("#kind-undecided").press("Enter")
        expect(page.locator(".tx-choice")).to_have_count(before - 1)


def test_what_a_choice_means_shows_with_the_choice(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    missing = office.one(Conflict, field="bank_account_number", kind="missing_in_tripletex").id
    leaving = office.one(Conflict, field="last_workday", kind="missing_in_tripletex")
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        warning = page.locator(f"#d{missing}-if-tripletex")
        expect(warning).to_be_hidden()
        page.locator(f"#d{missing}").get_by_label("Clear in Huma").check()
        expect(warning).to_be_visible()
        expect(page.locator("#sums")).to_contain_text("1 cleared")
        page.locator(f"#d{missing} input[value=huma]").check()
        expect(warning).to_be_hidden()
        reason = page.locator(f"[name=reason-{leaving.item_id}]")
        reason.focus()
        page.keyboard.press("ArrowDown")
        at_rest(page)
        expect(page.locator("#sums")).not_to_contain_text("1 cleared")
        page.reload()
        expect(reason).to_have_value("EMPLOYMENT_END_EMPLOYER")


@pytest.mark.parametrize(("width", "height"), [(375, 667), (320, 568)])
def test_a_phone_shows_a_difference_at_once_and_the_foot_leaves_room(
    office: Office, address: str, browser: Browser, compared: Visitor, width: int, height: int
) -> None:
    plan = office.one(SyncPlan).id
    with page_of(browser, address, compared, width, has_touch=True) as page:
        page.set_viewport_size({"width": width, "height": height})
        for path in (
            f"/tripletex/plans/{plan}",
            f"/tripletex/plans/{plan}/people",
            f"/tripletex/plans/{plan}/approval",
        ):
            page.goto(PREFIX + path)
            assert box(page, ".tx-foot")["height"] <= height / 8
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.goto(f"{PREFIX}/tripletex/plans/{plan}")
        for tab in page.locator(".tx-tab").all():
            place = tab.bounding_box()
            assert place
            assert 0 <= place["x"] <= place["x"] + place["width"] <= width, "no tab is cut off"
        if height > 600:
            assert box(page, ".tx-person h2")["y"] < box(page, ".tx-foot")["y"]
        page.get_by_text("Choose for many at once").click()
        expect(page.get_by_text("Nothing is cleared unless you choose it for that value.")).to_be_visible()


def test_nothing_stays_in_the_way_where_little_fits(
    office: Office, address: str, browser: Browser, compared: Visitor
) -> None:
    """A laptop at 200 %: half as wide and half as high."""
    with page_of(browser, address, compared, 640) as page:
        page.set_viewport_size({"width": 640, "height": 400})
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}")
        assert box(page, ".tx-foot")["y"] > 400


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found
    return dict(found)
