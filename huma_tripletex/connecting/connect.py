"""Joins an organisation to a Tripletex company, or revives an earlier joining. A token that fails leaves no trace."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from huma_tripletex.connecting.refusals import NeedsConfirmation, Refusal
from huma_tripletex.connecting.store import keep_facts, keep_token
from huma_tripletex.connecting.token import TokenFacts, check_token, cleaned
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine, PersonLink
from huma_tripletex.runtime import Runtime


def connect(
    runtime: Runtime,
    organisation_id: str,
    token: str,
    by: HostUser | None,
    *,
    confirm_other_company: bool = False,
) -> Connection:
    """Connects; the caller commits. The same company as before: its row is revived and its links resume.

    Raises:
        Refusal: the token cannot be used, or the organisation is connected already.
        NeedsConfirmation: the earlier connection was to another company, and nobody confirmed the change.
    """
    if _open_connection(runtime, organisation_id):
        raise Refusal("already_connected")
    facts = check_token(runtime, token)
    last = _last(runtime, organisation_id)
    if last and last.company_id != facts.company_id:
        _leave(runtime, last, facts, confirm_other_company)
        last = None
    connection = last or Connection(organisation_id=organisation_id)
    return _opened(runtime, connection, cleaned(token), facts, by)


def _open_connection(runtime: Runtime, organisation_id: str) -> Connection | None:
    found = select(Connection).where(Connection.organisation_id == organisation_id, Connection.state != "disconnected")
    return runtime.session.scalar(found)


def _last(runtime: Runtime, organisation_id: str) -> Connection | None:
    found = select(Connection).where(Connection.organisation_id == organisation_id)
    return runtime.session.scalars(found.order_by(Connection.id.desc()).limit(1)).first()


def _leave(runtime: Runtime, last: Connection, facts: TokenFacts, confirmed: bool) -> None:
    """Archives the links to another company: its employees are not these."""
    living = (PersonLink.connection_id == last.id, PersonLink.state != "archived")
    links = runtime.session.scalar(select(func.count()).select_from(PersonLink).where(*living)) or 0
    if links and not confirmed:
        raise NeedsConfirmation(last.company_name, facts.company_name, links)
    if links:
        archive = update(PersonLink).where(*living).values(state="archived")
        runtime.session.execute(archive.execution_options(synchronize_session="fetch"))


def _opened(runtime: Runtime, connection: Connection, token: str, facts: TokenFacts, by: HostUser | None) -> Connection:
    """If another administrator was faster, the constraint says so, and the session is rolled back."""
    now = runtime.clock()
    connection.change_state("connected", now)
    connection.connected_at, connection.disconnected_at = now, None
    connection.connected_by = by.id if by else ""
    connection.snoozed_until, connection.failures = None, 0
    keep_facts(connection, facts, now)
    runtime.session.add(connection)
    try:
        runtime.session.flush()
    except IntegrityError:
        runtime.session.rollback()
        raise Refusal("already_connected") from None
    keep_token(runtime, connection, token, facts)
    runtime.session.add(LogLine.act(connection.id, "connected", now, by, company=facts.company_name))
    return connection
