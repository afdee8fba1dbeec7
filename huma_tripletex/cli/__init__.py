"""The command line: `flask tripletex ...`."""

from __future__ import annotations

from flask.cli import AppGroup

tripletex = AppGroup("tripletex", help="Keeps employees in Tripletex equal to Huma.")
