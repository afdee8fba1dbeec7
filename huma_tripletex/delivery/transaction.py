"""A transaction that is done again when the database went away, was busy or chose us as the victim of a deadlock.

Safe because everything done in one checks what it still holds: done twice is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError

from huma_tripletex.runtime import Runtime

T = TypeVar("T")
PASSING = (OperationalError, InterfaceError, IntegrityError, StaleDataError, TimeoutError)
"""Errors of the database that may be gone the next time; TimeoutError: no connection was free."""
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds between the attempts: together less than any lease worth having."""


def in_transaction(runtime: Runtime, step: Callable[[], T]) -> T:
    """Runs `step` and commits, several times if need be. Raises what the last attempt raised."""
    for seconds in PAUSES:
        try:
            return _once(runtime, step)
        except PASSING:
            runtime.session.rollback()
            sleep(seconds)
    return _once(runtime, step)


def _once(runtime: Runtime, step: Callable[[], T]) -> T:
    result = step()
    runtime.session.commit()
    return result
