"""The mailbox page: the mail that the demo's cast has received."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from flask import Blueprint, Response, abort, render_template

from huma_tripletex.demo import login, mail

blueprint = Blueprint("mailbox", __name__)


@blueprint.get("/mailbox")
@login.required
def index() -> str:
    return render_template("demo/mailbox.html", mails=received())


@blueprint.get("/mailbox/<key>.html")
@login.required
def as_html(key: str) -> Response:
    """The HTML part alone, without any right to run or fetch anything."""
    found = dict(received()).get(key) or abort(404)
    part = found.get_body(("html",)) or abort(404)
    response = Response(part.get_content(), mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def received() -> list[tuple[str, EmailMessage]]:
    """The mail to whoever is logged in, newest first; one that came twice is shown once, as mail programs do."""
    user = login.current() or abort(403)
    box = mail.box()
    dated = sorted(((box[key].get_date(), key) for key in box.keys()), reverse=True)  # noqa: SIM118, a Maildir is no dict
    mails = {key: parsed(box.get_bytes(key)) for _, key in dated}
    once = {found["Message-ID"] or key: key for key, found in reversed(mails.items())}
    return [(key, mails[key]) for key in mails if key in once.values() and user.email in addresses(mails[key])]


def parsed(message: bytes) -> EmailMessage:
    """The mail as it came: written out by the mailbox, a line that begins with From would get a mark before it."""
    return message_from_bytes(message, policy=policy.default)


def addresses(message: EmailMessage) -> list[str]:
    return [address for _, address in getaddresses(message.get_all("To", []))]
