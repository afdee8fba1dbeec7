"""What a connection keeps of a checked token: sealed secrets, and facts about company, owner and rights."""

from __future__ import annotations

from datetime import datetime

from huma_tripletex.connecting.token import TokenFacts
from huma_tripletex.gateway.opening import client_for_token
from huma_tripletex.gateway.sessions import kept_session, seal_session
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex import Session


def keep_facts(connection: Connection, facts: TokenFacts, now: datetime) -> None:
    """Notes whose token it is and what it may do."""
    connection.company_id, connection.company_name = facts.company_id, facts.company_name
    connection.owner_employee_id, connection.owner_name = facts.owner_employee_id, facts.owner_name
    connection.rights = list(facts.rights)
    connection.countries = dict(facts.countries)
    known = {"departments": list(facts.departments), "divisions": list(facts.divisions)}
    connection.company_facts = {**(connection.company_facts or {}), **known}
    connection.checked_at, connection.check_not_before = now, None
    if connection.state == "paused":
        connection.state_reason = "paused"


def keep_token(runtime: Runtime, connection: Connection, token: str, facts: TokenFacts) -> None:
    """Seals token and session onto a row that has its id. Whether it sees account numbers is found out anew."""
    context = (connection.organisation_id, connection.id, "token")
    connection.sealed_token = runtime.vault.seal(token.encode(), *context)
    connection.token_fingerprint = runtime.vault.keyed_hash("token", token)
    connection.sealed_session = connection.session_expires_on = None
    seen = connection.company_facts or {}
    connection.company_facts = {name: fact for name, fact in seen.items() if name != "accounts_hidden"}
    keep_session_of(runtime, connection, facts)


def keep_session_of(runtime: Runtime, connection: Connection, facts: TokenFacts) -> Session | None:
    """Keeps the session that the check has made, so that the next call need not make one. Where workers have one
    already, it is answered: to be ended with `end_spare`, when nothing of the database is held.
    """
    kept = kept_session(runtime.vault, connection)
    if facts.session is None or (kept and not kept.is_over(runtime.clock())):
        return facts.session
    seal_session(runtime.vault, connection, facts.session)
    return None


def end_spare(runtime: Runtime, token: str, session: Session) -> None:
    """Ends a session that nobody needs, best effort."""
    with client_for_token(runtime, token) as client:
        client.end_quietly(session)


def forget_secrets(connection: Connection) -> None:
    """Purges the token and the session; the fingerprint stays, it says nothing."""
    connection.sealed_token = connection.sealed_session = connection.session_expires_on = None
