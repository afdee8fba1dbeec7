"""The demo's own pages speak the language of whoever is logged in, down to the form and its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huma_tripletex.demo import Person, db
from huma_tripletex.demo.models import User
from huma_tripletex.demo.words import NORWEGIAN
from huma_tripletex.paths import PACKAGE
from tests.web.conftest import PREFIX, Office

SAID = re.compile(r"""say\(["'](.+?)["']\)""")
TEXT = re.compile(r">([^<>]+)<")


def said() -> Iterator[str]:
    for file in [*Path(PACKAGE, "demo").glob("*.py"), *Path(PACKAGE, "demo", "templates").rglob("*.html")]:
        yield from SAID.findall(file.read_text())


def texts(page: str) -> set[str]:
    return {" ".join(text.split()) for text in TEXT.findall(page)} - {""}


def test_everything_that_is_said_is_said_in_norwegian_too() -> None:
    assert set(said()) <= set(NORWEGIAN)


@pytest.mark.parametrize("path", ["/", "/people", "/people/new", "/people/{person}", "/mailbox", "/settings/"])
def test_no_english_is_left_on_a_page(office: Office, path: str) -> None:
    client = office.visitor(locale="nb").client
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name="Dahl").one()
        path = path.format(person=person.id)
    page = client.get(path).get_data(as_text=True)
    assert '<html lang="nb">' in page
    english = {text for text in NORWEGIAN if any(text == shown or f"{text} " in shown for shown in texts(page))}
    assert english <= {text for text, norwegian in NORWEGIAN.items() if text == norwegian}


def test_days_are_written_as_the_reader_writes_them(office: Office) -> None:
    with office.app.app_context():
        db.session.query(Person).filter_by(family_name="Dahl").one().first_workday = "2024-05-01"
        db.session.commit()
    assert "1. mai 2024" in office.visitor(locale="nb").client.get("/people").text
    assert "May 1, 2024" in office.visitor(locale="en").client.get("/people").text


def test_errors_and_what_was_saved_are_said_in_norwegian(office: Office) -> None:
    client = office.visitor(locale="nb").client
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', client.get("/people/new").text)
    assert found
    number = found[1]
    wrong = client.post("/people/new", data={"csrf_token": number, "first_workday": "soon"})
    assert wrong.status_code == 422
    assert "Skriv et fornavn." in wrong.text
    assert "Not a valid date" not in wrong.text
    names = {"csrf_token": number, "given_name": "Kari", "family_name": "Nordmann"}
    assert "Kari Nordmann er lagret." in client.post("/people/new", data=names, follow_redirects=True).text


def test_whoever_is_not_logged_in_is_asked_in_the_language_of_the_browser(office: Office) -> None:
    client = office.app.test_client()
    assert "Logg inn som" in client.get("/login", headers={"Accept-Language": "nb-NO,nb;q=0.9,en;q=0.5"}).text
    assert "Log in as" in client.get("/login").text


CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.mark.parametrize(
    ("browser", "language"),
    [("nb-NO,nb;q=0.9,no;q=0.8,en-US;q=0.6", "nb"), ("no", "nb"), ("nn-NO,en;q=0.5", "nb"), ("de", "en"), ("", "en")],
)
def test_language_is_the_browsers_until_somebody_chooses(office: Office, browser: str, language: str) -> None:
    """On the demo's own pages and on ours, and from then on what was chosen, in every browser."""
    client, other = office.app.test_client(), "en" if language == "nb" else "nb"
    asked = {"Accept-Language": browser} if browser else {}
    found = CSRF.search(client.get("/login", headers=asked).text)
    assert found
    with office.app.app_context():
        anna = db.session.query(User).filter_by(name="Anna Berg").one().id
    front = client.post("/login", data={"csrf_token": found[1], "user": anna}, headers=asked, follow_redirects=True)
    assert f'<html lang="{language}">' in front.text
    ours = client.get(f"{PREFIX}/tripletex", headers=asked).text
    assert f'<div class="tx" lang="{language}"' in ours

    found = CSRF.search(front.text)
    assert found
    chosen = {"csrf_token": found[1], "locale": other}
    assert client.post("/language", data=chosen, headers=asked, follow_redirects=True).status_code == 200

    for header in (asked, {"Accept-Language": language}):
        assert f'<html lang="{other}">' in client.get("/people", headers=header).text
        assert f'<div class="tx" lang="{other}"' in client.get(f"{PREFIX}/tripletex", headers=header).text
