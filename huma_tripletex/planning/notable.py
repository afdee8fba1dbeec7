"""What stands on top of the summary, because it deserves a second look: values that will be nowhere, and last workdays,
which end an employment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as having
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select

from huma_tripletex.core.employments import LAST
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.planning.tally import Sort, Tally
from huma_tripletex.planning.totals import EFFECTS
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime

NAMED: Final = 20
"""So many are called by their names; of more, only the number is told."""
CLEARING = [pair for pair, (_, effect) in EFFECTS.items() if effect == "cleared"]


@dataclass(frozen=True)
class Notable:
    """One value of somebody that will be written in `system`. `after` None: it is cleared. `end_reason`: what Tripletex
    is told of a last workday.
    """

    name: str = having(repr=False)
    field: str
    system: str
    before: str | None = having(repr=False)
    after: str | None = having(repr=False)
    end_reason: str = having(default="", repr=False)


@dataclass(frozen=True)
class Notables:
    """The first of them, and how many there are."""

    first: tuple[Notable, ...]
    count: int


def cleared(runtime: Runtime, plan: SyncPlan, seals: Seals, counted: Tally) -> Notables:
    """Values that will be in neither system."""
    return _notables(runtime, plan, seals, _one_of(CLEARING), counted.count(_clears))


def ending(runtime: Runtime, plan: SyncPlan, seals: Seals, counted: Tally) -> Notables:
    """Last workdays that are written where there was none, or another."""
    which = and_(Conflict.field == LAST, _one_of(pair for pair in EFFECTS if pair not in CLEARING))
    return _notables(runtime, plan, seals, which, counted.count(_ends))


def _notables(runtime: Runtime, plan: SyncPlan, seals: Seals, which: ColumnElement[bool], count: int) -> Notables:
    """Where there are none, nobody is asked who they are."""
    return Notables(tuple(_first(runtime, plan, seals, which)) if count else (), count)


def _one_of(pairs: Iterable[tuple[str | None, str]]) -> ColumnElement[bool]:
    return or_(*(and_(Conflict.choice == choice, Conflict.kind == kind) for choice, kind in pairs))


def _clears(one: Sort) -> bool:
    return (one.choice, one.kind) in CLEARING


def _ends(one: Sort) -> bool:
    return one.field == LAST and (one.choice, one.kind) in EFFECTS and not _clears(one)


def _first(runtime: Runtime, plan: SyncPlan, seals: Seals, which: ColumnElement[bool]) -> Iterable[Notable]:
    columns = (PlanItem.position, PlanItem.sealed, Conflict.field, Conflict.choice, Conflict.kind)
    rows = select(*columns).join(Conflict, Conflict.item_id == PlanItem.id).where(*conflicts_of(plan), which)
    found = runtime.session.execute(rows.order_by(PlanItem.position, Conflict.id).limit(NAMED))
    return (_notable(seals, row) for row in found)


def _notable(seals: Seals, row: Any) -> Notable:
    content, system = seals.open(row.position, row.sealed), EFFECTS[row.choice, row.kind][0]
    huma, tripletex = content.huma.get(row.field), content.tripletex.get(row.field)
    before, after = (huma, tripletex) if system == "huma" else (tripletex, huma)
    told = content.end_reason if system == "tripletex" and after else ""
    return Notable(content.name, row.field, system, before, after, told)
