"""The demo's own pages speak the language of whoever is logged in, down to the form and its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huma_tripletex.demo import Person, db
from huma_tripletex.demo.words import NORWEGIAN
from huma_tripletex.paths import PACKAGE
from tests.web.conftest import Office

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
