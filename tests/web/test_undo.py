"""The way back on the pages: what would be put back is shown before, chosen, and told after."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from huma_tripletex.demo import Person, db
from huma_tripletex.models import LogLine, SyncPlan, SyncResult, SyncRun
from huma_tripletex.models.forgetting import forget_values
from huma_tripletex.runtime import current_runtime
from tests.web import browsing
from tests.web.conftest import PREFIX, Office, Visitor, approve, compare, connect
from tests.web.test_email import email_of
from tests.web.test_queries import counted, crowd

HTMX = {"HX-Request": "true"}
ROW = re.compile(r'<tr>\s*<th scope="row">(.*?)</tr>', re.DOTALL)
SEEN = re.compile(r'name="seen" value="([^"]+)"')
TICKED = re.compile(r'name="(value|person|part)" value="([^"]+)" checked')


def page_of(visitor: Visitor, run: int, query: str = "") -> str:
    return visitor.read(f"/tripletex/runs/{run}/undoing{query}")


def row_of(page: str, name: str) -> str:
    (row,) = [row for row in ROW.findall(page) if name in row]
    return row


def words_of(html: str) -> str:
    """As it is read: without what is there for screen readers alone."""
    html = re.sub(r'<span class="tx-vh">.*?</span>|<button.*?</button>', "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def boxes(page: str) -> dict[str, list[str]]:
    """What a browser sends of a page on which nothing was touched."""
    sent: dict[str, list[str]] = {}
    for name, value in TICKED.findall(page):
        sent.setdefault(name, []).append(value)
    return sent


def told(page: str) -> dict[str, str]:
    """What the page has said is ticked."""
    (seen,) = SEEN.findall(page)
    return {"seen": seen}


def person_id(office: Office, name: str) -> str:
    with office.app.app_context():
        given, family = name.split(" ", 1)
        return str(db.session.query(Person).filter_by(given_name=given, family_name=family).one().id)


def in_tripletex(office: Office, family_name: str) -> dict[str, object]:
    return next(row for row in employees(office) if row["lastName"] == family_name)


def employees(office: Office) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = httpx.get(f"{office.url}/_simulator/employees").json()
    return rows


@pytest.fixture
def settled(office: Office, compared: Visitor) -> Visitor:
    """Anna, after a sync in which Huma's values won every conflict."""
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}")
    compared.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    compared.read(f"/tripletex/plans/{plan}/approval")
    assert approve(compared, plan).status_code == 303
    office.work()
    return compared


def test_the_page_shows_each_value_and_the_one_that_will_be_back(office: Office, settled: Visitor) -> None:
    page = page_of(settled, office.one(SyncRun).id)

    assert "Phone number: +47 912 34 567 becomes +47 988 76 543" in words_of(row_of(page, "Nils Dahl"))
    assert "Phone number: +47 912 10 018 is cleared" in words_of(row_of(page, "Marit Eide"))
    assert "is cleared The reason for leaving goes along with it" in words_of(row_of(page, "Tor Bakke"))
    assert "31 January 2027 The reason for leaving goes along with it" in words_of(row_of(page, "Lars Ødegård"))
    account = words_of(row_of(page, "Mohammed Øverland"))
    assert re.search(r"Bank account number: •+ •• \d{5} becomes •+ •• \d{5}", account), account
    assert re.search(r"\d people were added by this sync and stay\. Nobody is deleted\.", words_of(page))
    assert "Astrid Holm" in page
    assert not re.search(r"\d{4} \d{2} \d{5}", page), "an account number is seen"


def test_everything_is_ticked_and_comes_back(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    page = page_of(settled, run)
    settled.follow(settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "ticked", **boxes(page), **told(page)}))
    office.work()

    back = office.one(SyncRun)
    assert (back.undoes, back.whole) == (run, True)
    assert in_tripletex(office, "Dahl")["phoneNumberMobile"] == "98876543"
    page = page_of(settled, run)
    assert boxes(page) == {}
    assert "There is nothing left here that can be put back." in page
    assert re.search(r"Undone <time[^>]+>today \d\d:\d\d</time> by Anna Berg\.", page)
    assert f"/tripletex/runs/{back.id}" in page


