"""The door: every request passes `enter`, and every view gets its connection, plan or run from here.

What belongs to another organisation does not exist (404), so that nobody learns that it does.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TypeVar

from flask import abort, g, request
from sqlalchemy import select

from huma_tripletex.host.port import HostUser
from huma_tripletex.i18n import LOCALES, force_locale
from huma_tripletex.models import Connection, OutboxEntry, SyncPlan, SyncRun
from huma_tripletex.models.freshness import read_anew
from huma_tripletex.outbox.clock import NOW_AND_THEN, keep_time
from huma_tripletex.runtime import current_runtime

OPEN_TO_ANYONE = {"huma_tripletex.static", "huma_tripletex.metrics"}
READING = {"GET", "HEAD", "OPTIONS"}
Row = TypeVar("Row", SyncPlan, SyncRun, OutboxEntry)
CSRF_HEADERS = ("X-CSRFToken", "X-CSRF-Token")


def enter() -> None:
    """Before each request: who is it, in which language, and may they?"""
    if request.endpoint in OPEN_TO_ANYONE:
        return
    host = current_runtime().host
    somebody = host.current_user()
    if somebody is None:
        abort(401)
    speak(somebody.locale)
    if host.current_organisation() is None or not host.may_change_settings():
        abort(403)
    read_anew(current_runtime().session())
    keep_time(current_runtime(), NOW_AND_THEN)


def speak(locale: str) -> None:
    """The user's language until the request has ended, whatever the host's pages choose it by."""
    if "huma_tripletex_language" in g:
        return
    g.huma_tripletex_language = stack = ExitStack()
    stack.enter_context(force_locale(locale if locale in LOCALES else "en"))


def leave(_error: BaseException | None) -> None:
    stack = g.pop("huma_tripletex_language", None)
    if stack is not None:
        stack.close()


def organisation() -> str:
    return current_runtime().host.current_organisation() or abort(403)


def user() -> HostUser:
    return current_runtime().host.current_user() or abort(401)


def is_somebody() -> bool:
    """Whether anybody is logged in; if so, they are spoken to in their language from here on."""
    somebody = current_runtime().host.current_user()
    if somebody is not None:
        speak(somebody.locale)
    return somebody is not None


def connection() -> Connection | None:
    """The organisation's open connection, if it has one."""
    return current_runtime().session.scalar(
        select(Connection).where(Connection.organisation_id == organisation(), Connection.state != "disconnected")
    )


def open_connection() -> Connection:
    return connection() or abort(404)


def any_connection(connection_id: int) -> Connection:
    """A connection of this organisation, open or ended."""
    found = current_runtime().session.get(Connection, connection_id)
    return found if found is not None and found.organisation_id == organisation() else abort(404)


def readable() -> Connection:
    """The open connection, or else the one that ended last, of which everything can still be read."""
    theirs = select(Connection).where(Connection.organisation_id == organisation())
    open_first = theirs.order_by((Connection.state == "disconnected"), Connection.disconnected_at.desc())
    return current_runtime().session.scalars(open_first.limit(1)).first() or abort(404)


def plan(plan_id: int) -> tuple[SyncPlan, Connection]:
    """A plan of this organisation, with its connection."""
    return _mine(SyncPlan, plan_id)


def run(run_id: int) -> tuple[SyncRun, Connection]:
    """A run of this organisation, with its connection."""
    return _mine(SyncRun, run_id)


def entry(entry_id: int) -> tuple[OutboxEntry, Connection]:
    """An outbox entry of this organisation, with its connection, which is open: nothing is sent by one that ended."""
    found, its_connection = _mine(OutboxEntry, entry_id)
    return (found, its_connection) if its_connection.is_open else abort(404)


def _mine(kind: type[Row], number: int) -> tuple[Row, Connection]:
    found = (
        current_runtime()
        .session.execute(
            select(kind, Connection)
            .join(Connection, Connection.id == kind.connection_id)
            .where(kind.id == number, Connection.organisation_id == organisation())
        )
        .one_or_none()
    )
    if found is None:
        abort(404)
    row, its_connection = found
    return row, its_connection
