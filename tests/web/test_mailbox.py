"""The demo's mailbox: a mail that a worker died over comes twice, and is shown once."""

from __future__ import annotations

from dataclasses import replace

from huma_tripletex.demo import db, mail
from huma_tripletex.demo.models import User
from huma_tripletex.host.port import Email
from tests.web.conftest import Office


def test_a_mail_that_came_twice_is_shown_once(office: Office) -> None:
    visitor = office.visitor()
    with office.app.test_request_context():
        to = db.session.query(User).filter_by(name=visitor.name).one().email
        one = Email(to, "The result of Tuesday", "text", "<p>text</p>", key="run-1")
        for email in (one, one, replace(one, subject="The result of Friday", key="run-2")):
            mail.send(email)
    page = visitor.client.get("/mailbox").text
    assert (page.count("The result of Tuesday"), page.count("The result of Friday")) == (1, 1)
