"""The session of a connection, sealed onto its row so that every worker uses the same one; and where several processes
need another at once, one of them makes it for all.

With PostgreSQL that is held by an advisory lock, taken on a database connection of its own: a drain's transaction
neither holds it nor waits for it, and every wait has an end. With SQLite everything is on one machine: who comes late
keeps a session of its own and ends it when it closes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, func, select, update
from sqlalchemy import Connection as Database
from sqlalchemy.exc import SQLAlchemyError

from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection
from huma_tripletex.models.called import called
from huma_tripletex.tripletex.session import Session, SessionSource
from huma_tripletex.vault import Vault

log = logging.getLogger(__name__)

LOCK: Final = 1_214_599_251
"""A number of our own among PostgreSQL's advisory locks of two keys; the other key is the connection's id."""
TURN: Final = "20s"
"""So long another process may take to make a session. Whoever has waited longer makes one of its own."""
ROW: Final = "2s"
"""So long a transaction of somebody else may hold the row."""


class SharedSession:
    """Sessions from `source`, unless another process has made one meanwhile: then that one.

    `unkept` is the last one that was made, if it could not be put on the row. One thread of a client at a time.
    """

    def __init__(self, source: SessionSource, engine: Engine, vault: Vault, connection: Connection) -> None:
        self._source = source
        self._engine = engine
        self._vault = vault
        self._organisation_id, self._connection_id = connection.organisation_id, connection.id
        self._token_fingerprint = connection.token_fingerprint
        self._last = kept_session(vault, connection)
        self.unkept: Session | None = None

    @property
    def fingerprint(self) -> str:
        """That of the source."""
        return self._source.fingerprint

    def mint(self, now: datetime) -> Session:
        """Another session than the last one: the row's, or one that is new and then on the row."""
        made: list[Session] = []
        kept: Session | None = None
        try:
            with self._turn() as database:
                found = self._found(database, now)
                if found is None:
                    made.append(self._source.mint(now))
                    found = made[0] if self._put(database, made[0]) else None
            kept = found
        except SQLAlchemyError as error:
            log.warning("the session is not shared with other processes (%s)", called(error))
        # Outside of the except: an error of this call does not drag the database's along
        session = kept or (made[0] if made else self._source.mint(now))
        self.unkept = None if kept else session
        self._last = session
        return session

    @contextmanager
    def _turn(self) -> Iterator[Database]:
        """A transaction in which no other process makes a session for this connection."""
        with self._engine.execution_options(isolation_level="READ COMMITTED").begin() as database:
            _wait_at_most(database, TURN)
            database.execute(select(func.pg_advisory_xact_lock(LOCK, self._connection_id % 2**31)))
            yield database

    def _found(self, database: Database, now: datetime) -> Session | None:
        sealed = database.scalar(select(Connection.sealed_session).where(self._is_ours()))
        found = _opened(self._vault, sealed, self._organisation_id, self._connection_id)
        if found is None or found.is_over(now) or (self._last and found.token == self._last.token):
            return None
        return replace(found, found=True)

    def _put(self, database: Database, session: Session) -> bool:
        _wait_at_most(database, ROW)
        sealed = _sealed(self._vault, session, self._organisation_id, self._connection_id)
        values = {"sealed_session": sealed, "session_expires_on": session.expires_on}
        return database.execute(update(Connection).where(self._is_ours()).values(values)).rowcount == 1

    def _is_ours(self) -> ColumnElement[bool]:
        """A row that has been given another token, or none, is not this client's any more."""
        return and_(
            Connection.id == self._connection_id,
            Connection.token_fingerprint == self._token_fingerprint,
            Connection.sealed_token.is_not(None),
        )


def shared_session(source: SessionSource, engine: Engine, vault: Vault, connection: Connection) -> SharedSession | None:
    """None where the database is not one for many processes."""
    return SharedSession(source, engine, vault, connection) if engine.dialect.name == "postgresql" else None


def kept_session(vault: Vault, connection: Connection) -> Session | None:
    """The session on the row; None when there is none or it does not open: then one more is made."""
    return _opened(vault, connection.sealed_session, connection.organisation_id, connection.id)


def seal_session(vault: Vault, connection: Connection, session: Session) -> None:
    """Seals a session onto the row, which has its id."""
    connection.sealed_session = _sealed(vault, session, connection.organisation_id, connection.id)
    connection.session_expires_on = session.expires_on


def _opened(vault: Vault, sealed: bytes | None, organisation_id: str, connection_id: int) -> Session | None:
    if sealed is None:
        return None
    try:
        kept = json.loads(vault.open(sealed, organisation_id, connection_id, "session"))
    except NotReadable:
        return None
    return Session(kept["token"], date.fromisoformat(kept["expires_on"]))


def _sealed(vault: Vault, session: Session, organisation_id: str, connection_id: int) -> bytes:
    plain = json.dumps({"token": session.token, "expires_on": session.expires_on.isoformat()}).encode()
    return vault.seal(plain, organisation_id, connection_id, "session")


def _wait_at_most(database: Database, time: str) -> None:
    database.execute(select(func.set_config("lock_timeout", time, True)))
