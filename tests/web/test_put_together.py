"""Somebody with another name and number in Tripletex is put together by hand, and taken apart again."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from huma_tripletex.demo import Person, db
from huma_tripletex.demo.models import Organisation
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web.pairs import FITS
from tests.web.browsing import at_rest, page_of
from tests.web.conftest import PREFIX, Office, Visitor, compare

OPTION = re.compile(r'<option value="(\d+)"(?: selected)?>([^<]+)</option>')
CHOSEN = re.compile(r'<option value="(\d+)" selected>([^<]+)</option>')
MANY = 510


def offered(page: str, name: str) -> list[tuple[str, str]]:
    (found,) = re.findall(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    return OPTION.findall(found)


def item_of(office: Office, item_id: int) -> PlanItem:
    with office.app.app_context():
        return current_runtime().session.scalars(select(PlanItem).where(PlanItem.id == item_id)).one()


def test_two_are_put_together_and_taken_apart(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = compared.read(address)
    person, employee = offered(page, "pair-person")[-1], offered(page, "pair-employee")[-1]

    page = compared.follow(
        compared.send(address, {"pair-person": person[0], "pair-employee": employee[0], "pair": "yes"})
    )

    item = item_of(office, int(person[0]))
    assert (item.choice, item.partner, item.employee_id) == ("same", int(employee[0]), int(employee[0]))
    assert person not in offered(page, "pair-person")
    assert employee not in offered(page, "pair-employee")
    assert "The same person as" in page

    page = compared.follow(compared.send(address, {f"match-{person[0]}": "later"}))

    assert item_of(office, int(person[0])).choice is None
    assert person in offered(page, "pair-person")
    assert employee in offered(page, "pair-employee")


def test_nobody_is_put_together_by_choosing_alone(office: Office, compared: Visitor) -> None:
    """The other parts of the page are saved while somebody still looks for the right one."""
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = compared.read(address)
    person, employee = offered(page, "pair-person")[-1], offered(page, "pair-employee")[-1]
    compared.follow(compared.send(address, {"pair-person": person[0], "pair-employee": employee[0]}))
    assert item_of(office, int(person[0])).partner is None


@pytest.fixture
def crowded(office: Office, connected: Visitor) -> Visitor:
    """More people on either side than anybody would look through; the last of each is one and the same."""
    people = [("Per", f"Myhre{number:03}") for number in range(MANY)]
    employees = [("Ola", f"Nygaard{number:03}") for number in range(MANY)]
    with office.app.app_context():
        fjord = db.session.query(Organisation).filter_by(name="Fjord AS").one().id
        db.session.add_all(
            Person(organisation_id=fjord, given_name=given, family_name=family, date_of_birth="1980-01-01")
            for given, family in (*people, ("Åse", "Østby"))
        )
        db.session.commit()
    found = [
        {"firstName": given, "lastName": family, "dateOfBirth": "1970-01-01", "email": ""}
        for given, family in (*employees, ("Åse Marie", "Ørbeck"))
    ]
    httpx.post(f"{office.url}/_simulator/employees", json=found, timeout=60).raise_for_status()
    return compare(office, connected)


@pytest.mark.timeout(120)
def test_everybody_is_found_by_name_and_no_name_is_in_an_address(office: Office, crowded: Visitor) -> None:
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = crowded.read(address)
    assert len(offered(page, "pair-person")) == len(offered(page, "pair-employee")) == FITS
    assert f"The first {FITS} are shown." in page
    assert "Åse Marie Ørbeck (" not in page

    sought = {"find-person": " østby", "find-employee": "marie  ØR", "find": "employee"}
    answer = crowded.send(address, sought)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.location) == (200, None)
    (person,), (employee,) = offered(page, "pair-person"), offered(page, "pair-employee")
    assert (person[1][:9], employee[1][:16]) == ("Åse Østby", "Åse Marie Ørbeck")
    assert CHOSEN.findall(page) == [person, employee]
    assert '<details class="tx-after" id="pair" open>' in page

    paired = {**sought, "pair-person": person[0], "pair-employee": employee[0], "pair": "yes"}
    del paired["find"]
    page = crowded.follow(crowded.send(address, paired))
    assert item_of(office, int(person[0])).partner == int(employee[0])
    assert len(offered(page, "pair-person")) == FITS


@pytest.mark.timeout(120)
def test_a_search_keeps_the_ticks_and_says_when_nobody_or_too_many_fit(office: Office, crowded: Visitor) -> None:
    plan = office.one(SyncPlan)
    address = f"/tripletex/plans/{plan.id}/people"
    page = crowded.read(address)
    person = offered(page, "pair-person")[3]
    ticked = re.findall(r'name="add-(\d+)" value="yes">', page)[0]

    many = crowded.send(
        address,
        {
            "find-employee": "nygaard",
            "save": "choices",
            "pair-person": person[0],
            f"shown-{ticked}": "1",
            f"add-{ticked}": "yes",
        },
    ).get_data(as_text=True)
    assert f"More than {FITS} have this in their name." in many
    assert CHOSEN.findall(many) == [person]
    assert item_of(office, int(ticked)).choice == "add"

    nobody = crowded.send(address, {"find-employee": "zzz", "find": "employee"}).get_data(as_text=True)
    assert offered(nobody, "pair-employee") == []
    assert "Nobody who can be put together has this in their name." in nobody

    back = crowded.send(address, {"find-employee": "", "find": "employee"}, **{"HX-Request": "true"})
    assert back.headers["HX-Retarget"] == "#pair"
    assert len(offered(back.get_data(as_text=True), "pair-employee")) == FITS
    assert "<html" not in back.get_data(as_text=True)


def test_nothing_is_searched_that_fits_into_a_list(office: Office, compared: Visitor) -> None:
    page = compared.read(f"/tripletex/plans/{office.one(SyncPlan).id}/people")
    assert 'id="pair-person"' in page
    assert 'type="search"' not in page


@pytest.mark.timeout(120)
def test_focus_stays_in_the_search_and_the_answer_is_read_out(
    office: Office, address: str, browser: Browser, crowded: Visitor
) -> None:
    with page_of(browser, address, crowded) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}/people")
        page.locator("#pair > summary").click()
        page.locator("#find-person").fill("østby")
        page.keyboard.press("Enter")
        expect(page.locator("#found")).to_contain_text("1 person found")
        expect(page.locator("#pair-person option:checked")).to_contain_text("Åse Østby")
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == "find-person"
        page.locator("#find-employee").fill("ørbeck")
        page.locator("#do-find-employee").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#pair-employee option:checked")).to_contain_text("Åse Marie Ørbeck")
        expect(page.locator("#pair-person option:checked")).to_contain_text("Åse Østby")
        at_rest(page)
        assert page.evaluate("document.activeElement.id") == "do-find-employee"
        assert "rbeck" not in page.url
        page.get_by_role("button", name="They are the same person").click()
        expect(page.get_by_text("They are the same person now.")).to_be_visible()
