"""The log is searched by a part of a name: on each of its tabs, across its pages, and a name is never in an address."""

from __future__ import annotations

import re

import pytest

from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.web import log
from tests.web.conftest import Office, Visitor, approve, compare
from tests.web.test_log import edit, lines, refused, words
from tests.web.test_queries import counted, crowd

ADDRESS = re.compile(r'(?:href|action|formaction)="([^"]*)"')
BEFORE = re.compile(r'name="before" value="([^"]+)"')


def found(visitor: Visitor, name: str, path: str = "/tripletex/log", **more: str) -> str:
    answer = visitor.send(path, {"name": name, **more})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert not name.strip() or name.strip().lower() not in " ".join(ADDRESS.findall(page)).lower()
    return page


@pytest.fixture
def busy(office: Office, synced: Visitor) -> Visitor:
    """Anna, with something in every tab about Nils Dahl and about somebody else."""
    refused(office)
    for family_name in ("Dahl", "Solberg"):
        edit(office, family_name, phone_number="+47 400 11 222")
    office.work()
    for family_name in ("Dahl", "Solberg"):
        person = edit(office, family_name, given_name="Niels" if family_name == "Dahl" else "Mia")
        synced.send(f"/tripletex/people/{person}/exclusion")
        synced.send(f"/tripletex/people/{person}/inclusion")
    return synced


@pytest.mark.parametrize("show", ["", "waiting", "parked", "acts"])
@pytest.mark.parametrize("name", ["niels dahl", "DAHL", "  iels   da"])
def test_each_tab_shows_what_is_about_them_and_nothing_else(busy: Visitor, show: str, name: str) -> None:
    everything = busy.read(f"/tripletex/log?show={show}")
    assert "Solberg" in everything
    page = found(busy, name, show=show)
    shown = page.split('id="find"')[1]
    assert "Niels Dahl" in shown
    assert "Solberg" not in shown
    if show in ("", "waiting"):
        assert lines(page) == [line for line in lines(everything) if "Niels Dahl" in line]
    assert f'name="show" value="{show}"' in page
    assert f'value="{" ".join(name.split())}"' in page


def test_nobody_with_the_name_is_said_and_an_empty_search_shows_everything(busy: Visitor) -> None:
    assert "Nothing here is about anybody with this in their name" in found(busy, "xyzzy")
    assert lines(found(busy, " ")) == lines(busy.read("/tripletex/log"))


def test_older_pages_of_a_search_go_on_where_it_was(busy: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lines(found(busy, "dahl"))
    assert len(whole) > 2
    monkeypatch.setattr(log, "SIZE", 1)
    read, before = [], ""
    while len(read) <= len(whole):
        page = found(busy, "dahl", **({"before": before} if before else {}))
        read += lines(page)
        older = BEFORE.search(page)
        if not older:
            break
        before = older[1]
    assert read == whole


def test_of_a_connection_that_has_ended_too(office: Office, busy: Visitor) -> None:
    busy.send("/tripletex/connection/removal")
    path = f"/tripletex/connections/{office.one(Connection).id}/log"
    busy.read(path)
    page = found(busy, "dahl", path)
    assert lines(page)
    assert all("Niels Dahl" in line for line in lines(page))
    oda = office.visitor("Oda Vik")
    oda.read("/")
    assert oda.send(path, {"name": "dahl"}).status_code == 404


def test_a_search_asks_as_often_for_many_as_for_few(office: Office, synced: Visitor) -> None:
    asked = []
    for people in (10, 400):
        crowd(office, people)
        compare(office, synced)
        approve(synced, office.one(SyncPlan).id)
        office.work()
        synced.read("/tripletex/log")
        with counted(office) as statements:
            assert "Given1 Family1" in words(found(synced, "given1 f"))
        asked.append(len(statements))
    assert asked[0] == asked[1] < 20
