"""What an administrator may do with a connection once it stands: pause, resume, give it a new token, disconnect.

Each changes the row, notes it in the log and leaves committing to the caller.
"""

from __future__ import annotations

import logging
from typing import Any

from huma_tripletex.connecting.leftovers import discard_plans
from huma_tripletex.connecting.refusals import Refusal
from huma_tripletex.connecting.store import forget_secrets, keep_facts, keep_token
from huma_tripletex.connecting.token import check_token, cleaned
from huma_tripletex.errors import NotReadable, TripletexError
from huma_tripletex.gateway.opening import open_client
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine
from huma_tripletex.models.process_log import say_well_again
from huma_tripletex.outbox.wait import dismiss_all, heard, wake
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)


def pause(runtime: Runtime, connection: Connection, by: HostUser | None) -> None:
    """Nothing is sent until it is resumed; changes are still captured, so nothing is lost.

    Raises:
        Refusal: it is not connected, so there is nothing to pause.
    """
    if connection.state != "connected":
        raise Refusal("not_connected")
    connection.change_state("paused", runtime.clock(), "paused")
    _note(runtime, connection, "paused", by)


def resume(runtime: Runtime, connection: Connection, by: HostUser | None) -> None:
    """What waited is sent. Raises Refusal if it is not paused."""
    if connection.state != "paused":
        raise Refusal("not_paused")
    begin_again(runtime, connection)
    _note(runtime, connection, "resumed", by)


def replace_token(runtime: Runtime, connection: Connection, token: str, by: HostUser | None) -> None:
    """A new token for the same Tripletex company; links, matches and what waits are kept.

    Raises:
        Refusal: the token cannot be used, belongs to another company, or the connection is disconnected.
    """
    if not connection.is_open:
        raise Refusal("not_connected")
    facts = check_token(runtime, token)
    if facts.company_id != connection.company_id:
        raise Refusal("token_other_company")
    _end_session(runtime, connection)
    runtime.session.flush()
    runtime.session.refresh(connection, with_for_update=True)  # a drain with the old token may have changed it
    if not connection.is_open:
        raise Refusal("not_connected")
    keep_facts(connection, facts, runtime.clock())
    keep_token(runtime, connection, cleaned(token), facts)
    go_on(runtime, connection)
    _note(runtime, connection, "token_replaced", by, owner=facts.owner_name)


def disconnect(runtime: Runtime, connection: Connection, by: HostUser | None) -> None:
    """Ends the session in Tripletex if that can be done, purges the token, drops what waits. Links are kept: connecting
    the same company again resumes with them.

    Raises:
        Refusal: it is disconnected already.
    """
    if not connection.is_open:
        raise Refusal("not_connected")
    _end_session(runtime, connection)
    now = runtime.clock()
    forget_secrets(connection)
    connection.change_state("disconnected", now, "disconnected")
    connection.disconnected_at = now
    connection.capturing_since = connection.activated_at = connection.snoozed_until = None
    connection.drift, connection.told = {}, {}
    dismissed = dismiss_all(runtime.session(), connection.id, now)
    discard_plans(runtime.session, connection.id)
    _note(runtime, connection, "disconnected", by, dismissed=dismissed)


def begin_again(runtime: Runtime, connection: Connection) -> None:
    """Connected, and what waits is due at once: it waited for this and not for its own next attempt."""
    now = runtime.clock()
    if connection.state == "needs_attention" or connection.failures:
        say_well_again(runtime.session(), connection.id)
    connection.change_state("connected", now)
    connection.snoozed_until, connection.failures = None, 0
    wake(runtime.session(), connection.id, now)


def go_on(runtime: Runtime, connection: Connection) -> None:
    """Its token is accepted, which ends every failure of before; but only a person resumes what a person has paused."""
    if connection.state == "needs_attention":
        begin_again(runtime, connection)
    else:
        heard(runtime.session(), connection.id, runtime.clock())


def _end_session(runtime: Runtime, connection: Connection) -> None:
    """Best effort: Tripletex may be away, the token revoked, the key lost. None of it may keep us connected."""
    if connection.sealed_token is None or connection.sealed_session is None:
        return
    try:
        with open_client(runtime, connection) as client:
            client.close_session()
    except (TripletexError, NotReadable) as error:
        log.info("connection %s: the session was not ended in Tripletex (%s)", connection.id, type(error).__name__)


def _note(runtime: Runtime, connection: Connection, what: str, by: HostUser | None, **detail: Any) -> None:
    runtime.session.add(LogLine.act(connection.id, what, runtime.clock(), by, **detail))
