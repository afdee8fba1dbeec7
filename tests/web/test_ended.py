"""After disconnecting, what was done can still be read: results, files and log, with when it ended and by whom."""

from __future__ import annotations

import re

import pytest

from huma_tripletex.models import Connection, OutboxEntry, SyncRun
from tests.web.conftest import Office, Visitor, connect
from tests.web.test_log import edit, refused, words
from tests.web.test_queries import counted

ENDED = r"The connection to Fjord AS \(\d+\) ended today \d\d:\d\d ?, by Anna Berg\."
BUTTON = re.compile(r"<button[^>]*>(.*?)</button>", re.S)
LINK = re.compile(r'href="/settings/integrations(/tripletex/[^"#]*)')


@pytest.fixture
def over(office: Office, synced: Visitor) -> Visitor:
    """Anna, who has synced and then disconnected, when somebody needed attention."""
    refused(office)
    edit(office, "Dahl", phone_number="+47 400 11 222")
    office.work()
    synced.send("/tripletex/connection/removal")
    return synced


def linked(page: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in LINK.findall(page)]


def test_everything_is_found_from_the_page_and_says_that_it_has_ended(office: Office, over: Visitor) -> None:
    run, number = office.one(SyncRun).id, office.one(Connection).id
    front = over.read("/tripletex")
    assert re.search(ENDED, words(front))
    assert f"/tripletex/connections/{number}" in linked(front)
    page = over.read(f"/tripletex/connections/{number}")
    assert {f"/tripletex/runs/{run}", f"/tripletex/runs/{run}/results.csv", f"/tripletex/connections/{number}/log"} <= {
        *linked(page)
    }
    result, log = over.read(f"/tripletex/runs/{run}"), over.read(f"/tripletex/connections/{number}/log")
    for one in (page, result, log):
        assert re.search(ENDED + " Nothing is sent any more", words(one))
    assert "Nils Dahl" in over.read(f"/tripletex/runs/{run}/results.csv")
    assert words(over.follow(over.open("/tripletex/log"))) == words(log)
    assert "Phone number Huma to Tripletex" in words(log)
    assert "Disconnected Tripletex" in over.read(f"/tripletex/connections/{number}/log?show=acts")


def test_it_is_read_and_nothing_can_be_pressed_and_no_link_is_dead(office: Office, over: Visitor) -> None:
    run, number, person = office.one(SyncRun).id, office.one(Connection).id, office.one(OutboxEntry).person_id
    paths = [f"/tripletex/connections/{number}", f"/tripletex/connections/{number}/log", f"/tripletex/people/{person}"]
    for path in [*paths, f"/tripletex/runs/{run}"]:
        page = over.read(path)
        ours = page[page.index('<div class="tx"') :]
        assert set(BUTTON.findall(ours)) <= {"Find"}, path
        assert "/undoing" not in ours
        for link in dict.fromkeys(linked(ours)):
            assert over.open(link).status_code == 200, (path, link)


def test_what_could_be_pressed_does_nothing_any_more(office: Office, over: Visitor) -> None:
    run, entry, person = office.one(SyncRun).id, office.one(OutboxEntry), office.one(OutboxEntry).person_id
    over.read("/tripletex/connection")
    for path in (f"entries/{entry.id}/retry", f"entries/{entry.id}/dismissal", f"people/{person}/exclusion"):
        assert over.send(f"/tripletex/{path}").status_code == 404, path
    over.send(f"/tripletex/runs/{run}/retry")
    over.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    assert office.one(OutboxEntry).state == entry.state == "dismissed"
    assert office.one(SyncRun).id == run


def test_nobody_else_reads_it(office: Office, over: Visitor) -> None:
    number, oda = office.one(Connection).id, office.visitor("Oda Vik")
    assert "Earlier connections" not in oda.read("/tripletex")
    for path in (f"connections/{number}", f"connections/{number}/log", "connections/999", "log"):
        assert oda.open(f"/tripletex/{path}").status_code == 404, path


def test_one_that_stands_again_is_no_earlier_one_and_another_company_leaves_it_there(
    office: Office, over: Visitor
) -> None:
    first = office.one(Connection).id
    connect(office, over)
    assert "Earlier connections" not in over.read("/tripletex")
    for path, whither in ((f"connections/{first}", "/tripletex"), (f"connections/{first}/log", "/tripletex/log")):
        assert over.open(f"/tripletex/{path}").location.endswith(whither)
    over.send("/tripletex/connection/removal")
    over.read("/tripletex/connection")
    form = {"token": office.tokens[1], "authority": "yes", "confirm_other_company": "yes"}
    page = over.follow(over.send("/tripletex/connection", form))
    assert office.one(Connection).id != first
    assert re.search(ENDED, words(page))
    assert re.search(ENDED, words(over.read(f"/tripletex/connections/{first}")))


def test_queries_are_as_many_for_several(office: Office, over: Visitor) -> None:
    with counted(office) as one:
        over.read("/tripletex")
    form = {"token": office.tokens[1], "authority": "yes", "confirm_other_company": "yes"}
    over.read("/tripletex/connection")
    over.send("/tripletex/connection", form)
    over.send("/tripletex/connection/removal")
    with counted(office) as two:
        assert over.read("/tripletex").count("See its results and log") == 2
    assert len(one) == len(two)
