"""Sends the notices that administrators have not heard yet, each to each of them, until they have or it is given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import select

from huma_tripletex.host.port import HostUser
from huma_tripletex.i18n import force_locale
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.reporting import notice, telling
from huma_tripletex.reporting.attempt import attempt, send
from huma_tripletex.reporting.due import Stop
from huma_tripletex.reporting.heard import everybody_else
from huma_tripletex.reporting.letter import babel_locale, letter
from huma_tripletex.runtime import Runtime

PAGE: Final = "/tripletex"
PARKED: Final = "parked"
ATTENTION: Final = "attention"
"""What notices are about; of what the daily look found it is a key of `core.reasons` and, after a space, when."""


def administrators(runtime: Runtime, connection: Connection, about: str) -> Mapping[str, HostUser]:
    """By id who is to hear about it."""
    if about == PARKED:
        return {one.id: one for one in everybody_else(runtime, connection)}
    return {one.id: one for one in runtime.host.settings_administrators(connection.organisation_id)}


def tell(runtime: Runtime, connection: Connection, now: datetime, stop: Stop) -> Iterator[bool]:
    """Makes an attempt with each who may be told now, and says of each whether a mail went out. Commits.

    The attempt is noted first, so that two workers never both send, and afterwards that they have heard, so that one
    that failed, or that a worker died over, is made again.
    """
    for about, who in telling.unheard(connection, now):
        if stop():
            return
        if telling.claim(runtime, connection, about, who):
            what = f"a notice of connection {connection.id} to administrator {who}"
            went_out = attempt(runtime, what, partial(_send, runtime, connection, about, who))
            if went_out is not None:
                telling.has_heard(runtime, connection, about, who)
            yield bool(went_out)


def _send(runtime: Runtime, connection: Connection, about: str, who: str) -> bool:
    """False: there is nothing to tell any more, or they are no administrator any more."""
    to = administrators(runtime, connection, about).get(who)
    if to is None:
        return False
    with force_locale(babel_locale(to.locale)):
        said = _notice(runtime, connection, about)
        if said is None:
            return False
        context = {
            "greeting": (to.name.split() or [""])[0],
            "paragraphs": said.paragraphs,
            "people": said.people,
            "more": said.more,
            "link": _link(runtime, connection),
            "organisation": runtime.host.organisation_name(connection.organisation_id),
        }
        key = f"huma-tripletex-{connection.id}-{said.key}-{to.id}"
        return send(runtime, letter("notice", to.email, said.subject, key, context))


def _notice(runtime: Runtime, connection: Connection, about: str) -> notice.Notice | None:
    """As things are now; None: what was to be told has passed."""
    if about == PARKED:
        since = telling.told_at(connection, PARKED) or runtime.clock()
        return notice.digest(runtime, connection, since)
    if about == ATTENTION:
        still = connection.state == "needs_attention" and connection.state_since.isoformat()
        return notice.attention(connection) if still == connection.told.get(ATTENTION) else None
    key, _, day = about.partition(" ")
    return notice.concern(key, day)


def _link(runtime: Runtime, connection: Connection) -> str:
    """Address of the integration's page: as configured, or as somebody reached it who pressed a button there."""
    settings = runtime.settings
    if settings.base_url:
        return settings.base_url.rstrip("/") + settings.url_prefix + PAGE
    links = select(SyncRun.link).where(SyncRun.connection_id == connection.id, SyncRun.link != "")
    latest = runtime.session.scalar(links.order_by(SyncRun.id.desc()).limit(1)) or ""
    return latest.rpartition("/runs/")[0]