def test_people_and_single_values_can_be_chosen(office: Office, settled: Visitor) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    sent = boxes(page_of(settled, run))
    assert f"bank_account_number-{nils}" in sent["part"]
    account = in_tripletex(office, "Dahl")["bankAccountNumber"]
    chosen = {"undo": "ticked", "person": [nils], "part": [f"phone_number-{nils}"]}

    first = settled.send(f"/tripletex/runs/{run}/undoing", chosen)
    assert first.status_code == 200, "without JavaScript the next page says what is ticked"
    assert office.one(SyncRun).id == run
    said = first.get_data(as_text=True)
    assert boxes(row_of(said, "Nils Dahl")) == {"person": [nils], "part": [f"phone_number-{nils}"]}
    assert words_of(said).count("Put back 1 value of 1 person") == 1, "the other one is a button"
    assert said.count("Put back 1 value of 1 person") == 2

    settled.follow(settled.send(f"/tripletex/runs/{run}/undoing", {**chosen, **told(said)}))
    office.work()

    there = in_tripletex(office, "Dahl")
    assert (there["phoneNumberMobile"], there["bankAccountNumber"]) == ("98876543", account)
    page = page_of(settled, run)
    assert "Undone in part" in page
    assert "Put back already." in row_of(page, "Nils Dahl")
    assert boxes(row_of(page, "Nils Dahl")) == {"value": [f"bank_account_number-{nils}"]}


def test_values_of_somebody_who_is_not_ticked_stay(office: Office, settled: Visitor) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    page_of(settled, run)
    form = {"undo": "ticked", "part": [f"phone_number-{nils}", f"bank_account_number-{nils}"]}
    answer = settled.send(f"/tripletex/runs/{run}/undoing", form)
    assert answer.status_code == 422
    assert "Tick at least one value." in answer.get_data(as_text=True)
    assert office.one(SyncRun).id == run


def test_one_person_has_a_page_of_their_own(office: Office, settled: Visitor) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    page = page_of(settled, run, f"?person={nils}")
    assert "Undo this sync for Nils Dahl?" in page
    assert len(ROW.findall(page)) == 1
    assert "were added" not in page
    settled.follow(settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "all", "view-person": nils}))
    office.work()
    assert in_tripletex(office, "Dahl")["phoneNumberMobile"] == "98876543"
    assert office.one(SyncRun).whole is False
    assert in_tripletex(office, "Solberg")["firstName"] == "Mette", "somebody else came along"


def test_one_field_of_everybody(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    page = page_of(settled, run, "?field=phone_number")
    assert all("Phone number" in words_of(row) for row in ROW.findall(page))
    settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "all", "view-field": "phone_number"})
    office.work()
    with office.app.app_context():
        rows = db.session.query(SyncResult).filter_by(run_id=office.one(SyncRun).id)
        assert {key for row in rows for key in (*row.huma_fields, *row.tripletex_fields)} == {"phone_number"}


