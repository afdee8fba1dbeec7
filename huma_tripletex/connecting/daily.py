"""The daily look at a connection: does its token still work, did its owner lose a right, will its owner leave soon?

One that needs attention is looked at more often, and goes on by itself once its token is accepted again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.connecting.acts import go_on
from huma_tripletex.connecting.refusals import Refusal
from huma_tripletex.connecting.store import end_spare, keep_facts, keep_session_of
from huma_tripletex.connecting.token import TokenFacts, check_token, token_of
from huma_tripletex.core.normalise import normalise
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection, LogLine, PersonLink
from huma_tripletex.models.process_log import say_needs_attention, say_well_again
from huma_tripletex.runtime import Runtime

EVERY: Final = timedelta(days=1)
SOON: Final = timedelta(minutes=5)
"""How often a token that was not accepted is tried again: a refusal may have been Tripletex's own mistake."""
UNANSWERED: Final = timedelta(hours=1)
"""Until the next look where the last was not answered, or its worker died over it: it may have taken minutes."""
AT_ONCE: Final = 10
"""So many are looked at in one round, so that mail and whatever else there is to do has its turn."""
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
    """Something an administrator should know. `reason`: a key of `core.reasons`; `names`: rights; `day`: an ISO date,
    or when it was found of what has happened already.
    """

    reason: str
    day: str = ""
    names: tuple[str, ...] = ()


def due_checks(session: scoped_session[Session] | Session, now: datetime) -> list[int]:
    """Some of the open connections whose token was not looked at for a day, or of those in trouble for some minutes;
    those first that have waited longest.
    """
    longest = Connection.checked_at.asc().nulls_first(), Connection.id
    return list(session.scalars(select(Connection.id).where(_is_due(now)).order_by(*longest).limit(AT_ONCE)))


def claim_check(runtime: Runtime, connection_id: int) -> bool:
    """Whether the look is ours; it counts as one that was not answered until it was. Commits."""
    now = runtime.clock()
    claiming = update(Connection).where(Connection.id == connection_id, _is_due(now))
    claiming = claiming.values(check_not_before=now + UNANSWERED)
    result = runtime.session.execute(claiming.execution_options(synchronize_session=False))
    runtime.session.commit()
    return cast("CursorResult[Any]", result).rowcount == 1


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Where a change was forbidden, the token itself is in order: delivery finds out with the next change."""
    working = and_(Connection.state.in_(("connected", "paused")), _not_looked_at_since(now - EVERY))
    troubled = and_(
        Connection.state == "needs_attention", Connection.state_reason != "forbidden", _not_looked_at_since(now - SOON)
    )
    is_free = or_(Connection.check_not_before.is_(None), Connection.check_not_before <= now)
    return and_(or_(working, troubled), is_free)


def _not_looked_at_since(moment: datetime) -> ColumnElement[bool]:
    return or_(Connection.checked_at.is_(None), Connection.checked_at <= moment)


def check(runtime: Runtime, connection: Connection, stop: Callable[[], bool] = lambda: False) -> tuple[Concern, ...]:
    """Looks at the token and its owner; the caller commits and tells the administrators. Commits before it asks, so
    that nothing of the database is held open while Tripletex takes its time, and goes by the row as it is afterwards.

    A token that Tripletex no longer accepts puts the connection into `needs_attention`, and one that it accepts takes
    it out again. One that is paused stays so, whatever becomes of its token: only a person resumes it. If Tripletex
    cannot be asked, or `stop` says so meanwhile, nothing changes and the next look comes within hours.
    """
    now = runtime.clock()
    sealed = connection.sealed_token
    try:
        token = token_of(runtime, connection)
    except NotReadable:
        return _broken(runtime, connection, "key_missing")
    runtime.session.commit()
    try:
        facts, reason = check_token(runtime, token, stop), ""
    except Refusal as refusal:
        facts, reason = None, refusal.reason
    runtime.session.refresh(connection, with_for_update=True)
    if connection.sealed_token != sealed:
        return ()  # disconnected meanwhile, or given another token
    if facts is None:
        return _broken(runtime, connection, reason) if reason in BROKEN else ()
    lost = tuple(sorted(set(connection.rights) - set(facts.rights)))
    spare = None if stop() else keep_session_of(runtime, connection, facts)
    _accepted(runtime, connection, facts, now)
    warnings = (Concern("rights_lost", now.isoformat(), lost),) if lost else ()
    concerns = (*warnings, *_owner_leaves(runtime, connection, now.date()))
    runtime.session.commit()
    if spare:
        end_spare(runtime, token, spare)
    return concerns


def _accepted(runtime: Runtime, connection: Connection, facts: TokenFacts, now: datetime) -> None:
    if connection.has_broken_token:
        runtime.session.add(LogLine.act(connection.id, "recovered", now))
    if connection.has_broken_token and connection.state == "paused" and not connection.failures:
        say_well_again(runtime.session(), connection.id)  # of the others it is said as they go on
    keep_facts(connection, facts, now)
    go_on(runtime, connection)


def _broken(runtime: Runtime, connection: Connection, reason: str) -> tuple[Concern, ...]:
    now = runtime.clock()
    connection.checked_at, connection.check_not_before = now, None
    if connection.has_broken_token:
        return ()  # its administrators have been told
    runtime.session.add(LogLine.act(connection.id, "needs_attention", now, reason=reason))
    say_needs_attention(runtime.session(), connection.id, reason)
    if connection.state == "paused":
        connection.state_reason = reason
        return (Concern(reason, now.isoformat()),)
    connection.change_state("needs_attention", now, reason)
    if reason == "token_unauthorised":  # not accepted just now: drains probe it as if they had found it
        connection.snoozed_until = now
    return ()  # of a connection that needs attention they are told anyhow


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
