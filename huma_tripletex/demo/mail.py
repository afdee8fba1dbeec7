"""Sends the host's email: over SMTP where SMTP_URL says, otherwise straight into the mailbox page's folder."""

from __future__ import annotations

import smtplib
from email import policy
from email.message import EmailMessage
from mailbox import Maildir
from urllib.parse import unquote, urlsplit

from flask import current_app

from huma_tripletex.demo.settings import folder
from huma_tripletex.host.port import Email

SENDER = "Huma <no-reply@huma.example>"
SECONDS = 10


def send(email: Email) -> None:
    """Sends one email.

    Raises:
        OSError: the mail server does not take it now (smtplib's own errors are of this kind).
    """
    message = written(email)
    url = current_app.config["SMTP_URL"]
    if url:
        over_smtp(message, url)
    else:
        box().add(message)


def written(email: Email) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, email.to, email.subject
    message["Message-ID"] = f"<{email.key}@huma.example>"
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    return message


def over_smtp(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "127.0.0.1", parts.port or 25, timeout=SECONDS) as server:
        if parts.scheme == "smtps" or server.has_extn("starttls"):
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        # `send_message` would put a mark before a line that begins with From
        server.sendmail(SENDER, [message["To"]], message.as_bytes(policy=policy.SMTP))


def box() -> Maildir:
    """Where received mail lies: by the local receiver of `make demo`, or put here by `send`."""
    return Maildir(folder() / "mail", create=True)
