"""What an undo has put back, noted in the transaction in which it is back: in Huma by the run, in Tripletex by the
delivery. As long as both systems hold what they hold then, no comparison takes a side by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from dataclasses import field as having
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, insert, tuple_
from sqlalchemy.orm import Session

from huma_tripletex.models import RememberedChoice

REMEMBERED = cast(Table, RememberedChoice.__table__)


@dataclass(frozen=True)
class PutBack:
    """A field of one person, with the hashes of what both systems hold since."""

    person_id: str
    employee_id: int | None
    field: str
    hash_huma: str = having(repr=False)
    hash_tripletex: str = having(repr=False)


def note_put_back(session: Session, connection_id: int, values: Collection[PutBack], now: datetime) -> None:
    """In two statements, none if there is nothing. What was put back of the same person and field before is forgotten,
    and of nothing else.
    """
    if not values:
        return
    same = tuple_(REMEMBERED.c.person_id, REMEMBERED.c.field).in_([(one.person_id, one.field) for one in values])
    of_undo = (REMEMBERED.c.connection_id == connection_id, REMEMBERED.c.choice == "undone")
    shared = {"connection_id": connection_id, "choice": "undone", "made_at": now}
    session.connection().execute(delete(REMEMBERED).where(*of_undo, same))
    session.connection().execute(insert(REMEMBERED), [{**shared, **asdict(one)} for one in values])
