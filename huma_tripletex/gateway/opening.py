"""From a connection's row to a client: unseals the token, and begins with the session on the row.

Sessions that a client makes reach the row by themselves where processes share it; what did not reach it is put there by
whoever owns the database session, with `keep_session`. One that nobody kept is ended with its client.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from sqlalchemy import Engine, update

from huma_tripletex.errors import NotReadable, TripletexError, Unauthorised
from huma_tripletex.gateway.guarded import GuardedTransport
from huma_tripletex.gateway.sessions import kept_session, seal_session, shared_session
from huma_tripletex.gateway.token_window import shared_window
from huma_tripletex.models import Connection, TokenBudget
from huma_tripletex.models.process_log import say_needs_attention
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex.budget import Budget
from huma_tripletex.tripletex.calls import Call, OnCall
from huma_tripletex.tripletex.client import Tripletex
from huma_tripletex.tripletex.deadline import DeadlineTransport
from huma_tripletex.tripletex.session import EmployeeTokenSession, Session

log = logging.getLogger(__name__)


class _Latest(threading.local):
    request_id = ""


class OpenClient(Tripletex):
    """A client that remembers a session it made until somebody keeps it, and the last request of each thread.

    With a `connection`, it begins with the session on its row and shares new ones with other processes.
    """

    def __init__(
        self,
        runtime: Runtime,
        token: str,
        connection: Connection | None = None,
        on_call: OnCall | None = None,
        patience: float | None = None,
    ) -> None:
        self._unkept: Session | None = None
        self._latest = _Latest()
        self._told = on_call
        settings = runtime.settings
        self._own_transport = runtime.transport is None
        self._transport = GuardedTransport(runtime.transport or DeadlineTransport(settings.api_url))
        source = EmployeeTokenSession(
            settings.api_url, settings.consumer_token, token, transport=self._transport, on_call=on_call
        )
        engine = cast(Engine, runtime.session.get_bind(TokenBudget))
        shared = shared_window(engine, runtime.vault.keyed_hash("token", token))
        self.budget = Budget.for_token(source.fingerprint, shared)
        self._sessions = shared_session(source, engine, runtime.vault, connection) if connection else None
        self.began_with = kept_session(runtime.vault, connection) if connection else None
        super().__init__(
            settings.api_url,
            self._sessions or source,
            session=self.began_with,
            on_session=self._remember,
            budget=self.budget,
            patience=patience,
            on_call=self._called,
            transport=self._transport,
            clock=runtime.clock,
        )

    def close(self) -> None:
        """Lets go of the connections. The session stays valid, unless nobody has kept it: then it is ended."""
        if unkept := self.taken_session():
            self.end_quietly(unkept)
        super().close()
        if self._own_transport:
            self._transport.close()

    def checked(self, check: Callable[[], None]) -> AbstractContextManager[None]:
        """Within, `check` is asked before each request of this thread leaves, and may raise."""
        return self._transport.checked(check)

    def request_id(self) -> str:
        """Tripletex's id of the last request that this thread made."""
        return self._latest.request_id

    def end_quietly(self, session: Session) -> None:
        """Ends a session of the same token, best effort: one that is not ended dies by its date."""
        try:
            self.end_session(session)
        except TripletexError as error:
            log.info("a session was not ended in Tripletex (%s)", type(error).__name__)

    @property
    def unkept_session(self) -> Session | None:
        """The last session that it made, if nobody has kept it."""
        return self._unkept

    def taken_session(self) -> Session | None:
        """The same, and now somebody does."""
        session, self._unkept = self._unkept, None
        return session

    def _called(self, call: Call) -> None:
        self._latest.request_id = call.request_id
        if self._told:
            self._told(call)

    def _remember(self, session: Session) -> None:
        self._unkept = self._sessions.unkept if self._sessions else session


def client_for_token(runtime: Runtime, employee_token: str, on_call: OnCall | None = None) -> OpenClient:
    """A client for a token that is not (yet) on a row."""
    return OpenClient(runtime, employee_token, None, on_call)


def open_client(
    runtime: Runtime, connection: Connection, on_call: OnCall | None = None, patience: float | None = None
) -> OpenClient:
    """A client for a connection, with its kept session if there is one that opens. The caller closes it. `patience`:
    see `Tripletex`.

    Raises:
        NotReadable: the token was sealed with a key that is not configured any more, or there is none.
    """
    if connection.sealed_token is None:
        raise NotReadable("this connection has no token")
    token = runtime.vault.open(connection.sealed_token, connection.organisation_id, connection.id, "token").decode()
    return OpenClient(runtime, token, connection, on_call, patience)


@contextmanager
def reading_client(runtime: Runtime, connection: Connection) -> Iterator[OpenClient]:
    """A client for as long as something is read. Commits before, so that nothing of the database is held open
    meanwhile, and after where a session was made: it is kept, also when the reading failed. A token that is no longer
    accepted is noted too.

    Raises:
        NotReadable: see `open_client`.
    """
    client, connection_id, sealed = open_client(runtime, connection), connection.id, connection.sealed_token
    runtime.session.commit()
    try:
        yield client
    except Unauthorised as refusal:
        runtime.session.rollback()
        _note_refusal(runtime, connection_id, sealed, refusal.request_id)
        raise
    finally:
        if keep_session(runtime, connection, client):
            runtime.session.commit()
        client.close()


def _note_refusal(runtime: Runtime, connection_id: int, sealed_token: bytes | None, request_id: str) -> None:
    """The connection needs attention, unless somebody has paused it or replaced the token meanwhile. Commits."""
    is_as_it_was = (Connection.state == "connected", Connection.sealed_token == sealed_token)
    now = runtime.clock()
    values = {"state": "needs_attention", "state_reason": "unauthorised", "state_since": now, "snoozed_until": now}
    noting = update(Connection).where(Connection.id == connection_id, *is_as_it_was).values(**values)
    if runtime.session.execute(noting.returning(Connection.id)).all():
        say_needs_attention(runtime.session(), connection_id, "unauthorised", request_id)
    runtime.session.commit()


def keep_session(runtime: Runtime, connection: Connection, client: OpenClient) -> bool:
    """Seals a session that the client has made onto the row; False: there was none, or another process was faster, or
    the connection was disconnected meanwhile, and the client's will end with it. The caller commits.
    """
    session = client.unkept_session
    if session is None or connection.sealed_token is None:
        return False
    kept, first = kept_session(runtime.vault, connection), client.began_with
    if kept and not kept.is_over(runtime.clock()) and (first is None or kept.token != first.token):
        return False
    client.began_with = client.taken_session()
    seal_session(runtime.vault, connection, session)
    return True
