"""Trying a plan on a few: they are found by name among everybody, read back, and then it goes on or stops."""

from __future__ import annotations

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, SyncPlan, SyncResult, SyncRun
from tests.web.browsing import at_rest, page_of
from tests.web.conftest import PREFIX, Office, Visitor, compare
from tests.web.test_browser import RULES, told
from tests.web.test_queries import crowd

FIRST = re.compile(r'name="first" value="(\d+)"( checked)?> <span>([^<]+)<')
HTMX = {"HX-Request": "true"}


def offered(page: str) -> dict[str, tuple[int, bool]]:
    """Names with the item, and whether they are ticked."""
    return {name: (int(number), bool(ticked)) for number, ticked, name in FIRST.findall(page)}


def items(visitor: Visitor, address: str, *names: str) -> list[int]:
    """Whoever has these names, each searched for."""
    found = [visitor.send(address, {"find-name": name, "find": "name"}).get_data(as_text=True) for name in names]
    return [offered(page)[name][0] for page, name in zip(found, names, strict=True)]


def tried(office: Office, visitor: Visitor, *names: str) -> tuple[str, int]:
    """The result of a try with these people, and its run."""
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    visitor.read(address)
    answer = visitor.send(address, {"first": items(visitor, address, *names), "try": "first"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    office.work()
    run = office.one(SyncRun).id
    return visitor.read(f"/tripletex/runs/{run}"), run


def test_whoever_is_far_down_the_list_is_found_by_name(office: Office, connected: Visitor) -> None:
    crowd(office, 60)
    compare(office, connected)
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    connected.send(address.removesuffix("/approval"), {"all": "huma"})
    page = connected.read(address)
    assert "Tor Bakke" not in offered(page)
    ticked, _ = next(iter(offered(page).values()))

    form = {"find-name": "tor  b", "find": "name", "first": ticked}
    found = offered(connected.send(address, form).get_data(as_text=True))

    assert [name for name, (_, chosen) in found.items() if not chosen] == ["Tor Bakke"]
    assert [number for number, chosen in found.values() if chosen] == [ticked], "whoever is ticked stays so"
    assert office.one(SyncRun) is None


def test_the_search_answers_with_its_own_part_of_the_page(office: Office, compared: Visitor) -> None:
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    partial = compared.send(address, {"find-name": "nobody", "find": "name"}, **HTMX).get_data(as_text=True)
    assert partial.lstrip().startswith('<details class="tx-try" id="try" open')
    assert "Nobody who is changed has this in their name." in partial


def test_a_try_is_for_one_to_three_people(office: Office, compared: Visitor) -> None:
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    who = [number for number, _ in offered(compared.read(address)).values()]
    for chosen in ([], who[:4]):
        answer = compared.send(address, {"first": chosen, "try": "first"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "A try is for one to three people" in page
        assert [number for number, ticked in offered(page).values() if ticked] == chosen
    assert office.one(SyncRun) is None


def test_what_is_there_is_read_back_and_the_others_wait(office: Office, compared: Visitor) -> None:
    page, run = tried(office, compared, "Tor Bakke", "Nils Dahl")
    assert "Go on with the others" in page
    assert f'hx-get="{PREFIX}/tripletex/runs/{run}/readings"' in page

    rows = compared.read(f"/tripletex/runs/{run}/readings")

    assert "Last workday in Tripletex" in rows
    assert rows.count("30 November 2026") == 2, "as it was to be, and as it is"
    assert rows.count("as synced") == 2
    assert not re.search(r"\d{4} \d{2} \d{5}", rows), "account numbers stay masked"
    assert office.one(SyncPlan).state == "ready"


def test_what_became_different_since_is_said(office: Office, compared: Visitor) -> None:
    _, run = tried(office, compared, "Marit Eide")
    employee = office.one(SyncResult, run_id=run).employee_id
    httpx.patch(
        f"{office.url}/_simulator/employees/{employee}", json={"phoneNumberMobile": "99887766"}
    ).raise_for_status()

    rows = compared.read(f"/tripletex/runs/{run}/readings")

    assert "+47 998 87 766" in rows
    assert "different" in rows


def test_that_it_cannot_be_read_is_an_answer(office: Office, compared: Visitor) -> None:
    _, run = tried(office, compared, "Tor Bakke")
    fault = {"kind": "status", "status": 503, "path": "/v2/*", "times": None}
    httpx.post(f"{office.url}/_simulator/faults", json=fault).raise_for_status()

    answer = compared.client.get(f"{PREFIX}/tripletex/runs/{run}/readings", headers=HTMX)

    assert answer.status_code == 200
    assert "Tripletex could not be asked just now." in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["Astrid Holm", "Marit Eide"])
def test_what_can_be_taken_back_of_a_try_is_said(office: Office, compared: Visitor, who: str) -> None:
    page, _ = tried(office, compared, who)
    assert ("Whoever was added stays" in page) == (who == "Astrid Holm")
    assert ("The values that were written can be put back." in page) == (who == "Marit Eide")


def test_stopping_leaves_the_others_alone(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    tried(office, compared, "Tor Bakke")

    page = compared.follow(compared.send(f"/tripletex/plans/{plan}/removal"))

    assert "Those it was tried on are synced, and nothing happened to the others." in page
    assert office.one(SyncPlan, id=plan).state == "discarded"


def test_a_guard_asks_about_the_few_and_not_about_all(office: Office, compared: Visitor) -> None:
    """Two who would share an account number: the number to type is that of these few."""
    plan = office.one(SyncPlan).id
    compared.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    with office.app.app_context():
        nils = db.session.query(Person).filter_by(family_name="Dahl").one()
        marit = db.session.query(Person).filter_by(family_name="Eide").one()
        marit.bank_account_number = nils.bank_account_number
        db.session.commit()
    compare(office, compared)
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    compared.send(f"/tripletex/plans/{office.one(SyncPlan).id}", {"all": "huma"})
    few = items(compared, address, "Nils Dahl", "Marit Eide")

    answer = compared.send(address, {"first": few, "try": "first"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    _, _, section = page.partition('id="try"')
    asked = re.search(r"Type the number (\d+) to confirm", section.partition("</details>")[0])
    assert asked

    assert compared.send(address, {"first": few, "try": "first", "confirm": asked[1]}).status_code == 303


def test_the_number_to_type_counts_those_it_was_tried_on(office: Office, compared: Visitor) -> None:
    """Step by step is as much as all at once; and the page says whom it counts."""
    address = f"/tripletex/plans/{office.one(SyncPlan).id}"
    compared.send(address, {"all": "huma"})
    asked = re.search(r"A value of (\d+) people out of", compared.read(f"{address}/approval"))
    assert asked
    changed = office.one(Conflict, choice="huma", kind="conflict").item_id
    before = compared.read(f"{address}/approval")
    assert "Those you tried it on first are counted." not in before
    assert compared.send(f"{address}/approval", {"first": [changed], "try": "first"}).status_code == 303
    office.work()

    page = compared.read(f"{address}/approval")

    assert f"A value of {asked[1]} people out of" in page
    assert "Those you tried it on first are counted." in page


def test_enter_searches_and_syncs_nothing(office: Office, address: str, browser: Browser, compared: Visitor) -> None:
    with page_of(browser, address, compared) as page:
        page.goto(f"{PREFIX}/tripletex/plans/{office.one(SyncPlan).id}/approval")
        page.get_by_text("Try it on a few people first").click()
        page.get_by_label("Tor Bakke").check()
        page.locator("#find-name").fill("nils")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Nils Dahl")).to_be_visible()
        at_rest(page)
        expect(page.get_by_label("Tor Bakke")).to_be_checked()
        expect(page.get_by_label("Marit Eide")).to_have_count(0)
        assert page.evaluate("document.activeElement.id") == "find-name"
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, "\n".join(told(one) for one in found)
        assert office.one(SyncRun) is None
        page.get_by_role("button", name="Sync these first").press("Enter")
        expect(page.get_by_role("heading", name="Syncing users")).to_be_visible()
        office.work()
        expect(page.locator("#readings")).to_contain_text("as synced")
