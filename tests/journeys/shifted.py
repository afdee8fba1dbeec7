"""The demo host on a machine whose clock can be set, and beside code that takes its connections to the database: files
of the stage say how many seconds ahead it is, and whether its pool is taken.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from huma_tripletex import demo
from huma_tripletex.clock import Clock
from huma_tripletex.runtime import NAME

FACTORY = "tests.journeys.shifted:create_app()"
SHIFT = "seconds-ahead"
TAKEN = "pool-is-taken"
POOL_TIMEOUT = 0.5
"""Seconds after which whoever wants a connection of the pool is told that there is none."""


def create_app() -> Flask:
    app, folder = demo.create_app(), Path(os.environ["DEMO_FOLDER"])
    shift(app, folder / SHIFT)
    Thread(target=take_the_pool, args=(app, folder / TAKEN), daemon=True).start()
    return app


def take_the_pool(app: Flask, file: Path) -> None:
    """As long as `file` is there, somebody in this process holds every connection that the pool gives."""
    with app.app_context():
        engine = demo.db.engine
    engine.pool._timeout = POOL_TIMEOUT  # type: ignore[attr-defined]  # what a host sets as `pool_timeout`
    while True:
        held = []
        while file.exists():
            with suppress(SQLAlchemyError):
                held.append(engine.connect())
        for connection in held:
            connection.close()
        time.sleep(0.1)


def shift(app: Flask, file: Path) -> None:
    """Lets the machine of `app` have the clock of `file`."""

    def machine() -> datetime:
        ahead = file.read_text() if file.exists() else ""
        return datetime.now(UTC) + timedelta(seconds=float(ahead or 0))

    app.extensions[NAME] = replace(app.extensions[NAME], clock=Clock(machine))
