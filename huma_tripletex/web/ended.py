"""Connections that have ended: when and by whom, and what was done while they stood, to be read and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, LogLine
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, rendering, standing

SHOWN = 100
"""So many of its syncs are listed; people sync some times a year."""


@dataclass(frozen=True)
class Ended:
    """A connection that stands no more."""

    connection: Connection
    at: datetime
    by: str


def ended(connection_id: int) -> BaseResponse:
    """The syncs of a connection, with the way to each result and to the log."""
    connection = access.any_connection(connection_id)
    if connection.is_open:
        return rendering.go("tripletex")
    runtime = current_runtime()
    runs = standing.last_runs(runtime, connection, most=SHOWN)
    return rendering.page("ended.html", ended=of(runtime, connection), runs=runs)


def of(runtime: Runtime, connection: Connection) -> Ended | None:
    """None of a connection that stands."""
    return next(iter(_told(runtime, [connection])), None) if not connection.is_open else None


def earlier(runtime: Runtime, organisation_id: str) -> Sequence[Ended]:
    """All that have ended, the latest first; two statements."""
    chosen = select(Connection).where(Connection.organisation_id == organisation_id, Connection.state == "disconnected")
    rows = runtime.session.scalars(chosen.order_by(Connection.disconnected_at.desc(), Connection.id.desc())).all()
    return _told(runtime, rows) if rows else ()


def _told(runtime: Runtime, rows: Sequence[Connection]) -> Sequence[Ended]:
    theirs = (LogLine.connection_id.in_([row.id for row in rows]), LogLine.what == "disconnected")
    acts = runtime.session.scalars(select(LogLine).where(*theirs).order_by(LogLine.id))
    by = {act.connection_id: act.by_name for act in acts}
    nobody = _("the command line")
    return [Ended(row, row.disconnected_at or row.state_since, by.get(row.id) or nobody) for row in rows]
