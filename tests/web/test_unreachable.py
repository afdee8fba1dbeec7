"""The database does not answer: the page says so in both languages, without asking it anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from huma_tripletex.demo import db
from tests.web.conftest import Office, Visitor


@contextmanager
def no_database(office: Office, where: str) -> Iterator[None]:
    """Every statement that has `where` in it fails as one does when the server is gone."""

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if where in statement:
            raise OperationalError(statement, {}, ConnectionError("gone"))

    with office.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    yield
    event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("where", ["", "huma_tripletex_", "user_account"])
def test_page_says_that_the_database_does_not_answer(
    office: Office, connected: Visitor, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    with no_database(office, where):
        answers = {locale: connected.open("/tripletex", **{"Accept-Language": locale}) for locale in ("en", "nb", "de")}
        sent = connected.send("/tripletex/connection/pause")
    assert {answer.status_code for answer in answers.values()} == {503}
    assert sent.status_code == 503
    assert "Huma does not answer at the moment" in answers["en"].get_data(as_text=True)
    assert "Huma svarer ikke for øyeblikket" in answers["nb"].get_data(as_text=True)
    assert "Huma does not answer at the moment" in answers["de"].get_data(as_text=True)
    assert answers["nb"].headers["Cache-Control"] == "no-store"
    assert answers["nb"].headers["Retry-After"] == "60"
    assert "SELECT" not in answers["en"].get_data(as_text=True)
    assert "the database does not answer" in caplog.text
    assert "SELECT" not in caplog.text
    assert "Anna" in connected.read("/tripletex")
