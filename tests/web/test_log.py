"""The log says of everything which way it went and why, loses nothing between pages, and counts as others do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import func, select

from huma_tripletex.demo import Person, db
from huma_tripletex.models import Connection, OutboxEntry, SyncResult, SyncRun
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.web import log
from tests.web.conftest import Office, Visitor

ROW = re.compile(r"<tr>.*?</tr>", re.S)
TAGS = re.compile(r"<[^>]+>")
OLDER = re.compile(r'rel="next" href="[^"]*integrations(/tripletex/log[^"]*)"')


def edit(office: Office, family_name: str, **values: str | None) -> str:
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name=family_name).first()
        for key, value in values.items():
            setattr(person, key, value)
            db.session.commit()
        return str(person.id)


def words(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def lines(page: str) -> list[str]:
    rows = (" ".join(TAGS.sub(" ", row).split()) for row in ROW.findall(page))
    return [row for row in rows if not row.startswith("When")]


def of(page: str, name: str) -> list[str]:
    return [line for line in lines(page) if name in line]


def refused(office: Office) -> None:
    fault = {"kind": "status", "status": 422, "code": 18000, "method": "PUT", "path": "/v2/employee/*", "times": None}
    httpx.post(f"{office.url}/_simulator/faults", json=fault).raise_for_status()


def well(office: Office) -> None:
    httpx.delete(f"{office.url}/_simulator/faults").raise_for_status()


def test_direction_and_cause_of_everything_are_plain(office: Office, synced: Visitor) -> None:
    run = office.one(SyncRun)
    page = synced.read("/tripletex/log")
    assert lines(page)
    assert all("Sync, today" in line for line in lines(page)), "nobody has edited anything yet"
    assert {bool(re.search("Huma to Tripletex", line)) for line in lines(page)} == {True, False}
    assert f'href="/settings/integrations/tripletex/runs/{run.id}"' in page

    person = edit(office, "Dahl", phone_number="+47 400 11 222")
    office.work()
    newest = lines(synced.read("/tripletex/log"))[0]
    assert "Phone number Huma to Tripletex · Edited in Huma" in newest
    assert "In Tripletex after" in newest

    synced.read(f"/tripletex/runs/{run.id}/undoing")
    synced.send(f"/tripletex/runs/{run.id}/undoing", {"undo": "all"})
    office.work()
    page = synced.read("/tripletex/log")
    undone = [line for line in lines(page) if "Undo, today" in line]
    assert undone
    assert all("Put back in" in line for line in undone), "an earlier value is not the other system's"
    history = synced.read(f"/tripletex/people/{person}")
    assert "Edited in Huma: Phone number" in history
    assert re.search(r"Sync, today \d\d:\d\d, by Anna Berg", history)
    for secret in ("400 11 222", "40011222", "912 34 567", "91234567"):
        assert secret not in page + history.split("tx-time")[1]


def test_what_a_sync_wrote_to_huma_is_in_the_log(office: Office, synced: Visitor) -> None:
    with office.app.app_context():
        written = db.session.scalars(select(SyncResult).where(SyncResult.huma_outcome == "written")).first()
        assert written is not None
        name = db.session.get_one(Person, int(written.person_id or 0))
        full = f"{name.given_name} {name.family_name}"
    found = of(synced.read("/tripletex/log"), full)
    assert any("Tripletex to Huma · Sync, today" in line and line.endswith("Changed in Huma") for line in found)


def test_somebody_has_one_name_in_the_log_whatever_they_were_called_then(office: Office, synced: Visitor) -> None:
    with office.app.app_context():
        written = db.session.scalars(select(SyncResult).where(SyncResult.huma_outcome == "written")).first()
        assert written is not None
        person = db.session.get_one(Person, int(written.person_id or 0))
        person.family_name = "Another"
        db.session.commit()
        now = f"{person.given_name} Another"
    office.work()
    found = of(synced.read("/tripletex/log"), now)
    assert {"Huma to Tripletex" in line for line in found} == {True, False}


def pages(visitor: Visitor) -> Iterator[str]:
    path: str | None = "/tripletex/log"
    while path:
        page = visitor.read(path.replace("&amp;", "&"))
        yield page
        older = OLDER.search(page)
        path = older[1] if older else None


@pytest.mark.parametrize("size", [1, 3, 7])
def test_nothing_is_lost_or_told_twice_between_pages(
    office: Office, synced: Visitor, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    refused(office)
    edit(office, "Dahl", phone_number="+47 400 11 222", given_name="Niels")
    edit(office, "Solberg", phone_number="+47 400 11 223")
    office.work()
    edit(office, "Eide", phone_number="+47 400 11 224")
    well(office)
    synced.send("/tripletex/entries/retry")
    office.work()
    whole = lines(synced.read("/tripletex/log"))
    assert {name for line in whole[:3] for name in ("Dahl", "Solberg") if name in line} == {"Dahl", "Solberg"}
    assert not any("Eide" in line for line in whole[:3]), "what was tried again comes first"
    assert "Eide" in whole[3]
    assert "Dahl" in words(synced.read("/tripletex")).partition("Recent")[2]
    with office.app.app_context():
        entries = db.session.scalar(select(func.count()).select_from(OutboxEntry)) or 0
        written = select(func.count()).where(SyncResult.huma_outcome.in_(("written", "added", "skipped", "failed")))
        assert len(whole) == entries + (db.session.scalar(written) or 0)
    monkeypatch.setattr(log, "SIZE", size)

    cut = [lines(page) for page in pages(synced)]

    assert [line for page in cut for line in page] == whole
    assert {len(page) for page in cut[:-1]} == {size}


def test_who_needs_attention_is_counted_in_people_everywhere(office: Office, synced: Visitor) -> None:
    refused(office)
    edit(office, "Dahl", phone_number="+47 400 11 222", given_name="Niels")
    edit(office, "Solberg", phone_number="+47 400 11 223")
    office.work()
    with office.app.app_context():
        assert db.session.scalar(select(func.count()).where(OutboxEntry.state == "parked")) == 3
    page, parked = synced.read("/tripletex"), synced.read("/tripletex/log?show=parked")
    assert "2 people need attention" in page
    assert page.count("Try again") == parked.count("Try again<span") == 2
    assert re.search(r'Need attention <span class="tx-number">2<', parked)
    assert "Given name, phone number" in parked


def test_head_of_a_person_claims_no_more_than_is_known(office: Office, connected: Visitor) -> None:
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name="Strand").one().id
    path = f"/tripletex/people/{person}"
    assert "Not linked with an employee in Tripletex yet." in connected.read(path)
    page = connected.follow(connected.send(f"{path}/exclusion"))
    assert "Left out of every sync: nothing about this person is compared or sent." in page
    assert "Sync this person again" in page


def test_what_waits_is_counted_alike(office: Office, synced: Visitor) -> None:
    edit(office, "Dahl", phone_number="+47 400 11 222", given_name="Niels")
    with office.app.app_context():
        entry = db.session.scalars(select(OutboxEntry).where(OutboxEntry.state == "waiting")).first()
        assert entry
        entry.state = "in_flight"
        db.session.commit()
    assert "2 changes" in synced.read("/tripletex")
    waiting = synced.read("/tripletex/log?show=waiting")
    assert re.search(r'Waiting <span class="tx-number">2<', waiting)
    assert len(lines(waiting)) == 2


def test_of_whoever_is_left_out_nothing_waits_and_nothing_needs_attention(office: Office, synced: Visitor) -> None:
    refused(office)
    person = edit(office, "Dahl", phone_number="+47 400 11 222")
    edit(office, "Solberg", phone_number="+47 400 11 223")
    office.work()
    synced.send("/tripletex/connection/pause")
    edit(office, "Dahl", given_name="Niels")
    edit(office, "Solberg", given_name="Mia")
    assert "Waiting to be sent 2 changes" in words(synced.read("/tripletex"))
    assert "2 people need attention" in synced.read("/tripletex")
    assert "4 changes that Tripletex has not taken yet" in synced.read("/tripletex/connection/removal")

    synced.send(f"/tripletex/people/{person}/exclusion")

    assert "Waiting to be sent 1 change " in words(synced.read("/tripletex"))
    assert "1 person needs attention" in synced.read("/tripletex")
    assert "2 changes that Tripletex has not taken yet" in synced.read("/tripletex/connection/removal")
    assert re.search(r"Waiting 1 Need attention 1 ", words(synced.read("/tripletex/log")))
    assert not of(synced.read("/tripletex/log?show=waiting"), "Dahl")
    assert "Dahl" not in synced.read("/tripletex/log?show=parked")
    synced.send("/tripletex/connection/resumption")
    assert "1 person needs attention" in words(synced.read("/"))

    synced.send(f"/tripletex/people/{person}/inclusion")
    assert "2 people need attention" in words(synced.read("/"))


def test_what_was_not_sent_is_not_said_to_have_been_there(office: Office, synced: Visitor) -> None:
    person = edit(office, "Dahl")
    synced.send(f"/tripletex/people/{person}/exclusion")
    edit(office, "Dahl", phone_number="+47 400 11 333")
    office.work()
    assert "is left out of every sync, so the change was not sent" in lines(synced.read("/tripletex/log"))[0]


def test_what_an_undo_left_alone_is_not_said_to_have_been_there(office: Office, synced: Visitor) -> None:
    with office.app.app_context():
        run, connection, now = office.one(SyncRun), office.one(Connection), datetime.now(UTC)
        entry = OutboxEntry(connection_id=connection.id, person_id="1", fields=["phone_number"], kind="change")
        entry.expected = {"phone_number": ["a", "b", RESTORE]}
        entry.state, entry.outcome, entry.reason = "done", "nothing_to_do", "changed_in_tripletex"
        entry.run_id, entry.captured_at, entry.not_before, entry.settled_at = run.id, now, now, now
        db.session.add(entry)
        db.session.commit()
    assert "Tripletex no longer holds the phone number" in lines(synced.read("/tripletex/log"))[0]
