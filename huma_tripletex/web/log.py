"""The log of a connection: what became of each change, and who did what; retrying and dismissing entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask.wrappers import Response
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, LogLine, OutboxEntry
from huma_tripletex.outbox import wait
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, entries, rendering, words
from huma_tripletex.web.entries import Line

SIZE = 50
OPEN = ("waiting", "in_flight", "parked")


@dataclass(frozen=True)
class Act:
    """What somebody did."""

    at: datetime
    words: str
    more: str
    by: str
    person_id: str | None
    name: str


@dataclass(frozen=True)
class Book:
    """One page of the log. `older`: the number to ask the next page with; 0 at the end."""

    show: str
    filters: tuple[tuple[str, str, int | None], ...]
    entries: Sequence[Line] = ()
    attention: Sequence[Line] = ()
    acts: Sequence[Act] = ()
    older: int = 0


def log() -> Response:
    """What happened, newest first."""
    runtime, connection = current_runtime(), access.open_connection()
    show, before = request.args.get("show", ""), request.args.get("before", 0, type=int)
    read = acts_page if show == "acts" else entries_page
    return rendering.page("log.html", book=read(runtime, connection, show, before))


def entries_page(runtime: Runtime, connection: Connection, show: str, before: int) -> Book:
    show = show if show in OPEN else ""
    rows = entries.newest(runtime, connection, state=show, before=before, limit=SIZE + 1)
    lines = entries.lines(runtime, connection, rows[:SIZE])
    older = rows[SIZE - 1].id if len(rows) > SIZE else 0
    kind: dict[str, Any] = {"attention" if show == "parked" else "entries": lines}
    return Book(show, filters(runtime, connection), older=older, **kind)


def acts_page(runtime: Runtime, connection: Connection, show: str, before: int) -> Book:
    query = select(LogLine).where(LogLine.connection_id == connection.id).order_by(LogLine.id.desc())
    query = query.where(LogLine.id < before) if before else query
    rows = runtime.session.scalars(query.limit(SIZE + 1)).all()
    names = entries.names_of(runtime, connection, [row.person_id for row in rows if row.person_id])
    older = rows[SIZE - 1].id if len(rows) > SIZE else 0
    acts = [act(row, names.get(row.person_id or "", "")) for row in rows[:SIZE]]
    return Book(show, filters(runtime, connection), acts=acts, older=older)


def act(row: LogLine, name: str) -> Act:
    detail = row.detail or {}
    more = words.label(detail["field"]) if detail.get("field") else words.sentence(detail.get("reason", ""))
    said = str(words.ACTS.get(row.what, row.what))
    return Act(
        row.at, said, more, row.by_name or _("by itself, or at the command line"), row.person_id, name or _("a person")
    )


def filters(runtime: Runtime, connection: Connection) -> tuple[tuple[str, str, int | None], ...]:
    counted = (
        select(OutboxEntry.state, func.count())
        .where(OutboxEntry.connection_id == connection.id, OutboxEntry.state.in_(OPEN))
        .group_by(OutboxEntry.state)
    )
    counts = {row.state: row[1] for row in runtime.session.execute(counted)}
    return (
        ("", _("All changes"), None),
        ("waiting", _("Waiting"), counts.get("waiting", 0)),
        ("parked", _("Need attention"), counts.get("parked", 0)),
        ("acts", _("What administrators did"), None),
    )


def retry(entry_id: int) -> BaseResponse:
    """Sends again what concerns one person's entry."""
    entry, connection = access.entry(entry_id)
    return _again(connection, entry_ids=[entry.id], person_id=entry.person_id)


def retry_all() -> BaseResponse:
    """Sends again everything that is parked."""
    parked = wait.open_entries(
        current_runtime().session(), (connection := access.open_connection()).id, states=["parked"]
    )
    return _again(connection, entry_ids=[entry.id for entry in parked])


def _again(connection: Connection, *, entry_ids: list[int], person_id: str | None = None) -> BaseResponse:
    runtime, by = current_runtime(), access.user()
    count = wait.retry(runtime.session(), connection.id, runtime.clock(), entry_ids=entry_ids)
    line = LogLine.act(connection.id, "retried", runtime.clock(), by, entries=count)
    line.person_id = person_id
    runtime.session.add(line)
    runtime.session.commit()
    runtime.queue.nudge(connection.id)
    return back("retried")


def dismiss(entry_id: int) -> BaseResponse:
    """Sets one parked entry aside for good."""
    runtime, (entry, connection) = current_runtime(), access.entry(entry_id)
    wait.dismiss(runtime.session(), connection.id, runtime.clock(), entry_ids=[entry.id])
    line = LogLine.act(connection.id, "dismissed", runtime.clock(), access.user())
    line.person_id = entry.person_id
    runtime.session.add(line)
    runtime.session.commit()
    return back("dismissed")


def back(notice: str) -> BaseResponse:
    """To the page of the connection, where the result shows."""
    return rendering.go("tripletex", notice=notice)
