"""The daily look at a connection: does its token still work, did its owner lose a right, will its owner leave soon?

One that needs attention is looked at more often, and goes on by itself once its token is accepted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.connecting.acts import begin_again
from huma_tripletex.connecting.refusals import Refusal
from huma_tripletex.connecting.store import keep_facts, keep_session_of
from huma_tripletex.connecting.token import check_token, token_of
from huma_tripletex.core.normalise import normalise
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection, LogLine, PersonLink
from huma_tripletex.runtime import Runtime

EVERY: Final = timedelta(days=1)
SOON: Final = timedelta(minutes=5)
"""How often a token that was not accepted is tried again: a refusal may have been Tripletex's own mistake."""
NOTICE: Final = timedelta(days=30)
"""How long before the owner's last workday administrators are warned: time enough to make another token."""
BROKEN: Final = frozenset(
    {
        "token_unauthorised",
        "token_unknown",
        "token_other_environment",
        "token_forbidden",
        "token_read_only",
        "token_rejected",
        "consumer_token_refused",
    }
)
"""Refusals that will not pass by themselves. The others say that Tripletex could not be asked."""


@dataclass(frozen=True)
class Concern:
    """Something an administrator should know. `reason`: a key of `core.reasons`; `day`: ISO date; `names`: rights."""

    reason: str
    day: str = ""
    names: tuple[str, ...] = ()


def due_checks(session: scoped_session[Session] | Session, now: datetime) -> list[int]:
    """Open connections whose token was not looked at for a day, and those in trouble after some minutes.

    Where a change was forbidden, the token itself is in order: delivery finds out with the next change.
    """
    working = and_(Connection.state.in_(("connected", "paused")), _not_looked_at_since(now - EVERY))
    troubled = and_(
        Connection.state == "needs_attention", Connection.state_reason != "forbidden", _not_looked_at_since(now - SOON)
    )
    return list(session.scalars(select(Connection.id).where(or_(working, troubled))))


def _not_looked_at_since(moment: datetime) -> ColumnElement[bool]:
    return or_(Connection.checked_at.is_(None), Connection.checked_at <= moment)


def check(runtime: Runtime, connection: Connection) -> tuple[Concern, ...]:
    """Looks at the token and its owner; the caller commits and tells the administrators.

    A token that Tripletex no longer accepts puts the connection into `needs_attention`, and one that it accepts takes
    it out again. If Tripletex cannot be asked, nothing changes and the next look comes soon.
    """
    now = runtime.clock()
    before = set(connection.rights)
    try:
        token = token_of(runtime, connection)
        facts = check_token(runtime, token)
    except NotReadable:
        return _broken(runtime, connection, "key_missing")
    except Refusal as refusal:
        return _broken(runtime, connection, refusal.reason) if refusal.reason in BROKEN else ()
    keep_facts(connection, facts, now)
    keep_session_of(runtime, connection, token, facts)
    if connection.state == "needs_attention":
        begin_again(runtime, connection)
        runtime.session.add(LogLine.act(connection.id, "recovered", now))
    lost = tuple(sorted(before - set(facts.rights)))
    warnings = (Concern("rights_lost", names=lost),) if lost else ()
    return (*warnings, *_owner_leaves(runtime, connection, now.date()))


def _broken(runtime: Runtime, connection: Connection, reason: str) -> tuple[Concern, ...]:
    now = runtime.clock()
    connection.checked_at = now
    if connection.state == "needs_attention":
        return ()  # its administrators have been told
    connection.change_state("needs_attention", now, reason)
    runtime.session.add(LogLine.act(connection.id, "needs_attention", now, reason=reason))
    return (Concern(reason),)


def _owner_leaves(runtime: Runtime, connection: Connection, today: date) -> tuple[Concern, ...]:
    """Only the HR system knows before it happens: the token dies with its owner's access."""
    owner = select(PersonLink.person_id).where(
        PersonLink.connection_id == connection.id, PersonLink.employee_id == connection.owner_employee_id
    )
    person_id = runtime.session.scalar(owner)
    if person_id is None:
        return ()
    person = runtime.host.load_people(connection.organisation_id, [person_id]).get(person_id)
    if person is None:
        return (Concern("owner_left"),)
    last = normalise("last_workday", person.values.get("last_workday"))
    if last and last <= (today + NOTICE).isoformat():
        return (Concern("owner_leaves", day=last),)
    return ()
