"""The demo's application factory: what a Huma of one page each needs, and the extension mounted in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect

from huma_tripletex.demo import login, mailbox, pages, people, tables
from huma_tripletex.demo.database import db
from huma_tripletex.demo.mounting import mount
from huma_tripletex.demo.settings import read


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """A Huma with Tripletex mounted under System settings > Integrations; its tables are made where they are missing.

    `config` goes before what the environment says.
    """
    app = Flask(__name__)
    app.config.update(read(os.environ))
    app.config.update(config or {})
    db.init_app(app)
    Babel(app, locale_selector=login.locale, timezone_selector=lambda: "Europe/Oslo")
    CSRFProtect(app)
    for part in (pages, login, people, mailbox):
        app.register_blueprint(part.blueprint)
    mount(app)
    tables.make(app)
    return app
