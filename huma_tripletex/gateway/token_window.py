"""Tripletex's rate window of one token as all processes see it: a row in PostgreSQL, so that together they make no more
calls than there are.

Calls are reserved in growing chunks, in short transactions on a connection of their own: a drain's transaction neither
holds the row nor waits for it. With SQLite everything is on one machine, and the headers of the answers suffice.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from huma_tripletex.models import TokenBudget
from huma_tripletex.models.called import called
from huma_tripletex.tripletex.budget import SharedWindow
from huma_tripletex.tripletex.window import PERIOD, Reading

log = logging.getLogger(__name__)

SPARE = 0.04
"""The part of a window that nobody reserves: for other programs, and because the headers count whole seconds."""
UNTOLD = 100
"""Calls per window until a header tells, as measured (TRIPLETEX.md 3.1)."""
SHARE = 4
"""A chunk is at most one part in so many of what is left, so that others find something too."""
RETREAT = timedelta(seconds=30)
"""So long the headers alone are relied on after the database has failed."""
LOCK_TIMEOUT = "500ms"

_windows: WeakKeyDictionary[Engine, dict[str, TokenWindow]] = WeakKeyDictionary()
_registry = threading.Lock()


def shared_window(engine: Engine, fingerprint: str) -> SharedWindow | None:
    """The one window of this process for a token; None where the database is not one for many processes."""
    if engine.dialect.name != "postgresql":
        return None
    with _registry:
        return _windows.setdefault(engine, {}).setdefault(fingerprint, TokenWindow(engine, fingerprint))


@dataclass(frozen=True)
class Counted:
    """At least `reserved` of `limit` calls are taken in the window that ends by `ends_at`, and not before `soonest`."""

    ends_at: datetime
    reserved: int
    limit: int
    soonest: datetime | None = None

    @property
    def room(self) -> int:
        return max(0, self.limit - max(1, int(self.limit * SPARE)) - self.reserved)

    def with_told(self, told: Counted) -> Counted:
        """What headers told may be of a window that began unseen; of the same, the more careful of both is true."""
        if told.soonest and told.soonest > self.ends_at:
            return told
        soonest = max(filter(None, (self.soonest, told.soonest)), default=None)
        return Counted(min(self.ends_at, told.ends_at), max(self.reserved, told.reserved), told.limit, soonest)


class TokenWindow:
    """The window as this process has it: what is left of its chunk, and what it has heard since it fetched that.

    Safe for threads; one of them talks to the database at a time. A database that fails does not stop delivery.
    """

    def __init__(self, engine: Engine, fingerprint: str) -> None:
        self._engine = ref(engine)
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._left, self._chunk = 0, 1
        self._ends_at: datetime | None = None  # of the window that the chunk is for
        self._turned_at: datetime | None = None
        self._told: Counted | None = None
        self._retreat_until: datetime | None = None

    def reserve(self, n: int, now: datetime) -> tuple[int, float]:
        """How many of `n` calls may be made, and if fewer, in how many seconds to ask again."""
        with self._lock:
            self._turn_over(now)
            if self._left < n and not self._fetched(n, now):
                return n, 0.0
            granted = min(n, self._left)
            self._left -= granted
            wait = (self._ends_at - now).total_seconds() if self._ends_at and granted < n else 0.0
            return granted, max(wait, 0.0)

    def learn(self, reading: Reading, sent_at: datetime, now: datetime) -> None:
        """Remembered until the next chunk is fetched, so that an answer costs no transaction."""
        soonest = sent_at + timedelta(seconds=reading.reset - 1)
        told = Counted(
            now + timedelta(seconds=reading.reset + 1), reading.limit - reading.remaining, reading.limit, soonest
        )
        with self._lock:
            self._turn_over(now)
            if not self._turned_at or soonest > self._turned_at or sent_at >= self._turned_at:
                self._told = self._told.with_told(told) if self._told else told

    def _turn_over(self, now: datetime) -> None:
        """What was reserved in a window ends with it."""
        if self._ends_at and now >= self._ends_at:
            self._turned_at = self._ends_at
            self._left, self._chunk, self._ends_at = 0, 1, None
        if self._told and now >= self._told.ends_at:
            self._told = None

    def _fetched(self, n: int, now: datetime) -> bool:
        """Whether the database was asked for a chunk, be it a small one."""
        engine = self._engine()
        if engine is None or (self._retreat_until and now < self._retreat_until):
            return False
        try:
            with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
                self._fetch(connection, n, now)
        except SQLAlchemyError as error:
            log.warning("the shared rate budget is out of reach (%s)", called(error))
            self._retreat_until = now + RETREAT
            return False
        return True

    def _fetch(self, connection: Connection, n: int, now: datetime) -> None:
        # What a crash of the database loses is told by the headers: nobody waits for its disk before a request.
        lightly = func.set_config("synchronous_commit", "off", True)
        connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True), lightly))
        counted = _read(connection, self._fingerprint, now)
        counted = counted.with_told(self._told) if self._told else counted
        granted = min(max(n, min(self._chunk, counted.room // SHARE)), counted.room)
        counted = replace(counted, reserved=counted.reserved + granted)
        _write(connection, self._fingerprint, counted)
        self._left += granted
        self._chunk *= 2
        self._ends_at, self._told = counted.ends_at, None


def _read(connection: Connection, fingerprint: str, now: datetime) -> Counted:
    """The row, locked, made if need be; a window that is over gives way to one that ends in `PERIOD` at the latest."""
    fresh = Counted(now + timedelta(seconds=PERIOD), 0, UNTOLD)
    new = insert(TokenBudget).values(
        fingerprint=fingerprint, window_ends_at=fresh.ends_at, reserved=0, limit=fresh.limit
    )
    chosen = select(TokenBudget.window_ends_at, TokenBudget.reserved, TokenBudget.limit).where(
        TokenBudget.fingerprint == fingerprint
    )
    row = connection.execute(chosen.with_for_update()).one_or_none()
    if row is None:
        connection.execute(new.on_conflict_do_nothing())
        row = connection.execute(chosen.with_for_update()).one()
    ends_at, reserved, limit = row
    return Counted(ends_at, reserved, limit) if now < ends_at else replace(fresh, limit=limit)


def _write(connection: Connection, fingerprint: str, counted: Counted) -> None:
    changed = update(TokenBudget).where(TokenBudget.fingerprint == fingerprint)
    connection.execute(changed.values(window_ends_at=counted.ends_at, reserved=counted.reserved, limit=counted.limit))
