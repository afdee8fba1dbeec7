"""The page of a sync says what still differs, whom nobody added, and why; it claims no more than is true."""

from __future__ import annotations

import re

import pytest

from huma_tripletex import planning, reporting
from huma_tripletex.demo import Person, db
from huma_tripletex.models import Connection, SyncPlan, SyncRun
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import still_different
from tests.web.conftest import Office, Visitor, approve, compare

TAGS = re.compile(r"<[^>]+>")


def left_out(office: Office, family_name: str) -> str:
    with office.app.app_context():
        runtime, connection = current_runtime(), db.session.query(Connection).one()
        person = db.session.query(Person).filter_by(family_name=family_name).first()
        planning.never_sync(runtime, connection, str(person.id), None)
        db.session.commit()
        return f"{person.given_name} {person.family_name}"


def section(page: str) -> str:
    found = re.search(r'<section aria-labelledby="different">.*?</section>', page, re.S)
    assert found
    return found[0]


def words(markup: str) -> str:
    return " ".join(TAGS.sub(" ", markup).split())


def test_page_names_everybody_about_whom_the_systems_differ(office: Office, connected: Visitor) -> None:
    name = left_out(office, "Strand")
    compare(office, connected)
    approve(connected, office.one(SyncPlan).id)
    office.work()
    run = office.one(SyncRun).id

    page = connected.read(f"/tripletex/runs/{run}")

    with office.app.app_context():
        runtime = current_runtime()
        row = runtime.session.get_one(SyncRun, run)
        people, counts = reporting.left_people(runtime, row, size=100), reporting.left_of(runtime, row)
    assert f"<h1>{counts.people} " not in page
    assert re.search(rf"<h1>\d+ of \d+ people synced, something still differs for {counts.people} people</h1>", page)
    told = section(page)
    assert all(one.name in told for one in people)
    assert f"{name} is left out of every sync, so nothing was compared." in words(told)
    assert "1 person is left out of every sync." in words(told)
    assert "nobody has chosen which ones are right." in words(told)
    assert "Enter the date of birth in Huma." in words(told), "a way out"
    assert re.search(r"Still different: [A-Z]", page.replace(told, "")), "in the list of everyone too"
    for secret in ("1977-10-31", "31 October 1977", "912 34 567", "1448 01", "14480112319"):
        assert secret not in words(page)


@pytest.mark.parametrize(("short", "opened"), [(1, False), (100, True)])
def test_long_list_is_folded_and_paged(
    office: Office, synced: Visitor, monkeypatch: pytest.MonkeyPatch, short: int, opened: bool
) -> None:
    monkeypatch.setattr(still_different, "SHORT", short)
    monkeypatch.setattr(still_different, "SIZE", 3)
    path, seen = f"/tripletex/runs/{office.one(SyncRun).id}", []
    assert ('<details class="tx-after" open>' in section(synced.read(path))) == opened
    with office.app.app_context():
        runtime = current_runtime()
        everybody = [one.name for one in reporting.left_people(runtime, runtime.session.query(SyncRun).one(), size=100)]
    for number in range(1, -(-len(everybody) // 3) + 1):
        page = section(synced.read(f"{path}?left={number}"))
        assert '<details class="tx-after" open>' in page
        seen += [words(name) for name in re.findall(r'<th scope="row">(.*?)</th>', page, re.S)]
    assert seen == everybody


def test_nothing_is_told_of_an_undo(office: Office, synced: Visitor) -> None:
    run = office.one(SyncRun).id
    synced.read(f"/tripletex/runs/{run}/undoing")
    synced.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    office.work()
    assert office.one(SyncRun).undoes == run
    assert 'id="different"' not in synced.read(f"/tripletex/runs/{office.one(SyncRun).id}")
