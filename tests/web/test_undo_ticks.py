"""Undo: what is ticked is counted wherever the page says so, as it is ticked, and whom it is about is found by name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from huma_tripletex.demo import Person, db
from huma_tripletex.models import SyncResult, SyncRun
from tests.web import browsing
from tests.web.conftest import PREFIX, Office, Visitor, compare
from tests.web.test_queries import counted, crowd
from tests.web.test_undo import (
    ROW,
    TICKED,
    boxes,
    page_of,
    person_id,
    row_of,
    settled,
    synced_for_huma,
    told,
    words_of,
)

__all__ = ["settled"]
VALUES, PEOPLE = re.compile(r"(\d+) values?"), re.compile(r"of (\d+) p")


def counts(page: Page) -> tuple[str, str, str]:
    """The button, the sums beside it, and those at the top: values and people."""
    button = " ".join(page.locator("button[name=undo][value=ticked]").inner_text().split())
    beside, top = (" ".join(page.locator(place).inner_text().split()) for place in ("#undo-chosen", "#undo-counts"))
    return button, beside, top


def numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    return [int(one) for one in pattern.findall(text)]


def test_counts_and_the_words_of_the_button_follow_every_tick(
    office: Office, address: str, browser: Browser, settled: Visitor
) -> None:
    run = office.one(SyncRun).id
    with browsing.page_of(browser, address, settled) as page:
        page.goto(f"{PREFIX}/tripletex/runs/{run}/undoing")
        all_of_it = agreeing(page)
        row = page.locator("tr", has_text="Nils Dahl")
        parts = row.locator("input[name=part]").count()
        row.get_by_role("checkbox", name=re.compile("Phone number ?: Nils Dahl")).uncheck()
        assert changed(page, all_of_it) == (all_of_it[0] - 1, all_of_it[1]), "one value of somebody who has more"
        row.get_by_role("checkbox", name="Nils Dahl", exact=True).uncheck()
        assert changed(page, (all_of_it[0] - 1, all_of_it[1])) == (all_of_it[0] - parts, all_of_it[1] - 1)
        row.get_by_role("checkbox", name="Nils Dahl", exact=True).check()
        assert changed(page, (all_of_it[0] - parts, all_of_it[1] - 1)) == (all_of_it[0] - 1, all_of_it[1])
        row.get_by_role("checkbox", name="Nils Dahl", exact=True).focus()
        page.keyboard.press("Space")
        browsing.at_rest(page)
        expect(row.get_by_role("checkbox", name="Nils Dahl", exact=True)).to_be_focused()
        page.get_by_role("button", name="Tick none").click()
        expect(page.locator("button[value=ticked]")).to_have_text("Put back what is ticked")
        page.locator("tr", has_text="Hanne Moe").get_by_role("checkbox").check()
        expect(page.locator("button[value=ticked]")).to_have_text("Put back 1 value of 1 person")
        page.locator("button[value=ticked]").click()
        expect(page.get_by_role("heading", name="Putting earlier values back")).to_be_visible()
        browsing.leave(page)
    with office.app.app_context():
        assert db.session.query(SyncResult).filter_by(run_id=office.one(SyncRun).id).count() == 1


def agreeing(page: Page) -> tuple[int, int]:
    """How many values of how many people, after all three places say the same."""
    browsing.at_rest(page)
    button, beside, top = counts(page)
    ((values,), (people,)) = numbers(VALUES, button), numbers(PEOPLE, button)
    assert sum(numbers(VALUES, beside)) == sum(numbers(VALUES, top)) == values
    assert numbers(PEOPLE, beside) == numbers(PEOPLE, top)
    assert max(numbers(PEOPLE, top)) <= people <= sum(numbers(PEOPLE, top))
    return values, people


def changed(page: Page, before: tuple[int, int]) -> tuple[int, int]:
    button = page.locator("button[name=undo][value=ticked]")
    expect(button).not_to_contain_text(re.compile(rf"Put back {before[0]} values? of {before[1]} p"))
    return agreeing(page)


def test_of_several_pages_the_top_is_about_everything_and_the_button_about_this_page(
    office: Office, connected: Visitor
) -> None:
    crowd(office, 100)
    run = synced_for_huma(office, compare(office, connected))
    page = page_of(connected, run)
    top, _, rest = words_of(page.split('id="undo-counts"')[1]).partition("Everything at once")
    assert sum(numbers(VALUES, top)) > 40
    assert "all pages" in rest
    values, people = map(int, told(page)["seen"].split("-"))
    assert people == 40
    form = {**boxes(page), "value": boxes(page)["value"][1:]}
    answer = connected.send(f"/tripletex/runs/{run}/undoing/counts", form, **{"HX-Request": "true"})
    partial = answer.get_data(as_text=True)
    assert told(partial) == {"seen": f"{values - 1}-{people - 1}"}
    assert f"Put back {values - 1} values of {people - 1} people" in partial
    assert "undo-counts" not in partial, "the top is about all pages"


def test_what_was_changed_since_is_not_counted_and_the_page_says_so_before(office: Office, settled: Visitor) -> None:
    run, hanne = office.one(SyncRun).id, person_id(office, "Hanne Moe")
    page = page_of(settled, run)
    values, people = map(int, told(page)["seen"].split("-"))
    with office.app.app_context():
        db.session.get_one(Person, int(hanne)).phone_number = "+47 400 00 001"
        db.session.commit()
    answer = settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "ticked", **boxes(page), **told(page)})
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "What is ticked has changed since this page was shown" in said
    assert told(said) == {"seen": f"{values - 1}-{people - 1}"}
    assert office.one(SyncRun).id == run


@pytest.mark.parametrize("part", ["dahl", "  NILS ", "ils da"])
def test_somebody_is_found_by_a_part_of_their_name_and_nobody_else_is_put_back(
    office: Office, connected: Visitor, part: str
) -> None:
    crowd(office, 60)
    run = synced_for_huma(office, compare(office, connected))
    nils, path = person_id(office, "Nils Dahl"), f"/tripletex/runs/{run}/undoing"
    form = {"look": "again", "find-name": part, **boxes(page_of(connected, run))}
    page = connected.send(path, form).get_data(as_text=True)
    assert len(ROW.findall(page)) == 1
    assert "Nils Dahl" in row_of(page, "Nils Dahl")
    assert "Everything at once" not in page
    everything = {value for name, value in TICKED.findall(page) if name == "part"}
    assert len(everything) > 1, "what is found is ticked"
    assert part.strip().lower() not in " ".join(re.findall(r'(?:href|action)="([^"]*)"', page)).lower()

    view = {"view-name": " ".join(part.split()), "find-name": part}
    connected.follow(connected.send(path, {"undo": "ticked", **view, **boxes(page), **told(page)}))
    office.work()

    with office.app.app_context():
        (result,) = db.session.query(SyncResult).filter_by(run_id=office.one(SyncRun).id)
        assert result.person_id == nils


def test_a_name_that_nobody_has_says_so_and_too_many_say_so(office: Office, connected: Visitor) -> None:
    crowd(office, 60)
    run = synced_for_huma(office, compare(office, connected))
    path = f"/tripletex/runs/{run}/undoing"
    page_of(connected, run)
    nobody = connected.send(path, {"look": "again", "find-name": "xyzzy"}).get_data(as_text=True)
    assert "Nobody of whom something can be put back has this in their name." in nobody
    many = connected.send(path, {"look": "again", "find-name": "given"}).get_data(as_text=True)
    assert "More than 40 have this in their name. Write more of it." in many
    assert len(ROW.findall(many)) == 40
    again = connected.send(path, {"look": "none", "view-name": "given", "find-name": "given"}).get_data(as_text=True)
    assert len(ROW.findall(again)) == 40
    assert told(again) == {"seen": "0-0"}


def test_a_search_asks_as_often_for_many_as_for_few(office: Office, connected: Visitor) -> None:
    found = []
    for people in (60, 240):
        crowd(office, people)
        run = synced_for_huma(office, compare(office, connected))
        page_of(connected, run)
        with counted(office) as statements:
            connected.send(f"/tripletex/runs/{run}/undoing", {"look": "again", "find-name": "given1"})
        found.append(len(statements))
    assert found[1] <= found[0] < 20


def test_progress_of_an_undo_counts_to_the_people_that_its_button_has_named(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    page = page_of(settled, run)
    (people,) = {int(one) for one in re.findall(r"Put back \d+ values of (\d+) people", page)}
    settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "ticked", **boxes(page), **told(page)})
    progress = settled.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert f"0 of {people} people done" in progress
    assert "So far" not in progress, "whoever stays is not told of as done"
    office.work()
    result = settled.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert f"Earlier values are back for {people} of {people} people" in result


def test_without_javascript_the_next_page_says_it_at_its_top_and_is_pressed_there(
    office: Office, address: str, browser: Browser, settled: Visitor
) -> None:
    run = office.one(SyncRun).id
    with browsing.page_of(browser, address, settled, width=375, java_script_enabled=False) as page:
        page.goto(f"{PREFIX}/tripletex/runs/{run}/undoing")
        page.get_by_role("button", name="Tick none").click()
        page.locator("tr", has_text="Hanne Moe").get_by_role("checkbox").check()
        page.locator("button[value=ticked]").click()
        note = page.get_by_role("alert")
        expect(note).to_contain_text("Nothing has been put back yet.")
        expect(note).to_be_in_viewport()
        note.get_by_role("button", name="Put back 1 value of 1 person").click()
        expect(page.get_by_role("heading", name="Putting earlier values back")).to_be_visible()
    with office.app.app_context():
        assert db.session.query(SyncResult).filter_by(run_id=office.one(SyncRun).id).count() == 1
