"""What waits, is in flight or is parked: to be shown, and to be put back or set aside by a human.

Called by pages and commands; the caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, select, true, update
from sqlalchemy.orm import Session

from huma_tripletex.models.outbox import WITHDRAWN, EntryState, OutboxEntry
from huma_tripletex.models.process_log import say_well_again
from huma_tripletex.outbox.tables import CONNECTIONS, ENTRIES, anew, state_is, takes_part

OPEN: tuple[EntryState, ...] = ("waiting", "in_flight", "parked")


def retry(
    session: Session,
    connection_id: int,
    now: datetime,
    *,
    entry_ids: Sequence[int] | None = None,
    person_id: str | None = None,
) -> int:
    """Puts parked entries back, and lets those go at once that wait for their next attempt; returns how many.

    All of the connection's whose people take part, or only those named. The time for retries begins anew; when it was
    captured, how it had failed and what Tripletex took all the same stays known. For what was parked the settings hold
    as they are now.
    """
    which = and_(_chosen(connection_id, entry_ids, person_id), state_is("parked", "waiting"))
    taken_back = and_(state_is("waiting"), ENTRIES.c.unsure, ENTRIES.c.reason.in_(WITHDRAWN))
    reason = case((taken_back, ENTRIES.c.reason), else_="")
    again = {"state": "waiting", "not_before": now, "reason": reason, "request_id": "", "settled_at": None}
    by_hand = case((state_is("parked"), true()), else_=ENTRIES.c.by_hand)
    fresh = update(ENTRIES).where(which, _needs_it(now)).values(**again, **anew(now), by_hand=by_hand)
    return len(session.execute(fresh.returning(ENTRIES.c.id)).all())


def dismiss(
    session: Session,
    connection_id: int,
    now: datetime,
    *,
    entry_ids: Sequence[int] | None = None,
    person_id: str | None = None,
) -> int:
    """Sets parked entries aside for good; returns how many. What differs is found by the next comparison."""
    which = and_(_chosen(connection_id, entry_ids, person_id), state_is("parked"))
    dismissing = update(ENTRIES).where(which).values(state="dismissed", settled_at=now)
    return len(session.execute(dismissing.returning(ENTRIES.c.id)).all())


def dismiss_all(session: Session, connection_id: int, now: datetime) -> int:
    """Dismisses what waits or is parked, of a connection that was disconnected; returns how many. Connecting again
    compares anew, so nothing stays unseen. What is in flight then is handed back by its worker, who asks once more.
    """
    left = and_(ENTRIES.c.connection_id == connection_id, state_is("waiting", "parked"))
    ended = {"state": "dismissed", "outcome": "dismissed", "reason": "disconnected", "settled_at": now}
    dismissing = update(ENTRIES).where(left).values(**ended)
    return len(session.execute(dismissing.returning(ENTRIES.c.id)).all())


def wake(session: Session, connection_id: int, now: datetime) -> int:
    """Makes everything due that waits for its next attempt, in the order of capture: the connection is well again.
    Returns how many entries.
    """
    asleep = and_(ENTRIES.c.connection_id == connection_id, state_is("waiting"), ENTRIES.c.not_before > now)
    captured = case((ENTRIES.c.captured_at < now, ENTRIES.c.captured_at), else_=now)  # clocks differ
    waking = update(ENTRIES).where(asleep).values(not_before=captured)
    return len(session.execute(waking.returning(ENTRIES.c.id)).all())


def heard(session: Session, connection_id: int, now: datetime) -> bool:
    """Tripletex has given a good answer that no drain has heard: where it had not before, everything that waits is due,
    and nothing is put off any longer. Of a connection that is well nothing is written. True: it had not been well.
    """
    failing = and_(CONNECTIONS.c.id == connection_id, CONNECTIONS.c.failures > 0)
    # One that needs attention and is not snoozed is not asked by drains, and one whose snooze is over is
    until = case((CONNECTIONS.c.snoozed_until > now, now), else_=CONNECTIONS.c.snoozed_until)
    ending = update(CONNECTIONS).where(failing).values(failures=0, snoozed_until=until).returning(CONNECTIONS.c.id)
    if not session.execute(ending).all():
        return False
    say_well_again(session, connection_id)
    wake(session, connection_id, now)
    return True


def open_entries(
    session: Session,
    connection_id: int,
    *,
    states: Sequence[EntryState] = OPEN,
    person_id: str | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[OutboxEntry]:
    """Entries that are not ended, oldest first; `after` an entry's id, for the next page. Of whoever is left out of
    every sync only if it is asked for them.
    """
    query = select(OutboxEntry).where(
        OutboxEntry.connection_id == connection_id, OutboxEntry.state.in_(states), OutboxEntry.id > after
    )
    query = query.where(takes_part() if person_id is None else OutboxEntry.person_id == person_id)
    return list(session.execute(query.order_by(OutboxEntry.id).limit(limit)).scalars())


def _chosen(connection_id: int, entry_ids: Sequence[int] | None, person_id: str | None) -> ColumnElement[bool]:
    chosen: ColumnElement[bool] = ENTRIES.c.connection_id == connection_id
    if entry_ids is not None:
        chosen = and_(chosen, ENTRIES.c.id.in_(entry_ids))
    if person_id is not None:
        chosen = and_(chosen, ENTRIES.c.person_id == person_id)
    if entry_ids is None and person_id is None:
        chosen = and_(chosen, takes_part())
    return chosen


def _needs_it(now: datetime) -> ColumnElement[bool]:
    return state_is("parked") | (ENTRIES.c.not_before > now)
