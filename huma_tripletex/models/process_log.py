"""What the process's own log says of a connection: one line when its state has changed, once that is committed. Of a
transaction that is rolled back nothing is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

log = logging.getLogger(__name__)

LINES: Final = "huma_tripletex_lines"


def once_committed(session: Session, line: Callable[[], None]) -> None:
    """Calls `line` when the outermost transaction of `session` is committed, and never if it is rolled back."""
    if LINES not in session.info:
        event.listen(session, "after_commit", _say)
        event.listen(session, "after_transaction_end", _forget)
    session.info.setdefault(LINES, []).append(line)


def say_stopped(session: Session, connection_id: int, reason: str, request_id: str = "") -> None:
    """Changes do not flow at the moment, and will again by themselves. `reason`: a key of `core.reasons`."""
    given = (connection_id, reason, request_id or "none")
    once_committed(session, lambda: log.warning("connection %s does not flow: %s, request %s", *given))


def say_needs_attention(session: Session, connection_id: int, reason: str, request_id: str = "") -> None:
    """Changes do not flow until somebody does something. `reason`: a key of `core.reasons`."""
    given = (connection_id, reason, request_id or "none")
    once_committed(session, lambda: log.warning("connection %s needs attention: %s, request %s", *given))


def say_well_again(session: Session, connection_id: int) -> None:
    """What was said of it last is over."""
    once_committed(session, lambda: log.info("connection %s is well again", connection_id))


def _say(session: Session) -> None:
    if session.in_nested_transaction():
        return
    lines, session.info[LINES] = session.info[LINES], []
    for line in lines:
        line()


def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was not said when the outermost transaction ended was rolled back with it."""
    if transaction.parent is None:
        session.info[LINES] = []
