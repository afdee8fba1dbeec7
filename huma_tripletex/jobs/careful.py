"""Runs one piece of work inside the application and lets no error out: RQ would put its values into Redis."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.transaction import PASSING
from huma_tripletex.runtime import current_runtime

log = logging.getLogger(__name__)


def carefully(app: Flask, what: str, step: Callable[[], object]) -> bool:
    """Runs `step` in an application context of its own; False: it failed, which is logged without any value.

    What was only read is committed too: with a rollback, psycopg forgets the statements that it has prepared on that
    connection, and PostgreSQL would plan a claim anew each time.
    """

    def whole() -> None:
        step()
        current_runtime().session.commit()

    with app.app_context():
        try:
            why = unforeseen(whole)
        except PASSING as error:
            why = f"{type(error).__name__} of the database"
    if why:
        log.error("%s failed and will be tried again: %s", what, why)
    return not why
