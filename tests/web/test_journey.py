"""The administrator's journey without JavaScript, page by page, as the guide tells it."""

from __future__ import annotations

import re

from huma_tripletex.models import Connection, OutboxEntry, PlanItem, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve


def test_page_says_what_it_is_for_before_anything_else(anna: Visitor) -> None:
    assert "Tripletex" in anna.read("/")
    page = anna.read("/tripletex")
    order = [
        "Connect</a>",
        "How to use it",
        "Supported features",
        "Supported fields",
        "REQUIRED",
        "What the token may do",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    for field in ("Fornavn", "Etternavn", "Mobiltelefon", "Fødselsdato", "Bankkontonummer", "Ansattnummer"):
        assert field in page


def test_from_the_token_to_the_result(office: Office, anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    page = anna.follow(anna.send("/tripletex/connection", {"token": office.tokens[0], "authority": "yes"}))
    assert "Synchronize users" in page
    connection = office.one(Connection)
    assert connection.company_name in page

    comparing = anna.follow(anna.send("/tripletex/plans"))
    assert "Comparing Huma and Tripletex" in comparing
    assert '<noscript><meta http-equiv="refresh"' in comparing
    plan = office.one(SyncPlan)
    office.work()
    page = anna.read(f"/tripletex/plans/{plan.id}")
    assert "Settle differences" in page
    assert "Next</button>" in page

    page = anna.follow(anna.send(f"/tripletex/plans/{plan.id}", {"all": "huma", "next": "people"}))
    assert "Choose who to add" in page
    page = anna.follow(anna.send(f"/tripletex/plans/{plan.id}/people", {"next": "approval"}))
    assert "This will happen when you sync" in page
    assert "Sync users</button>" in page
    page = anna.follow(approve(anna, plan.id))
    assert "Syncing users" in page
    office.work()
    run = office.one(SyncRun)
    page = anna.read(f"/tripletex/runs/{run.id}")
    assert "people synced" in page
    page = anna.read("/tripletex")
    assert "Connected and active" in page
    assert "Sync users</button>" in page


def test_sync_is_undone(office: Office, synced: Visitor) -> None:
    run = office.one(SyncRun).id
    page = synced.read(f"/tripletex/runs/{run}/undoing")
    assert "were added by this sync and stay. Nobody is deleted." in page
    page = synced.follow(synced.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"}))
    assert "Putting earlier values back" in page
    office.work()
    back = office.one(SyncRun)
    assert back.undoes == run
    assert "Earlier values are back" in synced.read(f"/tripletex/runs/{back.id}")


def test_person_is_left_out_and_taken_in_again(office: Office, synced: Visitor) -> None:
    person = office.one(OutboxEntry).person_id
    synced.read(f"/tripletex/people/{person}")
    assert "Sync this person again" in synced.follow(synced.send(f"/tripletex/people/{person}/exclusion"))
    assert "Never sync this person" in synced.follow(synced.send(f"/tripletex/people/{person}/inclusion"))
    assert synced.send("/tripletex/people/999999/exclusion").status_code == 404


def test_few_people_first_and_then_the_rest(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    page = compared.read(f"/tripletex/plans/{plan}/approval")
    first = re.findall(r'name="first" value="(\d+)"', page)[:2]
    answer = compared.send(f"/tripletex/plans/{plan}/approval", {"first": first, "try": "first"})
    assert answer.status_code == 303
    office.work()
    assert "2 of 2 people synced" in compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert "Continue where you were" in compared.read("/tripletex")


def test_somebody_in_doubt_is_matched_and_asked_about(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    page = compared.read(f"/tripletex/plans/{plan}/people")
    doubt = re.search(r'name="(match-\d+)" value="(\d+)"', page)
    assert doubt
    page = compared.follow(compared.send(f"/tripletex/plans/{plan}/people", {doubt[1]: doubt[2], "save": "choices"}))
    assert re.search(rf'name="{doubt[1]}" value="{doubt[2]}" checked', page)
    item = office.one(PlanItem, kind="uncertain")
    assert (item.choice, item.partner, item.employee_id) == ("same", int(doubt[2]), int(doubt[2]))


def test_the_summary_says_the_reason_that_goes_along_with_a_last_workday(office: Office, compared: Visitor) -> None:
    page = compared.read(f"/tripletex/plans/{office.one(SyncPlan).id}/approval")
    assert "Last workday" in page
    assert "with the reason: The employee gave notice" in page
