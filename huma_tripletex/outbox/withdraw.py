"""Takes back what need not be sent any more: of a run that somebody stopped or undid, and of whom a plan has decided
about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, update
from sqlalchemy.orm import Session

from huma_tripletex.models.among import Among
from huma_tripletex.models.outbox import WITHDRAWN, OutboxEntry
from huma_tripletex.outbox.tables import ENTRIES, is_open, state_is
from huma_tripletex.outbox.writing import AS_WRITTEN

SUPERSEDED: Final = {"state": "done", "outcome": "superseded", "reason": "superseded"}


def withdraw_run(session: Session, run_id: int, now: datetime) -> Sequence[OutboxEntry]:
    """Dismisses the run's entries that wait, and returns them. The caller commits.

    One whose answer was lost stays: whether it was carried out must still be found out, and no more.
    """
    _only_look(session, run_id, None, "cancelled")
    taking_back = (
        update(OutboxEntry)
        .where(OutboxEntry.run_id == run_id, _waits())
        .values(state="dismissed", reason="cancelled", settled_at=now)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(taking_back.returning(OutboxEntry)).all()


def of_undone(run_id: int, people: Collection[str] | None = None) -> ColumnElement[bool]:
    """What of a run Tripletex has not taken, of everybody or of these people: sent after the run is undone, it would do
    again what was to be taken back. One whose answer was lost stays, as above.
    """
    return and_(_of_run(run_id, people), _is_unsent())


def withdraw_undone(session: Session, run_id: int, people: Collection[str] | None, now: datetime) -> bool:
    """Dismisses it; False: something of the run may still reach Tripletex. The caller commits."""
    _only_look(session, run_id, people, "undone")
    ending = update(ENTRIES).where(of_undone(run_id, people))
    session.execute(ending.values(state="dismissed", reason="undone", settled_at=now))
    left = select(ENTRIES.c.id).where(ENTRIES.c.run_id == run_id, is_open()).limit(1)
    return session.scalar(left, bind_arguments=AS_WRITTEN) is None


def narrow_undone(session: Session, run_id: int, fields: Mapping[str, Collection[str]]) -> None:
    """Takes fields by person out of what of the run is parked or waits: tried again, or corrected, it would bring along
    what was put back. The caller commits.
    """
    unsent = select(OutboxEntry).where(of_undone(run_id), OutboxEntry.kind == "change")
    for entry in session.scalars(unsent.execution_options(populate_existing=True)):
        entry.fields = [key for key in entry.fields if key not in fields.get(entry.person_id, ())] or entry.fields


def not_ended(session: Session, connection_id: int) -> list[int]:
    """Ids of what has not ended, and is committed: whoever reads Huma's values after this has read what it is about."""
    theirs = select(ENTRIES.c.id).where(ENTRIES.c.connection_id == connection_id, is_open())
    return list(session.scalars(theirs.order_by(ENTRIES.c.id), bind_arguments=AS_WRITTEN))


def end_wishes(session: Session, ids: Sequence[int], people: Select[Any], now: datetime) -> None:
    """Ends those of these entries that were to add these people, by themselves or by an earlier run: since then it was
    decided who they are, and what each side is to hold. The caller commits.
    """
    theirs = and_(Among(ENTRIES.c.id, "ids"), is_open(), ENTRIES.c.person_id.in_(people))
    ending = update(ENTRIES).where(theirs, or_(_is_wish(), _is_unmade()))
    session.execute(ending.values(**SUPERSEDED, settled_at=now), {"ids": list(ids)})


def lock_open(session: Session, ids: Sequence[int], people: Select[Any]) -> list[OutboxEntry]:
    """Those of these entries, of these people, that have not ended. They stay as they are until the transaction ends: a
    worker that claims or settles one just now is waited for, and the next waits.
    """
    theirs = select(OutboxEntry).where(Among(OutboxEntry.id, "ids"), OutboxEntry.person_id.in_(people), is_open())
    locked = theirs.order_by(OutboxEntry.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked, {"ids": list(ids)}))


def is_waiting_edit(entry: OutboxEntry, seen_since: datetime) -> bool:
    """Whether it is an edit that waits or is parked, also of an earlier run, and says which fields. What is in flight
    cannot be taken back, nor what a run may have carried out and nobody has seen: `seen_since` Tripletex was read.
    """
    if entry.state == "in_flight" or entry.kind != "change" or not entry.fields:
        return False
    return entry.run_id is None or not entry.unsure or (entry.sent_at is not None and entry.sent_at <= seen_since)


def end_edits(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Ends these entries: something else has taken their place. The caller commits."""
    ending = update(ENTRIES).where(Among(ENTRIES.c.id, "ids"))
    session.execute(ending.values(**SUPERSEDED, settled_at=now), {"ids": list(ids)})


def wait_again(session: Session, ids: Sequence[int], people: Select[Any], since: datetime, now: datetime) -> None:
    """Those of these entries that were ended after `since`, because something else was to take their place and did not,
    wait again. The caller commits.
    """
    ended = and_(state_is("done"), ENTRIES.c.outcome == "superseded", ENTRIES.c.settled_at >= since)
    back = update(ENTRIES).where(Among(ENTRIES.c.id, "ids"), ENTRIES.c.person_id.in_(people), ended)
    values = {"state": "waiting", "outcome": "", "reason": "", "settled_at": None, "not_before": now}
    session.execute(back.where(ENTRIES.c.run_id.is_(None)).values(**values), {"ids": list(ids)})


def send_what_was_edited(session: Session, connection_id: int, people: Sequence[str], now: datetime) -> None:
    """Lets go what was edited since of people who have just been linked: it waited to hear who they are. The caller
    commits.
    """
    theirs = and_(ENTRIES.c.connection_id == connection_id, is_open(), Among(ENTRIES.c.person_id, "people"))
    going = update(ENTRIES).where(theirs, _is_wish()).values(state="waiting", kind="change", not_before=now)
    session.execute(going.values(reason="", detail=None, settled_at=None), {"people": list(people)})


def _only_look(session: Session, run_id: int, people: Collection[str] | None, why: str) -> None:
    """What of a run may have been carried out is not sent again: delivery looks, and ends it."""
    unsure = and_(state_is("waiting"), ENTRIES.c.unsure.is_(True), ENTRIES.c.reason.not_in(WITHDRAWN))
    session.execute(update(ENTRIES).where(_of_run(run_id, people), unsure).values(reason=why))


def _of_run(run_id: int, people: Collection[str] | None) -> ColumnElement[bool]:
    return and_(ENTRIES.c.run_id == run_id, true() if people is None else ENTRIES.c.person_id.in_(people))


def _is_unmade() -> ColumnElement[bool]:
    """What a run was to make and surely has not."""
    return and_(ENTRIES.c.kind == "create", _is_unsent())


def _is_unsent() -> ColumnElement[bool]:
    return or_(state_is("parked"), _waits())


def _waits() -> ColumnElement[bool]:
    """And has surely not been carried out."""
    return and_(state_is("waiting"), ENTRIES.c.unsure.is_(False))


def _is_wish() -> ColumnElement[bool]:
    return or_(_is_asked(), and_(ENTRIES.c.kind == "added", state_is("waiting", "parked")))


def _is_asked() -> ColumnElement[bool]:
    return and_(state_is("parked"), ENTRIES.c.reason == "resembles_somebody")
