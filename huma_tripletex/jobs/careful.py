"""Runs one piece of work inside the application and lets no error out: RQ would put its values into Redis, and a thread
of the worker would end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.transaction import PASSING
from huma_tripletex.models.called import called
from huma_tripletex.models.freshness import read_anew
from huma_tripletex.runtime import current_runtime

log = logging.getLogger(__name__)


def carefully(app: Flask, what: str, step: Callable[[], object]) -> bool:
    """Runs `step` in an application context of its own; False: it failed, which is logged without any value. Leaving
    the context is part of it: whatever the host does then may fail as well.

    What was only read is committed too: with a rollback, psycopg forgets the statements that it has prepared on that
    connection, and PostgreSQL would plan a claim anew each time.
    """

    def whole() -> None:
        with app.app_context():
            session = current_runtime().session
            read_anew(session())
            try:
                step()
                session.commit()
            except BaseException:
                _roll_back(session)
                raise

    why = failure(whole)
    if why:
        log.error("%s failed and will be tried again: %s", what, why)
    return not why


def _roll_back(session: scoped_session[Session]) -> None:
    """Before the context is left, where Flask-SQLAlchemy would do it and raise: a database that has ended the
    connection lets nothing be rolled back on it.
    """
    if failure(session.rollback):
        failure(lambda: session().invalidate())


def failure(step: Callable[[], object]) -> str:
    """Runs `step`; "" if it went well, otherwise what went wrong, without any value."""
    try:
        return unforeseen(step)
    except PASSING as error:
        return f"{called(error)} of the database"
