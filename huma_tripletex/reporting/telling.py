"""What administrators were told last, so that nobody is told twice; changed on the connection by compare-and-set."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update

from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime


def may_try(connection: Connection, now: datetime) -> bool:
    """Whether mail about this connection is not put off because an earlier one failed."""
    later = connection.told.get("not_before")
    return later is None or datetime.fromisoformat(later) <= now


def told_at(connection: Connection, about: str) -> datetime | None:
    """When administrators were last told about something."""
    moment = connection.told.get(about)
    return datetime.fromisoformat(moment) if moment else None


def note(runtime: Runtime, connection: Connection, **news: str | None) -> bool:
    """Notes what is about to be told; False if another worker was faster. None takes a note away. Commits."""
    before = dict(connection.told)
    after = {key: value for key, value in {**before, **news}.items() if value is not None}
    setting = update(Connection).where(Connection.id == connection.id, Connection.told == before).values(told=after)
    result = runtime.session.execute(setting.execution_options(synchronize_session=False))
    runtime.session.commit()
    return cast("CursorResult[Any]", result).rowcount == 1
