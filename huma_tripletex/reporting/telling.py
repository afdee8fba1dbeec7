"""What administrators were told last, so that nobody is told twice; changed on the connection by compare-and-set.

Who of them is still to hear of it stands there as well, each with attempts of their own: an address that is refused
keeps nobody else waiting, and nobody else gets a mail again because of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, update

from huma_tripletex.models import Connection
from huma_tripletex.reporting.due import CLAIM, PAUSES
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

UNHEARD: Final = "unheard"
OFTEN: Final = 5
"""So often a note is tried while others make theirs on the same connection."""


def told_at(connection: Connection, about: str) -> datetime | None:
    """When administrators were last told about something."""
    moment = connection.told.get(about)
    return datetime.fromisoformat(moment) if moment else None


def note(runtime: Runtime, connection: Connection, **news: Any) -> bool:
    """Notes what is about to be told; False if another worker was faster. None takes a note away. Commits."""
    before = dict(connection.told)
    after = {key: value for key, value in {**before, **news}.items() if value is not None}
    setting = update(Connection).where(Connection.id == connection.id, Connection.told == before).values(told=after)
    result = runtime.session.execute(setting.execution_options(synchronize_session=False))
    runtime.session.commit()
    runtime.session.refresh(connection)
    return cast("CursorResult[Any]", result).rowcount == 1


def begin(runtime: Runtime, connection: Connection, about: str, who: Iterable[str], **news: str) -> bool:
    """Notes `news`, and that these administrators (their ids) are to hear about it; False if another worker was faster.
    Commits.
    """
    now = runtime.clock().isoformat()
    return note(runtime, connection, **news, unheard=_with(connection, about, {one: [0, now] for one in who}))


def unheard(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """What may be told now, and to whom (an id)."""
    return [
        (about, who)
        for about, everybody in connection.told.get(UNHEARD, {}).items()
        for who, (_, not_before) in everybody.items()
        if datetime.fromisoformat(not_before) <= now
    ]


def claim(runtime: Runtime, connection: Connection, about: str, who: str) -> bool:
    """Whether it is ours to tell them now. Counts as an attempt: the next one comes later, and after the last nobody
    tries any more. Commits.
    """
    now, everybody = runtime.clock(), _everybody(connection, about)
    attempts, not_before = everybody.pop(who, (0, None))
    if not_before is None or datetime.fromisoformat(not_before) > now:
        return False
    if attempts < len(PAUSES):
        everybody[who] = [attempts + 1, (now + max(CLAIM, PAUSES[attempts])).isoformat()]
    else:
        log.warning("connection %s: administrator %s is told for the last time", connection.id, who)
    return note(runtime, connection, unheard=_with(connection, about, everybody))


def has_heard(runtime: Runtime, connection: Connection, about: str, who: str) -> None:
    """Notes that they need not be told any more. Commits."""
    for _ in range(OFTEN):
        everybody = _everybody(connection, about)
        if everybody.pop(who, None) is None or note(runtime, connection, unheard=_with(connection, about, everybody)):
            return


def _everybody(connection: Connection, about: str) -> dict[str, Any]:
    return dict(connection.told.get(UNHEARD, {}).get(about, {}))


def _with(connection: Connection, about: str, everybody: dict[str, Any]) -> dict[str, Any] | None:
    """Who is still to hear of what, being these about this; None: nobody of anything."""
    left = {**connection.told.get(UNHEARD, {}), about: everybody}
    return {about: some for about, some in left.items() if some} or None
