"""`flask tripletex ...`: the same job without a browser, and what an operator needs. Translators only."""

from __future__ import annotations

from flask.cli import AppGroup

from huma_tripletex.cli.acts import disconnect, pause, resume, retry
from huma_tripletex.cli.connect import connect
from huma_tripletex.cli.entries import entries
from huma_tripletex.cli.operating import db, new_key, rotate, worker
from huma_tripletex.cli.plan import plan
from huma_tripletex.cli.status import status
from huma_tripletex.cli.sync import sync
from huma_tripletex.cli.undo import undo

__all__ = ["tripletex"]

ADMINISTRATORS = (status, connect, plan, sync, undo, entries, retry, pause, resume, disconnect)
OPERATORS = (worker, db, new_key, rotate)

tripletex = AppGroup("tripletex", help="Keeps employee data in Tripletex equal to Huma.")
for command in (*ADMINISTRATORS, *OPERATORS):
    tripletex.add_command(command)
