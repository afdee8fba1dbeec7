"""Takes back what a run handed over and nobody has tried to send yet: somebody stopped the run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from huma_tripletex.outbox.tables import ENTRIES, state_is


def withdraw_run(session: Session, run_id: int, now: datetime) -> list[str]:
    """Dismisses the run's entries that wait; returns whose. The caller commits.

    One whose answer was lost stays: whether it was carried out must still be found out.
    """
    unsent = (ENTRIES.c.run_id == run_id) & state_is("waiting") & ENTRIES.c.unsure.is_(False)
    taking_back = update(ENTRIES).where(unsent).values(state="dismissed", reason="cancelled", settled_at=now)
    return list(session.execute(taking_back.returning(ENTRIES.c.person_id)).scalars())