def test_what_was_edited_in_huma_since_is_said_before(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    with office.app.app_context():
        for name, phone in (("Moe", "+47 400 00 001"), ("Foss", None)):
            somebody = db.session.query(Person).filter_by(family_name=name).one()
            somebody.phone_number = phone if name == "Moe" else somebody.phone_number
            somebody.bank_account_number = None if name == "Foss" else somebody.bank_account_number
        db.session.commit()
    page = page_of(settled, run)
    assert "Changed in Huma since, so it stays." in row_of(page, "Hanne Moe")
    assert "Huma has the earlier value again already." in row_of(page, "Eirik Foss")
    assert boxes(row_of(page, "Hanne Moe")) == boxes(row_of(page, "Eirik Foss")) == {}


def test_who_is_left_out_is_not_offered(office: Office, settled: Visitor) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    settled.send(f"/tripletex/people/{nils}/exclusion")
    row = row_of(page_of(settled, run), "Nils Dahl")
    assert "Nils Dahl is left out of every sync" in row
    assert boxes(row) == {}


def test_nothing_ticked_is_one_press(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    form = {"look": "none", **boxes(page_of(settled, run))}
    page = settled.send(f"/tripletex/runs/{run}/undoing", form).get_data(as_text=True)
    assert told(page) == {"seen": "0-0"}
    assert {name for name, _value in TICKED.findall(page)} == {"part"}, "they count only once their person is ticked"


def test_masked_values_can_be_shown_and_what_is_ticked_stays(office: Office, settled: Visitor) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    page = page_of(settled, run)
    found = re.search(r'name="show" value="(\d+-tripletex-bank_account_number-ours)"', row_of(page, "Nils Dahl"))
    assert found
    path, asked = f"/tripletex/runs/{run}/undoing/glimpses", {"show": found[1]}
    part = settled.send(path, asked, **HTMX).get_data(as_text=True)
    assert re.search(r">\d{4} \d{2} \d{5}</span>", part)
    line = office.one(LogLine)
    assert (line.what, line.detail) == ("revealed", {"field": "bank_account_number", "system": "tripletex"})
    assert line.person_id == nils

    whole = settled.send(path, {**asked, "person": [nils], "part": [f"phone_number-{nils}"]}).get_data(as_text=True)

    assert len(re.findall(r">\d{4} \d{2} \d{5}</span>", whole)) == 1
    assert boxes(whole) == {"person": [nils], "part": [f"phone_number-{nils}"]} | {
        key: value for key, value in boxes(whole).items() if key == "part"
    }
    assert boxes(row_of(whole, "Nils Dahl")) == {"person": [nils], "part": [f"phone_number-{nils}"]}
    for wrong in ("", "x", "9999-huma-date_of_birth-ours", "1-huma-password-ours", "1-huma-date_of_birth-both"):
        assert settled.send(path, {"show": wrong}).status_code == 404


@pytest.mark.parametrize("forged", ["phone_number-{oda}", "salary-{nils}", "phone_number", "family_name-{nils}"])
def test_what_is_not_in_the_sync_is_refused_and_nothing_is_put_back(
    office: Office, settled: Visitor, forged: str
) -> None:
    run, nils = office.one(SyncRun).id, person_id(office, "Nils Dahl")
    with office.app.app_context():
        mine = db.session.get_one(Person, int(nils)).organisation_id
        oda = str(db.session.query(Person).filter(Person.organisation_id != mine).first().id)  # type: ignore[union-attr]
    page_of(settled, run)
    form = {"undo": "ticked", "value": [forged.format(nils=nils, oda=oda), f"phone_number-{nils}"]}

    answer = settled.send(f"/tripletex/runs/{run}/undoing", form)

    assert answer.status_code == 422
    assert "The form names a value that is not part of this sync." in answer.get_data(as_text=True)
    assert office.one(SyncRun).id == run


def test_while_a_sync_goes_on_nothing_is_undone(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    page = page_of(settled, run)
    settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    assert "A sync is running already." in (waiting := page_of(settled, run))
    assert "Put back what is ticked" not in waiting

    form = {"undo": "ticked", **boxes(page), **told(page)}
    late = settled.follow(settled.send(f"/tripletex/runs/{run}/undoing", form))

    assert "A sync is running already." in late
    office.work()
    assert [one.undoes for one in runs(office)] == [None, run]
    again = settled.follow(settled.send(f"/tripletex/runs/{run}/undoing", form))
    assert "It has been put back already" in again


def test_an_undo_is_not_undone(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    page_of(settled, run)
    settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    office.work()
    page = page_of(settled, office.one(SyncRun).id)
    assert "An undo is not undone." in page
    assert boxes(page) == {}


def test_values_that_are_no_longer_kept_are_named_before(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    with office.app.app_context():
        runtime = current_runtime()
        forget_values(runtime.session(), runtime.clock())
        runtime.session.commit()
    page = page_of(settled, run)
    assert re.search(r"\d+ earlier values are no longer kept, so what the sync wrote stays\.", page)
    assert boxes(page) == {}
    answer = settled.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    assert "no longer kept, so it cannot be undone" in settled.follow(answer)


def test_the_page_of_another_organisation_is_not_there(office: Office, settled: Visitor) -> None:
    run = office.one(SyncRun).id
    oda = office.visitor("Oda Vik")
    oda.read("/")
    assert oda.open(f"/tripletex/runs/{run}/undoing").status_code == 404
    assert oda.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"}).status_code == 404
    assert oda.send(f"/tripletex/runs/{run}/undoing/glimpses", {"show": "1"}).status_code == 404


@pytest.mark.timeout(180)
def test_queries_do_not_grow_and_a_page_is_chosen_by_itself(office: Office, connected: Visitor) -> None:
    crowd(office, 100)
    run = synced_for_huma(office, compare(office, connected))
    with counted(office) as few:
        first = page_of(connected, run)
    crowd(office, 300)
    run = synced_for_huma(office, compare(office, connected))
    with counted(office) as many:
        page_of(connected, run, "?page=2")
    assert len(many) <= len(few) < 20
    assert "Everything at once" in first
    second = page_of(connected, run, "?page=2")
    sent = {**boxes(second), **told(second)}
    names = len(sent["value"])
    assert names == 40

    connected.send(f"/tripletex/runs/{run}/undoing", {"undo": "ticked", "view-page": "2", **sent})

    with office.app.app_context():
        back = db.session.query(SyncResult).filter_by(run_id=office.one(SyncRun).id)
        assert back.count() == names


def synced_for_huma(office: Office, visitor: Visitor) -> int:
    plan = office.one(SyncPlan).id
    visitor.read(f"/tripletex/plans/{plan}")
    visitor.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    visitor.read(f"/tripletex/plans/{plan}/approval")
    assert approve(visitor, plan).status_code == 303
    office.work()
    run: int = office.one(SyncRun).id
    return run


def runs(office: Office) -> list[SyncRun]:
    with office.app.app_context():
        rows = db.session.query(SyncRun).order_by(SyncRun.id).all()
        db.session.expunge_all()
        return rows


def undone(office: Office, visitor: Visitor, **form: object) -> int:
    run: int = office.one(SyncRun).id
    page_of(visitor, run)
    assert visitor.send(f"/tripletex/runs/{run}/undoing", {"undo": "all", **form}).status_code == 303
    office.work()
    return run


def test_the_result_counts_who_has_something_to_put_back_and_nobody_needs_to_do_anything(
    office: Office, settled: Visitor
) -> None:
    sync = office.one(SyncRun).id
    before = re.search(
        r"Put back (\d+) values of (\d+) people .*Put back (\d+) values", words_of(page_of(settled, sync))
    )
    assert before
    undone(office, settled)

    page = settled.read(f"/tripletex/runs/{office.one(SyncRun).id}")

    heading = re.search(r"<h1>Earlier values are back for (\d+) of (\d+) people</h1>", page)
    assert heading
    assert heading[1] == heading[2] == "13"
    assert "Need you 0 people" in words_of(page)
    assert f"Put back in Huma {before[1]} values" in words_of(page)
    assert f"Put back in Tripletex {before[3]} values" in words_of(page)
    assert "4 people were added by that sync and stay." in page
    assert re.search(rf'The undo of the sync of <a href="[^"]*/runs/{sync}">', page)
    assert "Undo this sync" not in page
    assert "From now on" not in page


def test_the_sync_says_that_it_was_undone_and_offers_it_no_more(office: Office, settled: Visitor) -> None:
    run = undone(office, settled)
    back = office.one(SyncRun).id

    page, connected = settled.read(f"/tripletex/runs/{run}"), settled.read("/tripletex")

    for said in (page, connected):
        assert re.search(r"Undone <time[^>]+>today \d\d:\d\d</time> by Anna Berg\.", said)
        assert f'/runs/{back}">See what was put back' in said
    assert "/undoing" not in page
    assert "Earlier values are back for 13 of 13 people" in connected
    assert re.search(rf'The undo of the sync of <a href="[^"]*/runs/{run}">', connected)


def test_in_part_the_rest_is_offered_also_person_by_person(office: Office, settled: Visitor) -> None:
    run = undone(office, settled, **{"view-field": "phone_number"})
    nils = person_id(office, "Nils Dahl")
    page = settled.read(f"/tripletex/runs/{run}")
    assert "Undone in part" in page
    assert "Undo the rest" in page
    assert f"/runs/{run}/undoing?person={nils}" in page
    assert f"/runs/{run}/undoing?person={person_id(office, 'Hanne Moe')}" not in page
    assert "put back" in row_of(page, "Hanne Moe")
    person = settled.read(f"/tripletex/people/{nils}")
    assert f"/runs/{run}/undoing?person={nils}" in person
    assert re.search(r"Undo, today \d\d:\d\d, by Anna Berg", person)
    assert "/undoing" not in settled.read(f"/tripletex/people/{person_id(office, 'Hanne Moe')}")


def test_what_somebody_changed_since_is_listed_with_the_reason(office: Office, settled: Visitor) -> None:
    there = in_tripletex(office, "Solberg")
    httpx.patch(f"{office.url}/_simulator/employees/{there['id']}", json={"firstName": "Else"}).raise_for_status()
    run = undone(office, settled)

    page = settled.read(f"/tripletex/runs/{office.one(SyncRun).id}?outcome=skipped")

    assert "Tripletex no longer holds the given name of Mette Solberg that the sync wrote" in words_of(page)
    assert "1 person was left alone, because somebody has changed the value since." in words_of(page)
    assert "Earlier values are back for 12 of 13 people" in page
    assert "Need you 0 people" in words_of(page)
    assert "Undone in part" in settled.read(f"/tripletex/runs/{run}")


@pytest.mark.parametrize("locale", ["en", "nb"])
def test_the_email_speaks_of_an_undo(office: Office, locale: str) -> None:
    visitor = compare(office, connect(office, office.visitor(locale=locale)))
    synced_for_huma(office, visitor)
    undone(office, visitor)

    email = email_of(office)

    said = {
        "en": "earlier values are back for 13 of 13 people",
        "nb": "tidligere verdier er tilbake for 13 av 13 personer",
    }
    assert email.subject == f"Tripletex: {said[locale]}"
    for text in (email.html, email.text):
        text = " ".join(text.split())
        assert re.search({"en": r"you undid the sync of \d", "nb": r"angret du synkroniseringen fra \d"}[locale], text)
        assert {"en": "people were added by that sync and stay.", "nb": "og blir værende."}[locale] in text
        assert not re.search(r"From now on|Fra nå av|pressed Sync users|trykket", text)


def test_looking_at_a_value_does_not_keep_the_sums_from_following(
    office: Office, address: str, browser: Browser, settled: Visitor
) -> None:
    """The network is slow: "Show" is pressed before the answer to the last tick is there."""
    run = office.one(SyncRun).id
    with browsing.page_of(browser, address, settled) as page:
        page.goto(f"{PREFIX}/tripletex/runs/{run}/undoing?ticked=none")
        held: list[Route] = []
        page.route("**/undoing/counts", lambda route: held.append(route))
        row = page.locator("tr", has_text="Nils Dahl")
        row.get_by_role("checkbox", name="Nils Dahl", exact=True).check()
        row.get_by_role("button", name=re.compile("Show ?: Bank account number")).click()
        expect(row).to_contain_text(re.compile(r"\d{4} \d{2} \d{5}"))

        for route in held:
            route.continue_()

        expect(page.get_by_role("button", name="Put back 2 values of 1 person")).to_be_visible()


def test_choosing_by_keyboard_and_looking_at_a_value(
    office: Office, address: str, browser: Browser, settled: Visitor
) -> None:
    """Whoever is not ticked shows no boxes for their values; what is shown unmasked takes no tick away."""
    run = office.one(SyncRun).id
    with browsing.page_of(browser, address, settled, width=375) as page:
        page.goto(f"{PREFIX}/tripletex/runs/{run}/undoing?ticked=none")
        row = page.locator("tr", has_text="Nils Dahl")
        parts = row.locator("input[name=part]")
        expect(parts.first).to_be_hidden()
        row.get_by_role("checkbox", name="Nils Dahl", exact=True).focus()
        page.keyboard.press("Space")
        expect(parts.first).to_be_visible()
        page.keyboard.press("Tab")
        expect(parts.first).to_be_focused()
        row.get_by_role("checkbox", name=re.compile("Bank account number ?: Nils Dahl")).uncheck()
        button = row.get_by_role("button", name=re.compile("Show ?: Bank account number"))
        button.click()
        expect(row).to_contain_text(re.compile(r"\d{4} \d{2} \d{5}"))
        browsing.at_rest(page)
        expect(parts.first).to_be_checked()
        page.keyboard.press("Enter")
        browsing.at_rest(page)
        expect(row).not_to_contain_text(re.compile(r"\d{4} \d{2} \d{5}"))
        page.get_by_role("button", name=re.compile(r"Put back \d values? of 1 person")).click()
        expect(page.get_by_role("heading", name="Putting earlier values back")).to_be_visible()
        browsing.leave(page)
    office.work()
    there = in_tripletex(office, "Dahl")
    assert there["phoneNumberMobile"] == "98876543"
    assert there["bankAccountNumber"] != ""
    assert in_tripletex(office, "Solberg")["firstName"] == "Mette"
