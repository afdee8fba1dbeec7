"""Every page stands in both languages, and speaks only the one."""

from __future__ import annotations

import re

import pytest

from huma_tripletex.models import OutboxEntry, SyncPlan, SyncRun
from tests.web import catalogue
from tests.web.conftest import Office, Visitor, approve

TAG = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", re.S)
SAME = {"Person", "in", "since", "by"}


@pytest.fixture
def pages(office: Office, compared: Visitor) -> dict[str, str]:
    """Addresses of every page, each with something on it."""
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}/approval")
    approve(compared, plan.id)
    office.work()
    compared.send("/tripletex/plans")
    office.work()
    run, entry, new = office.one(SyncRun), office.one(OutboxEntry), office.one(SyncPlan)
    return {
        "integrations": "/",
        "connected": "/tripletex",
        "about": "/tripletex/about",
        "token": "/tripletex/connection",
        "disconnect": "/tripletex/connection/removal",
        "differences": f"/tripletex/plans/{new.id}",
        "people": f"/tripletex/plans/{new.id}/people",
        "approval": f"/tripletex/plans/{new.id}/approval",
        "result": f"/tripletex/runs/{run.id}",
        "log": "/tripletex/log",
        "parked": "/tripletex/log?show=parked",
        "acts": "/tripletex/log?show=acts",
        "person": f"/tripletex/people/{entry.person_id}",
        "settings": "/tripletex/settings",
        "missing": "/tripletex/plans/99999",
    }


def test_norwegian_pages_have_no_english_in_them(office: Office, pages: dict[str, str]) -> None:
    anna = office.visitor(locale="nb")
    english = {text for text in sentences() if " " in text}
    for name, path in pages.items():
        page = anna.open(path).get_data(as_text=True)
        assert 'class="tx" lang="nb"' in page, name
        assert not english & words_of(page), name


def test_english_pages_are_whole(office: Office, pages: dict[str, str]) -> None:
    anna = office.visitor(locale="en")
    for name, path in pages.items():
        page = anna.open(path).get_data(as_text=True)
        assert 'class="tx" lang="en"' in page, name
        assert "%(" not in page, name
        assert "None" not in words_of(page), name


def test_norwegian_buttons_are_tripletex_and_humas_own_words(office: Office, pages: dict[str, str]) -> None:
    anna = office.visitor(locale="nb")
    assert "Synkroniser</button>" in anna.read(pages["approval"])
    assert "Neste</button>" in anna.read(pages["differences"])
    page = anna.read(pages["token"])
    assert "Ansattnøkkel" in page
    fields = anna.read(pages["about"])
    for word in ("Mobiltelefon", "Bankkontonummer", "Første arbeidsdag", "PÅKREVD"):
        assert word in fields


def test_dates_are_written_as_the_reader_writes_them(office: Office, pages: dict[str, str]) -> None:
    assert re.search(r"\d\. [a-z]+ 20\d\d", office.visitor(locale="nb").read(pages["people"]))
    assert re.search(r"\d [A-Z][a-z]+ 20\d\d", office.visitor(locale="en").read(pages["people"]))


def test_a_language_we_do_not_speak_hears_english(office: Office) -> None:
    assert "Integrations" in office.visitor(locale="de").read("/")


def sentences() -> set[str]:
    texts = {text for text, _where in catalogue.found() if isinstance(text, str)}
    norwegian = {message.string for message in catalogue.norwegian() if isinstance(message.string, str)}
    return {text for text in texts if "%(" not in text and "{" not in text} - norwegian


def words_of(page: str) -> set[str]:
    """The texts between the tags of our part of the page."""
    ours = page[page.index('<div class="tx"') :]
    return {part.strip() for part in TAG.sub("\n", ours).split("\n")}
