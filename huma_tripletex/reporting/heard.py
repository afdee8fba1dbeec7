"""Who hears of what is parked anyway: whoever pressed the sync that it came from, by the mail of that sync."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, OutboxEntry, SyncRun
from huma_tripletex.outbox.tables import state_is, takes_part
from huma_tripletex.runtime import Runtime


def everybody_else(runtime: Runtime, connection: Connection) -> list[HostUser]:
    """The settings administrators to whom no mail names everybody who is parked now."""
    heard = _by_their_sync(runtime, connection)
    return [one for one in runtime.host.settings_administrators(connection.organisation_id) if one.id != heard]


def _by_their_sync(runtime: Runtime, connection: Connection) -> str | None:
    mails = or_(SyncRun.mail_state.in_(("due", "sent")), SyncRun.ended_at.is_(None))
    in_time = or_(SyncRun.ended_at.is_(None), OutboxEntry.settled_at <= SyncRun.ended_at)
    tells = and_(SyncRun.id == OutboxEntry.run_id, SyncRun.sealed_recipient.is_not(None), mails, in_time)
    pressed = select(SyncRun.pressed_by).select_from(OutboxEntry).outerjoin(SyncRun, tells)
    parked = (OutboxEntry.connection_id == connection.id, state_is("parked"), takes_part())
    by = runtime.session.scalars(pressed.where(*parked).distinct()).all()
    return by[0] if len(by) == 1 else None
