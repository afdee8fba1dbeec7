"""Trying again and dismissing touch whom they say and nobody else, and every page counts who is left."""

from __future__ import annotations

import re
from collections import Counter

import httpx
import pytest
from sqlalchemy import select

from huma_tripletex.demo import db
from huma_tripletex.models import LogLine, OutboxEntry, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve
from tests.web.test_log import edit, refused, well, words

States = dict[str, Counter[str]]


def states(office: Office, *, run: int | None = None) -> States:
    """By person, the states of what was edited in Huma; with `run` of what that sync sent."""
    found: States = {}
    with office.app.app_context():
        for entry in db.session.scalars(select(OutboxEntry).where(OutboxEntry.run_id == run)):
            found.setdefault(entry.person_id, Counter())[entry.state] += 1
    return found


def attention(visitor: Visitor) -> list[int]:
    """What each page says of how many need attention: the list, the figure, its heading, the log."""
    page, log, front = (words(visitor.read(path)) for path in ("/tripletex", "/tripletex/log?show=parked", "/"))
    heading = re.search(r"(\d+) (?:person needs|people need) attention", page)
    listed = re.search(r"(\d+) (?:person needs|people need) attention", front)
    figure, tab = re.search(r"Need attention (\d+) p", page), re.search(r"Need attention (\d+)", log)
    assert figure
    assert tab
    return [int(one[1]) if one else 0 for one in (heading, listed, figure, tab)]


@pytest.fixture
def parked(office: Office, synced: Visitor) -> tuple[str, str]:
    """Nils Dahl, of whom two changes are parked, and somebody of whom one is; Dahl's come first and last."""
    refused(office)
    dahl = edit(office, "Dahl", phone_number="+47 400 11 222")
    other = edit(office, "Solberg", phone_number="+47 400 11 223")
    edit(office, "Dahl", given_name="Niels")
    office.work()
    assert states(office) == {dahl: Counter(parked=2), other: Counter(parked=1)}
    assert attention(synced) == [2, 2, 2, 2]
    return dahl, other


def entry_of(office: Office, person: str, place: int) -> int:
    with office.app.app_context():
        theirs = select(OutboxEntry.id).where(OutboxEntry.person_id == person, OutboxEntry.run_id.is_(None))
        return list(db.session.scalars(theirs.order_by(OutboxEntry.id)))[place]


@pytest.mark.parametrize("place", [0, -1])
def test_trying_one_again_sends_all_of_theirs_and_of_nobody_else(
    office: Office, synced: Visitor, parked: tuple[str, str], place: int
) -> None:
    dahl, other = parked
    synced.send(f"/tripletex/entries/{entry_of(office, dahl, place)}/retry")
    assert states(office) == {dahl: Counter(waiting=2), other: Counter(parked=1)}
    assert attention(synced) == [1, 1, 1, 1]
    assert "Waiting to be sent 2 changes" in words(synced.read("/tripletex"))
    line = office.one(LogLine)
    assert (line.what, line.person_id, line.detail) == ("retried", dahl, {"entries": 2})

    office.work()
    assert states(office) == {dahl: Counter(parked=2), other: Counter(parked=1)}
    assert attention(synced) == [2, 2, 2, 2], "it was refused again"

    well(office)
    synced.send(f"/tripletex/entries/{entry_of(office, dahl, place)}/retry")
    office.work()
    assert states(office) == {dahl: Counter(done=2), other: Counter(parked=1)}
    assert attention(synced) == [1, 1, 1, 1]


def test_trying_all_again_sends_everybodys(office: Office, synced: Visitor, parked: tuple[str, str]) -> None:
    dahl, other = parked
    well(office)
    answer = synced.send("/tripletex/entries/retry")
    assert states(office) == {dahl: Counter(waiting=2), other: Counter(waiting=1)}
    assert "2 people are on their way" in words(synced.follow(answer))
    assert attention(synced) == [0, 0, 0, 0]
    line = office.one(LogLine)
    assert (line.what, line.person_id, line.detail) == ("retried", None, {"entries": 3})
    office.work()
    assert states(office) == {dahl: Counter(done=2), other: Counter(done=1)}
    assert re.search(r"Tried again today [\d:]+\. 2 people are done\.", words(synced.follow(answer)))


