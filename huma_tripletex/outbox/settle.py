"""Ends attempts: writes what came of them and gives the leases back. Only what the token still holds is settled.

Called by `delivery` after the answers are in; the caller commits. Everybody here and in `outbox.sweep` takes the leases
first and the entries second, so that nobody waits for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    Text,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from huma_tripletex.models.among import Among
from huma_tripletex.models.base import BigId, Instant, Json
from huma_tripletex.models.outbox import EntryState
from huma_tripletex.outbox.rows import Columns, as_json, dialect_of, rowset
from huma_tripletex.outbox.tables import ENTRIES, LEASES, held_has, state_is
from huma_tripletex.outbox.writing import writing_connection

Outcome = Literal["delivered", "nothing_to_do", "superseded", "different", "later", "snoozed", "parked", "withdrawn"]
FINAL: dict[Outcome, EntryState] = {
    "delivered": "done",
    "nothing_to_do": "done",
    "superseded": "done",
    "different": "done",
    "parked": "parked",
    "withdrawn": "dismissed",
}
"""The state an outcome leads to; with `later` (counts as an attempt) and `snoozed` (does not) the entry waits again."""


COLUMNS: Columns = {
    "id": BigId,
    "state": Text(),
    "outcome": Text(),
    "reason": Text(),
    "detail": Json,
    "not_before": Instant(),
    "counts": Boolean(),
    "unsure": Boolean(),
    "request_id": Text(),
    "sent_at": Instant(),
}


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What came of some entries of one person. A person may have several settlements, each for other entries.

    `not_before`: when to try again, for `later` and `snoozed`. `unsure`: the answer was lost, so look before acting.
    """

    connection_id: int
    person_id: str
    entry_ids: tuple[int, ...]
    outcome: Outcome
    reason: str = ""
    detail: dict[str, Any] | None = None
    not_before: datetime | None = None
    unsure: bool = False
    request_id: str = ""
    sent_at: datetime | None = None


_HELD = (
    select(LEASES.c.person_id)
    .where(LEASES.c.token == bindparam("token"), Among(LEASES.c.person_id, "people"))
    .with_for_update()
)

_TOKEN: BindParameter[str] = bindparam("token")
_ENDING = (
    delete(LEASES)
    .where(LEASES.c.token == _TOKEN)
    .returning(LEASES.c.connection_id, LEASES.c.person_id, held_has(ENTRIES, "state = 'waiting'"))
)
_ENDING_OF = _ENDING.where(Among(LEASES.c.person_id, "people"))
_GIVING = (
    update(ENTRIES)
    .where(ENTRIES.c.lease == _TOKEN, state_is("in_flight"))
    .values(state="waiting", lease=None)
    .returning(ENTRIES.c.id)
)
_GIVING_OF = _GIVING.where(Among(ENTRIES.c.person_id, "people"))


class Settled(NamedTuple):
    """How many entries were settled, and whether any of their people was edited while they were held: whoever looked
    for that meanwhile found nobody.
    """

    entries: int = 0
    are_newer: bool = False


def settle(session: Session, token: str, settled: Sequence[Settlement], now: datetime) -> Settled:
    """Writes the outcomes of what `token` still holds and ends those leases.

    An entry of a settled person that no settlement names goes back to waiting. The number of statements is constant.
    """
    if not settled:
        return Settled()
    held = _end_leases(session, token, {s.person_id for s in settled})
    rows = [row for s in settled if (s.connection_id, s.person_id) in held for row in _rows(s)]
    if not rows:
        return Settled()
    dialect = dialect_of(session)
    given = {"rows": as_json(dialect, rows), "token": token, "now": now}
    done = len(writing_connection(session).execute(_settling(dialect), given).all())
    _give_back(session, token, {s.person_id for s in settled})
    return Settled(done, any(held.values()))


def hand_back(session: Session, token: str, person_ids: Sequence[str] | None = None) -> int:
    """Lets what is in flight under `token` wait again at once, of all people or some; returns how many entries."""
    people = None if person_ids is None else set(person_ids)
    _end_leases(session, token, people)
    return _give_back(session, token, people)


def extend(session: Session, token: str, until: datetime) -> int:
    """A sign of life: prolongs the leases of `token`; returns how many it still holds."""
    prolonging = update(LEASES).where(LEASES.c.token == token).values(until=until)
    return len(session.execute(prolonging.returning(LEASES.c.person_id)).all())


def held(session: Session, token: str, person_ids: Sequence[str]) -> set[str]:
    """Who of these people `token` still holds; they stay held until the transaction ends."""
    given = {"token": token, "people": list(person_ids)}
    return set(writing_connection(session).execute(_HELD, given).scalars().all())


def _end_leases(session: Session, token: str, people: set[str] | None) -> dict[tuple[int, str], bool]:
    """Who was held, and whether something newer of theirs waits."""
    given = {"token": token, "people": sorted(people or ())}
    rows = writing_connection(session).execute(_ENDING if people is None else _ENDING_OF, given).all()
    return {(connection_id, person_id): waits for connection_id, person_id, waits in rows}


def _give_back(session: Session, token: str, people: set[str] | None) -> int:
    given = {"token": token, "people": sorted(people or ())}
    return len(writing_connection(session).execute(_GIVING if people is None else _GIVING_OF, given).all())


def _rows(settlement: Settlement) -> list[dict[str, Any]]:
    shared = {
        "state": FINAL.get(settlement.outcome, "waiting"),
        "outcome": settlement.outcome,
        "reason": settlement.reason,
        "detail": settlement.detail,
        "not_before": settlement.not_before,
        "counts": settlement.outcome != "snoozed",
        "unsure": settlement.unsure,
        "request_id": settlement.request_id,
        "sent_at": settlement.sent_at,
    }
    return [{"id": entry_id, **shared} for entry_id in settlement.entry_ids]


@cache
def _settling(dialect: str) -> Update:
    rows = rowset(dialect, COLUMNS).c
    values = {
        "state": rows.state,
        "outcome": rows.outcome,
        "reason": rows.reason,
        "detail": rows.detail,
        "not_before": func.coalesce(rows.not_before, ENTRIES.c.not_before),
        "attempts": ENTRIES.c.attempts + case((rows.counts, 1), else_=0),
        "unsure": rows.unsure,
        "request_id": rows.request_id,
        "sent_at": func.coalesce(rows.sent_at, ENTRIES.c.sent_at),
        "settled_at": case((rows.state == "waiting", None), else_=bindparam("now", type_=Instant)),
        "lease": None,
    }
    # Not a plain comparison: SQLite would walk the index of leases and read all the rows for every entry of it.
    held = and_(func.coalesce(ENTRIES.c.lease, "") == bindparam("token"), state_is("in_flight"))
    return update(ENTRIES).where(ENTRIES.c.id == rows.id, held).values(values).returning(ENTRIES.c.id)
