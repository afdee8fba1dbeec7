"""Tells an organisation's settings administrators what needs them: the first parked change, then at most one digest a
day; a connection that does not work, once; and what the daily look at the token found.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import or_, select

from huma_tripletex.host.port import HostUser
from huma_tripletex.i18n import force_locale
from huma_tripletex.models import Connection, OutboxEntry, SyncRun
from huma_tripletex.outbox.tables import state_is
from huma_tripletex.reporting import notice, telling
from huma_tripletex.reporting.heard import everybody_else
from huma_tripletex.reporting.letter import babel_locale, letter
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

DIGEST: Final = timedelta(days=1)
PAUSE: Final = timedelta(minutes=5)
"""How long all notices of a connection wait after one that could not be sent."""
WATCHED: Final = timedelta(minutes=5)
"""So long somebody who has pressed Try again is taken to look at the page."""
SEVERAL: Final = 500
PAGE: Final = "/tripletex"


def send_notices(runtime: Runtime, now: datetime) -> int:
    """Tells whatever is due to be told and answers of how many connections. Commits."""
    parked = select(OutboxEntry.connection_id).where(state_is("parked")).distinct()
    troubled = or_(Connection.state == "needs_attention", Connection.id.in_(parked))
    found = runtime.session.scalars(select(Connection).where(Connection.state != "disconnected", troubled)).all()
    return sum(_tell_due(runtime, connection, now) for connection in found if telling.may_try(connection, now))


def tell_concern(runtime: Runtime, connection: Connection, key: str, day: str = "") -> bool:
    """Tells once about something that the daily look found; `key` of `core.reasons`, `day` an ISO date. Commits."""
    mark = f"{key} {day}".strip()
    if connection.told.get("concern") == mark:
        return False
    return _tell(runtime, connection, {"concern": mark}, lambda: notice.concern(key, day))


def _tell_due(runtime: Runtime, connection: Connection, now: datetime) -> bool:
    if connection.state == "needs_attention":
        since = connection.state_since.isoformat()
        if connection.told.get("attention") == since:
            return False
        return _tell(runtime, connection, {"attention": since}, lambda: notice.attention(connection))
    last, heard = telling.told_at(connection, "parked"), telling.told_at(connection, "heard")
    latest = max(filter(None, (last, heard)), default=None)
    if (last and now - last < DIGEST) or not _newly_parked(runtime, connection, latest):
        return False
    others = everybody_else(runtime, connection)
    if not others:
        telling.note(runtime, connection, heard=now.isoformat())
        return False
    digest = partial(notice.digest, runtime, connection, now)
    return _tell(runtime, connection, {"parked": now.isoformat()}, digest, others)


def _newly_parked(runtime: Runtime, connection: Connection, since: datetime | None) -> bool:
    """Whether there is something that nobody has seen. Who presses Try again sees on the page what comes of it."""
    parked = select(OutboxEntry.settled_at, OutboxEntry.again_at).where(
        OutboxEntry.connection_id == connection.id, state_is("parked"), OutboxEntry.settled_at.is_not(None)
    )
    parked = parked.where(OutboxEntry.settled_at > since) if since else parked
    rows = runtime.session.execute(parked.order_by(OutboxEntry.settled_at.desc()).limit(SEVERAL))
    return any(again_at is None or (settled_at or again_at) - again_at > WATCHED for settled_at, again_at in rows)


def _tell(
    runtime: Runtime,
    connection: Connection,
    news: dict[str, str],
    make: Callable[[], notice.Notice],
    to: Sequence[HostUser] = (),
) -> bool:
    """Notes first and sends then, so that two workers never both send; what could not be sent is noted as not told.
    `to`: nobody means every settings administrator.
    """
    before = {key: connection.told.get(key) for key in news}
    if not telling.note(runtime, connection, **{**news, "not_before": None}):
        return False
    try:
        for administrator in to or runtime.host.settings_administrators(connection.organisation_id):
            _send(runtime, connection, administrator, make)
    except OSError as error:
        log.warning("a notice of connection %s could not be sent (%s)", connection.id, type(error).__name__)
        runtime.session.refresh(connection)
        later = (runtime.clock() + PAUSE).isoformat()
        telling.note(runtime, connection, **{**before, "not_before": later})
        return False
    return True


def _send(runtime: Runtime, connection: Connection, to: HostUser, make: Callable[[], notice.Notice]) -> None:
    with force_locale(babel_locale(to.locale)):
        said = make()
        context = {
            "greeting": (to.name.split() or [""])[0],
            "paragraphs": said.paragraphs,
            "people": said.people,
            "more": said.more,
            "link": _link(runtime, connection),
            "organisation": runtime.host.organisation_name(connection.organisation_id),
        }
        key = f"huma-tripletex-{connection.id}-{said.key}-{to.id}"
        runtime.host.send_email(letter("notice", to.email, said.subject, key, context))


def _link(runtime: Runtime, connection: Connection) -> str:
    """Address of the integration's page: as configured, or as somebody reached it who pressed a button there."""
    settings = runtime.settings
    if settings.base_url:
        return settings.base_url.rstrip("/") + settings.url_prefix + PAGE
    links = select(SyncRun.link).where(SyncRun.connection_id == connection.id, SyncRun.link != "")
    latest = runtime.session.scalar(links.order_by(SyncRun.id.desc()).limit(1)) or ""
    return latest.rpartition("/runs/")[0]