def test_the_page_says_how_trying_again_ended_and_asks_for_itself_until_then(
    office: Office, synced: Visitor, parked: tuple[str, str]
) -> None:
    said = r"Niels Dahl, tried again today [\d:]+: "
    answer = synced.send(f"/tripletex/entries/{entry_of(office, parked[0], 0)}/retry")
    page = synced.follow(answer)
    assert re.search(said + "Waiting to be sent", words(page))
    assert re.search(r'hx-get="[^"]*/tripletex\?again=\d+"', page)

    office.work()
    page = synced.follow(answer)
    assert re.search(said + "Tripletex", words(page)), "it was refused again, and why"
    assert not re.search(r'id="now" hx-get', page), "nothing more will come of it"
    assert re.search(r"Last tried today \d\d:\d\d", words(page))

    well(office)
    answer = synced.send(f"/tripletex/entries/{entry_of(office, parked[0], 0)}/retry")
    office.work()
    assert re.search(said + r"in Tripletex now", words(synced.follow(answer)))


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "x", "²"])
def test_an_address_that_names_no_trying_again_says_nothing(office: Office, synced: Visitor, number: str) -> None:
    assert 'id="came"' not in synced.read(f"/tripletex?again={number}")


@pytest.mark.parametrize("place", [0, -1])
def test_dismissing_sets_all_of_theirs_aside_and_of_nobody_else(
    office: Office, synced: Visitor, parked: tuple[str, str], place: int
) -> None:
    dahl, other = parked
    synced.send(f"/tripletex/entries/{entry_of(office, dahl, place)}/dismissal")
    assert states(office) == {dahl: Counter(dismissed=2), other: Counter(parked=1)}
    assert attention(synced) == [1, 1, 1, 1]
    assert (office.one(LogLine).what, office.one(LogLine).person_id) == ("dismissed", dahl)


def refused_sync(office: Office, visitor: Visitor) -> int:
    """A sync in which Tripletex takes no change of anybody; its number."""
    plan = office.one(SyncPlan).id
    visitor.read(f"/tripletex/plans/{plan}")
    visitor.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    refused(office)
    approve(visitor, plan)
    office.work()
    return office.one(SyncRun).id


@pytest.mark.parametrize("everybody", [False, True])
def test_trying_again_on_the_page_of_a_sync_is_about_that_sync(
    office: Office, compared: Visitor, everybody: bool
) -> None:
    run = refused_sync(office, compared)
    later = edit(office, "Eide", given_name="Mari")
    office.work()
    before = states(office, run=run)
    failed = [person for person, theirs in before.items() if theirs["parked"]]
    assert len(failed) > 2
    again = failed if everybody else failed[1:2]

    compared.send(f"/tripletex/runs/{run}/retry", {} if everybody else {"person": again[0]})

    assert [one for one, theirs in states(office, run=run).items() if theirs["waiting"]] == again
    assert [one for one, theirs in states(office, run=run).items() if theirs["parked"]] == [
        one for one in failed if one not in again
    ]
    assert states(office) == {later: Counter(parked=1)}
    assert attention(compared) == [len({*failed, later} - set(again)) + (later in again)] * 4


def request_ids(office: Office) -> dict[int, list[str]]:
    """What the employees were answered with, by status, oldest first."""
    found: dict[int, list[str]] = {}
    for call in httpx.get(f"{office.url}/_simulator/requests").json():
        if call["method"] == "PUT" and "/employee/" in call["path"]:
            found.setdefault(call["status"], []).append(call["request_id"])
    return found


@pytest.mark.parametrize("everybody", [False, True])
def test_a_persons_page_tells_what_failed_was_tried_again_and_accepted(
    office: Office, compared: Visitor, everybody: bool
) -> None:
    run = refused_sync(office, compared)
    person = next(one for one, theirs in states(office, run=run).items() if theirs["parked"])
    well(office)
    chosen = {} if everybody else {"person": person}
    compared.send(f"/tripletex/runs/{run}/retry", chosen)
    office.work()

    page = words(compared.read(f"/tripletex/people/{person}"))

    time = r"\d\d:\d\d:\d\d"
    assert re.search(f"captured {time}, failed {time}, tried again {time}, sent {time}, confirmed {time}", page)
    assert re.search(r"In Tripletex after [\d.]+ s, when tried again", page)
    assert "Failed before: Tripletex" in page
    assert "Tried again Anna Berg" in page
    acts = words(compared.read("/tripletex/log?show=acts"))
    assert re.search(r"Tried again \(\d+ changes\)" if everybody else r"Tried again: [A-ZÆØÅ]\w+", acts)
    ids = request_ids(office)
    assert not any(one in page for one in ids[422])
    assert any(one in page for one in ids[200])
