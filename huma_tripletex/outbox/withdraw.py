"""Takes back what need not be sent any more: of a run that somebody stopped, and of whom a run has linked meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, update
from sqlalchemy.orm import Session

from huma_tripletex.models.among import Among
from huma_tripletex.outbox.tables import ENTRIES, is_open, state_is


def withdraw_run(session: Session, run_id: int, now: datetime) -> list[str]:
    """Dismisses the run's entries that wait; returns whose. The caller commits.

    One whose answer was lost stays: whether it was carried out must still be found out.
    """
    unsent = (ENTRIES.c.run_id == run_id) & state_is("waiting") & ENTRIES.c.unsure.is_(False)
    taking_back = update(ENTRIES).where(unsent).values(state="dismissed", reason="cancelled", settled_at=now)
    return list(session.execute(taking_back.returning(ENTRIES.c.person_id)).scalars())


def supersede_additions(session: Session, connection_id: int, people: Sequence[str], now: datetime) -> None:
    """Ends the wish to add these people by themselves: they are linked, and it was decided what each side is to hold.

    Sent now, it would bring all of Huma's values over what was decided. The caller commits.
    """
    theirs = and_(ENTRIES.c.connection_id == connection_id, is_open(), Among(ENTRIES.c.person_id, "people"))
    wishes = and_(theirs, ENTRIES.c.kind == "added", state_is("waiting", "parked"))
    ending = update(ENTRIES).where(wishes).values(state="done", outcome="superseded", reason="superseded", detail=None)
    session.execute(ending.values(settled_at=now), {"people": list(people)})
