"""How a connection is doing: one place for the page, `flask tripletex status` and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huma_tripletex.core.reasons import reason
from huma_tripletex.i18n import gettext
from huma_tripletex.models import Connection
from huma_tripletex.outbox.figures import Figures, figures
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Status:
    """`active`: changes go to Tripletex now; otherwise `why` says why not and `next_step` what to do about it.

    `oldest_waiting` is how long the oldest entry has been waiting, in seconds.
    """

    connection_id: int
    organisation_id: str
    company_name: str
    company_id: int
    state: str
    active: bool
    reason: str
    why: str
    next_step: str
    figures: Figures
    oldest_waiting: float
    last_synced_at: datetime | None


def status(runtime: Runtime, connection: Connection) -> Status:
    """How it is now, in three statements; the sentences are in the current language."""
    now = runtime.clock()
    counted = figures(runtime.session(), connection.id, now)
    key = "" if connection.is_active else _why_not(connection)
    oldest = counted.oldest_waiting_at
    return Status(
        connection_id=connection.id,
        organisation_id=connection.organisation_id,
        company_name=connection.company_name,
        company_id=connection.company_id,
        state=connection.state,
        active=connection.is_active,
        reason=key,
        why=gettext(reason(key).sentence) if key else "",
        next_step=gettext(reason(key).next_step) if key else "",
        figures=counted,
        oldest_waiting=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        last_synced_at=connection.last_synced_at,
    )


def _why_not(connection: Connection) -> str:
    match connection.state:
        case "needs_attention":
            return connection.state_reason or "needs_attention"
        case "paused":
            return "paused"
        case "disconnected":
            return "not_connected"
    return "not_active"
