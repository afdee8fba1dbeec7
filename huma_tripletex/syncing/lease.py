"""A run is carried out by one worker at a time: every transaction of it begins by renewing the lease, and undoes itself
if the lease has gone to another. So nothing is done twice, whoever was killed or slept too long.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.models import SyncRun
from huma_tripletex.runtime import Runtime


class Lost(Exception):
    """Another worker has the run now."""


def due_runs(session: scoped_session[Session] | Session, now: datetime) -> list[int]:
    """Runs that have not ended and that nobody works on: new, abandoned, or waiting for Tripletex."""
    return list(session.scalars(select(SyncRun.id).where(SyncRun.state != "ended", _free(now)).order_by(SyncRun.id)))


def take(runtime: Runtime, run_id: int) -> str | None:
    """The lease of a run, or None if it is not to be had. Commits."""
    now, token = runtime.clock(), uuid4().hex
    taking = (
        update(SyncRun)
        .where(SyncRun.id == run_id, SyncRun.state != "ended", _free(now))
        .values(lease=token, leased_until=now + runtime.settings.lease_time)
    )
    won = _changed(runtime, taking)
    runtime.session.commit()
    return token if won else None


def renew(runtime: Runtime, run_id: int, token: str) -> None:
    """The first statement of each transaction of a run; the row stays locked until its end.

    Raises:
        Lost: the lease is another's.
    """
    ours = update(SyncRun).where(SyncRun.id == run_id, SyncRun.lease == token)
    if not _changed(runtime, ours.values(leased_until=runtime.clock() + runtime.settings.lease_time)):
        raise Lost


def release(runtime: Runtime, run_id: int, token: str) -> None:
    """Lets the next one have it at once. Commits."""
    ours = update(SyncRun).where(SyncRun.id == run_id, SyncRun.lease == token)
    _changed(runtime, ours.values(lease=None, leased_until=None))
    runtime.session.commit()


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(SyncRun.leased_until.is_(None), SyncRun.leased_until < now)


def _changed(runtime: Runtime, statement: Any) -> bool:
    result = runtime.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
