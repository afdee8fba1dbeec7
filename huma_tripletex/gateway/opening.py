"""From a connection's row to a client: unseals the token and the kept session, and seals a session that was made anew.

The session is kept on the row so that every worker uses the same one. A client never touches the database: whoever owns
the database session calls `keep_session` afterwards.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import cast

from sqlalchemy import Engine

from huma_tripletex.errors import NotReadable
from huma_tripletex.gateway.guarded import GuardedTransport
from huma_tripletex.gateway.token_window import shared_window
from huma_tripletex.models import Connection, TokenBudget
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex.budget import Budget
from huma_tripletex.tripletex.calls import Call, OnCall
from huma_tripletex.tripletex.client import Tripletex
from huma_tripletex.tripletex.deadline import DeadlineTransport
from huma_tripletex.tripletex.session import EmployeeTokenSession, Session


class _Latest(threading.local):
    request_id = ""


class OpenClient(Tripletex):
    """A client that remembers the last session it made, until it was kept, and the last request of each thread."""

    def __init__(
        self, runtime: Runtime, token: str, session: Session | None = None, on_call: OnCall | None = None
    ) -> None:
        self.new_session: Session | None = None
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
        super().__init__(
            settings.api_url,
            source,
            session=session,
            on_session=self._remember,
            budget=self.budget,
            on_call=self._called,
            transport=self._transport,
            clock=runtime.clock,
        )

    def close(self) -> None:
        """Lets go of the connections; the session stays valid."""
        super().close()
        if self._own_transport:
            self._transport.close()

    def checked(self, check: Callable[[], None]) -> AbstractContextManager[None]:
        """Within, `check` is asked before each request of this thread leaves, and may raise."""
        return self._transport.checked(check)

    def request_id(self) -> str:
        """Tripletex's id of the last request that this thread made."""
        return self._latest.request_id

    def _called(self, call: Call) -> None:
        self._latest.request_id = call.request_id
        if self._told:
            self._told(call)

    def _remember(self, session: Session) -> None:
        self.new_session = session


def client_for_token(runtime: Runtime, employee_token: str, on_call: OnCall | None = None) -> OpenClient:
    """A client for a token that is not (yet) on a row."""
    return OpenClient(runtime, employee_token, None, on_call)


def open_client(runtime: Runtime, connection: Connection, on_call: OnCall | None = None) -> OpenClient:
    """A client for a connection, with its kept session if there is one that opens. The caller closes it.

    Raises:
        NotReadable: the token was sealed with a key that is not configured any more, or there is none.
    """
    if connection.sealed_token is None:
        raise NotReadable("this connection has no token")
    token = runtime.vault.open(connection.sealed_token, connection.organisation_id, connection.id, "token").decode()
    return OpenClient(runtime, token, kept_session(runtime, connection), on_call)


@contextmanager
def reading_client(runtime: Runtime, connection: Connection) -> Iterator[OpenClient]:
    """A client for as long as something is read. Commits before, so that nothing of the database is held open
    meanwhile, and after where a session was made: it is kept, also when the reading failed.

    Raises:
        NotReadable: see `open_client`.
    """
    client = open_client(runtime, connection)
    runtime.session.commit()
    try:
        yield client
    finally:
        client.close()
        if keep_session(runtime, connection, client):
            runtime.session.commit()


def kept_session(runtime: Runtime, connection: Connection) -> Session | None:
    """The session on the row; None when there is none or it does not open: then one more is made."""
    if connection.sealed_session is None:
        return None
    try:
        plain = runtime.vault.open(connection.sealed_session, connection.organisation_id, connection.id, "session")
    except NotReadable:
        return None
    kept = json.loads(plain)
    return Session(kept["token"], date.fromisoformat(kept["expires_on"]))


def keep_session(runtime: Runtime, connection: Connection, client: OpenClient) -> bool:
    """Seals a session that the client has made onto the row; False: there was none. The caller commits."""
    session, client.new_session = client.new_session, None
    if session is None:
        return False
    seal_session(runtime, connection, session)
    return True


def seal_session(runtime: Runtime, connection: Connection, session: Session) -> None:
    """Seals a session onto the row, which has its id."""
    plain = json.dumps({"token": session.token, "expires_on": session.expires_on.isoformat()}).encode()
    connection.sealed_session = runtime.vault.seal(plain, connection.organisation_id, connection.id, "session")
    connection.session_expires_on = session.expires_on
