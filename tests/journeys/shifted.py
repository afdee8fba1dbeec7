"""The demo host on a machine whose clock can be set: its number of seconds ahead stands in a file of the stage."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from huma_tripletex import demo
from huma_tripletex.clock import Clock
from huma_tripletex.runtime import NAME

FACTORY = "tests.journeys.shifted:create_app()"
SHIFT = "seconds-ahead"


def create_app() -> Flask:
    app = demo.create_app()
    shift(app, Path(os.environ["DEMO_FOLDER"]) / SHIFT)
    return app


def shift(app: Flask, file: Path) -> None:
    """Lets the machine of `app` have the clock of `file`."""

    def machine() -> datetime:
        ahead = file.read_text() if file.exists() else ""
        return datetime.now(UTC) + timedelta(seconds=float(ahead or 0))

    app.extensions[NAME] = replace(app.extensions[NAME], clock=Clock(machine))
