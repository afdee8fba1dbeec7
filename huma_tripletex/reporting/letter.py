"""Makes an email from its two templates, in the current language without the host's context: there is no request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app

from huma_tripletex.host.port import Email
from huma_tripletex.i18n import gettext, ngettext

FOLDER = "huma_tripletex/email/"
GAPS = re.compile(r"\n{3,}")
"""What a template leaves where it had nothing to say."""


def babel_locale(locale: str) -> str:
    """`nb_NO` or `en_GB`, for whatever the host calls the reader's language."""
    return "nb_NO" if locale[:2].lower() in ("nb", "nn", "no") else "en_GB"


def letter(template: str, to: str, subject: str, key: str, context: Mapping[str, Any]) -> Email:
    """`templates/huma_tripletex/email/<template>.txt` and `.html`, filled in."""
    given = {"t": gettext, "tn": ngettext, "subject": subject, **context}
    text, html = (
        current_app.jinja_env.get_template(f"{FOLDER}{template}.{kind}").render(given) for kind in ("txt", "html")
    )
    return Email(to=to, subject=subject, text=GAPS.sub("\n\n", text), html=html, key=key)
