"""The demo's mail goes over real SMTP and is shown as it was written."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from huma_tripletex.demo import mail
from huma_tripletex.demo.smtp_receiver import receive
from huma_tripletex.host.port import Email
from tests.parts.processes import free_port

TEXT = "Hei Åse,\nFrom now on, changes are sent.\n"


def test_mail_arrives_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_FOLDER", str(tmp_path))
    port = free_port()
    receiver = receive(port)
    email = Email(to="anna@fjord.example", subject="Ærlig", text=TEXT, html=f"<p>{'å' * 2000}</p>", key="one")

    mail.over_smtp(mail.written(email), f"smtp://127.0.0.1:{port}")

    receiver.stop()
    (key,) = mail.box().keys()
    found = message_from_bytes(mail.box().get_bytes(key), policy=policy.default)
    assert (found["Subject"], found["Message-ID"]) == ("Ærlig", "<one@huma.example>")
    assert found.get_body(("plain",)).get_content() == TEXT  # type: ignore[union-attr]
    assert found.get_body(("html",)).get_content().strip() == email.html  # type: ignore[union-attr]
