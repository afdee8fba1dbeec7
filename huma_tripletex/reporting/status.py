"""How connections are doing: one place for the page, `flask tripletex status` and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import load_only

from huma_tripletex.core.reasons import reason
from huma_tripletex.i18n import gettext
from huma_tripletex.models import Connection
from huma_tripletex.outbox.figures import Figures, figures, figures_of_all
from huma_tripletex.runtime import Runtime

TOLD: Final = (
    *(Connection.organisation_id, Connection.company_id, Connection.company_name, Connection.last_synced_at),
    *(Connection.state, Connection.state_reason, Connection.activated_at),
    *(Connection.failures, Connection.snoozed_until),
)
"""What is told of a connection, and what it is told by: the rest of its row is not read of thousands."""


@dataclass(frozen=True)
class Status:
    """`active`: real time has begun, and nobody has paused it; `flowing`: changes go to Tripletex now. Where they do
    not, `why` says why not and `next_step` what to do about it.

    `oldest_waiting` is how long the oldest entry has been waiting, in seconds.
    """

    connection_id: int
    organisation_id: str
    company_name: str
    company_id: int
    state: str
    active: bool
    flowing: bool
    reason: str
    why: str
    next_step: str
    figures: Figures
    oldest_waiting: float
    last_synced_at: datetime | None


def status(runtime: Runtime, connection: Connection) -> Status:
    """How it is now, in two statements; the sentences are in the current language."""
    now = runtime.clock()
    return _status(runtime, connection, figures(runtime.session(), connection.id, now), now)


def statuses(runtime: Runtime) -> list[Status]:
    """The same of every connection that is not disconnected, in three statements however many there are."""
    now = runtime.clock()
    found = figures_of_all(runtime.session(), now)
    open_ones = select(Connection).where(Connection.state != "disconnected").order_by(Connection.id)
    rows = runtime.session.scalars(open_ones.options(load_only(*TOLD)))
    return [_status(runtime, connection, found.get(connection.id, Figures()), now) for connection in rows]


def _status(runtime: Runtime, connection: Connection, counted: Figures, now: datetime) -> Status:
    key = _why_not(connection) or _held_up(connection, counted, now, runtime.settings.patience)
    oldest = counted.oldest_waiting_at
    return Status(
        connection_id=connection.id,
        organisation_id=connection.organisation_id,
        company_name=connection.company_name,
        company_id=connection.company_id,
        state=connection.state,
        active=connection.is_active,
        flowing=not key,
        reason=key,
        why=gettext(reason(key).sentence) if key else "",
        next_step=gettext(reason(key).next_step) if key else "",
        figures=counted,
        oldest_waiting=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        last_synced_at=connection.last_synced_at,
    )


def _why_not(connection: Connection) -> str:
    """Why nothing is to be sent, by the state of the connection; "" if it is."""
    if connection.is_active:
        return ""
    match connection.state:
        case "needs_attention":
            return connection.state_reason or "needs_attention"
        case "paused":
            return "paused"
        case "disconnected":
            return "not_connected"
    return "not_active"


def _held_up(connection: Connection, counted: Figures, now: datetime, patience: float) -> str:
    """What is in the way of what should be sent: nobody sends it, or Tripletex does not take it; "" for nothing.

    A worker that is at somebody else's changes comes to these in their turn.
    """
    since = max(filter(None, (counted.due_since, connection.snoozed_until)), default=now)
    is_left = counted.due_since is not None and now - since > timedelta(seconds=patience)
    if is_left and not counted.somebody_works and not counted.delivered_last_minute:
        return "no_worker"
    is_snoozed = connection.snoozed_until is not None and connection.snoozed_until > now
    if counted.waiting and (connection.failures or is_snoozed):
        return counted.held_up_by or "unavailable"
    return ""
