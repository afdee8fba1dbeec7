"""Tells an organisation's settings administrators what needs them: the first parked change, then at most one digest a
day; a connection that does not work, once; and what the daily look at the token found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final

from sqlalchemy import Text, cast, or_, select

from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.outbox.tables import state_is, takes_part
from huma_tripletex.reporting import telling
from huma_tripletex.reporting.attempt import attempt
from huma_tripletex.reporting.due import AT_ONCE, Stop, never
from huma_tripletex.reporting.posting import ATTENTION, PARKED, administrators, tell
from huma_tripletex.runtime import Runtime

DIGEST: Final = timedelta(days=1)
STAYS: Final = timedelta(hours=1)
WATCHED: Final = timedelta(minutes=5)
"""So long somebody who has pressed Try again is taken to look at the page."""
SEVERAL: Final = 500


def send_notices(runtime: Runtime, now: datetime, stop: Stop = never) -> int:
    """Tells some of what is due to be told, until `stop` says so, and answers of how many connections. Commits."""
    attempts = islice(_attempts(runtime, now, stop), AT_ONCE)
    return len({connection_id for connection_id, went_out in attempts if went_out})


def tell_concern(runtime: Runtime, connection: Connection, key: str, day: str = "", stop: Stop = never) -> bool:
    """Tells once about something that the daily look found; `key` of `core.reasons`, `day` an ISO date, or the moment
    of what has happened already: the same another time is news. Commits.
    """
    if connection.told.get(key) == day:
        return False
    about = f"{key} {day}".strip()
    everybody = administrators(runtime, connection, about)
    if not telling.begin(runtime, connection, about, everybody, **{key: day}):
        return False
    return any(list(tell(runtime, connection, runtime.clock(), stop)))


def _attempts(runtime: Runtime, now: datetime, stop: Stop) -> Iterator[tuple[int, bool]]:
    """Makes one attempt after the other, and says about which connection it was and whether the mail went out."""
    parked = select(OutboxEntry.connection_id).where(state_is("parked")).distinct()
    unheard = cast(Connection.told, Text).contains(f'"{telling.UNHEARD}"')
    troubled = or_(Connection.state == "needs_attention", Connection.id.in_(parked), unheard)
    found = runtime.session.scalars(select(Connection).where(Connection.state != "disconnected", troubled)).all()
    for connection in found:
        if stop():
            return
        attempt(runtime, "looking for what administrators should know", partial(_begin, runtime, connection, now))
        for went_out in tell(runtime, connection, now, stop):
            yield connection.id, went_out


def _begin(runtime: Runtime, connection: Connection, now: datetime) -> None:
    """Notes what is to be told that was not told before, and to whom."""
    if connection.state == "needs_attention":
        if not _has_heard_of_it(connection, now):
            everybody = administrators(runtime, connection, ATTENTION)
            telling.begin(runtime, connection, ATTENTION, everybody, attention=connection.state_since.isoformat())
        return
    last, heard = telling.told_at(connection, PARKED), telling.told_at(connection, "heard")
    latest = max(filter(None, (last, heard)), default=None)
    if (last and now - last < DIGEST) or not _newly_parked(runtime, connection, latest):
        return
    if others := administrators(runtime, connection, PARKED):
        telling.begin(runtime, connection, PARKED, others, parked=now.isoformat())
    else:
        telling.note(runtime, connection, heard=now.isoformat())


def _has_heard_of_it(connection: Connection, now: datetime) -> bool:
    """Trouble that comes and goes is told once a day, unless it stays."""
    since, last = connection.state_since, telling.told_at(connection, ATTENTION)
    if last is None or last == since:
        return last == since
    return since - last < DIGEST and now - since < STAYS


def _newly_parked(runtime: Runtime, connection: Connection, since: datetime | None) -> bool:
    """Whether there is something that nobody has seen. Who presses Try again sees on the page what comes of it."""
    parked = select(OutboxEntry.settled_at, OutboxEntry.again_at).where(
        OutboxEntry.connection_id == connection.id,
        state_is("parked"),
        takes_part(),
        OutboxEntry.settled_at.is_not(None),
    )
    parked = parked.where(OutboxEntry.settled_at > since) if since else parked
    rows = runtime.session.execute(parked.order_by(OutboxEntry.settled_at.desc()).limit(SEVERAL))
    return any(again_at is None or (settled_at or again_at) - again_at > WATCHED for settled_at, again_at in rows)
