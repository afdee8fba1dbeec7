"""The email of a sync, in the reader's language, says what the page says."""

from __future__ import annotations

import re

import pytest

from huma_tripletex.host.port import Email
from huma_tripletex.models import SyncPlan, SyncRun
from huma_tripletex.reporting.mail import compose
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, approve, compare, connect


def email_of(office: Office) -> Email:
    with office.app.app_context():
        runtime = current_runtime()
        return compose(runtime, runtime.session.get_one(SyncRun, office.one(SyncRun).id))


@pytest.mark.parametrize(
    ("locale", "heading", "day"),
    [
        ("en", "people synced", r"\d{1,2} [A-Z]\w+ 20\d\d \d\d:\d\d"),
        ("nb", "personer synkronisert", r"\d{1,2}\. [a-z]\w+ 20\d\d \d\d:\d\d"),
    ],
)
def test_email_and_page_say_the_same(office: Office, locale: str, heading: str, day: str) -> None:
    visitor = compare(office, connect(office, office.visitor(locale=locale)))
    plan = office.one(SyncPlan).id
    visitor.read(f"/tripletex/plans/{plan}/approval")
    approve(visitor, plan)
    office.work()
    email = email_of(office)
    page = visitor.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    counts = re.search(rf"\d+ \w+ \d+ {heading}", page)
    assert counts
    for text in (email.subject, email.html, email.text):
        assert counts[0] in text
    for text in (email.html, email.text):
        assert re.search(day, " ".join(text.split()))
        assert f"/tripletex/runs/{office.one(SyncRun).id}" in text
