"""The administrator's journey, as the guide tells it, in a real browser: with JavaScript and without."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.parts.processes import eventually
from tests.parts.stage import Stage

SOON = 30_000


def test_from_login_to_an_edit_that_arrives_in_tripletex(stage: Stage, page: Page) -> None:
    log_in(stage, page, "Anna Berg")
    go_to_tripletex(page)
    reads_what_it_is(page)
    connects(stage, page)

    page.get_by_role("button", name="Synchronize users").click()
    settles_differences(page)
    chooses_who_to_add(page)
    syncs(page)

    result_is_on_the_page(page)
    result_is_in_the_mailbox(stage)
    both_systems_agree(stage)
    an_edit_arrives(stage, page)
    a_change_in_tripletex_stays_there(stage)


def test_another_role_sees_a_clear_refusal(stage: Stage, page: Page) -> None:
    log_in(stage, page, "Henrik Lund")

    answer = page.goto(f"{stage.url}/settings/integrations/tripletex")

    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("main")).to_contain_text("permission")


def log_in(stage: Stage, page: Page, name: str) -> None:
    page.goto(f"{stage.url}/login")
    page.get_by_role("button", name=f"Log in as {name}").click()


def go_to_tripletex(page: Page) -> None:
    page.get_by_role("link", name="System settings").first.click()
    page.get_by_role("link", name="Integrations").first.click()
    page.get_by_role("main").get_by_role("link", name="Tripletex", exact=True).click()


def reads_what_it_is(page: Page) -> None:
    headings = page.get_by_role("heading", level=2)
    for place, words in enumerate(("How to use it", "Supported features", "Supported fields")):
        expect(headings.nth(place)).to_have_text(words)
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(8)
    expect(rows.filter(has_text="Date of birth")).to_contain_text(re.compile("required", re.IGNORECASE))


def connects(stage: Stage, page: Page) -> None:
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_label("Employee token").fill("not a token")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Employee token").fill(stage.tokens[0])
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("main")).to_contain_text("with the token of")


def settles_differences(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Settle differences", timeout=SOON)
    expect(page.get_by_role("main")).to_contain_text("Nils Dahl")
    page.get_by_role("button", name="Use Huma’s values").click()
    mette = page.get_by_role("group", name=re.compile("Given name.*Mette"))
    expect(mette.get_by_role("radio").nth(0)).to_be_checked()
    mette.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Next").click()


def chooses_who_to_add(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose who to add")
    expect(page.get_by_role("group", name="Bjørn Aas")).to_be_visible()
    for name in ("Ingvild Tangen", "Hege Fjeld"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("checkbox", name=re.compile("Rolf Myhre")).uncheck()
    page.get_by_role("button", name="Next").click()


def syncs(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("This will happen when you sync")
    asked = re.search(r"Type the number (\d+)", page.get_by_role("main").inner_text())
    if asked:
        page.get_by_label("For how many people?").fill(asked[1])
    page.get_by_role("button", name="Sync users").click()


def result_is_on_the_page(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("people synced", timeout=SOON)


def result_is_in_the_mailbox(stage: Stage) -> None:
    (mail,) = eventually(stage.mails)  # type: ignore[misc]
    assert mail["To"] == "anna.berg@fjord.example"
    assert re.search(r"\d+ of \d+ people synced", mail["Subject"])


def both_systems_agree(stage: Stage) -> None:
    employees = stage.tripletex
    assert employees.employee("1010")["phoneNumberMobile"] == "91234567"
    assert employees.employee("1013")["lastName"] == "Sæther"
    assert employees.employee("1014")["employments"][0]["startDate"] == "2018-02-01"
    assert employees.employee("1023")["firstName"] == "Ingvild"
    assert people_named(stage, "Mette Marie") == 1
    assert people_named(stage, "Hege") == 1
    assert people_named(stage, "Rolf") == 0


def an_edit_arrives(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/people")
    page.get_by_role("link", name="Per Haugen").click()
    page.get_by_label("Phone number").fill("+47 987 65 432")
    page.get_by_role("button", name="Save").click()
    eventually(lambda: stage.tripletex.employee("1004")["phoneNumberMobile"] == "98765432", 5)


def a_change_in_tripletex_stays_there(stage: Stage) -> None:
    stage.tripletex.edit(stage.tripletex.employee("1005")["id"], firstName="Liva")
    stage.edit("Jonas", "Vik", phone_number="90000001")
    eventually(lambda: stage.tripletex.employee("1006")["phoneNumberMobile"] == "90000001", 5)
    assert people_named(stage, "Liva") == 0


def people_named(stage: Stage, given_name: str) -> int:
    from huma_tripletex.demo import Person, db

    with stage.app.app_context():
        return db.session.query(Person).filter_by(given_name=given_name).count()
