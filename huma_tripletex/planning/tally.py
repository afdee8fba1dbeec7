"""How many differences of a plan there are of each sort: the one count that tabs, running sums and summary go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from huma_tripletex.models import Conflict, SyncPlan
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Sort:
    """Differences that are alike. `remembered`: left on purpose in an earlier sync, and nobody has chosen since."""

    field: str
    kind: str
    choice: str | None
    remembered: bool
    count: int


@dataclass(frozen=True)
class Tally:
    """All differences of a plan that are still to be run."""

    sorts: tuple[Sort, ...]

    def count(self, which: Callable[[Sort], bool]) -> int:
        return sum(one.count for one in self.sorts if which(one))

    @property
    def undecided(self) -> int:
        """Values that nobody has chosen about, so they stay and are asked again."""
        return self.count(lambda one: one.choice is None)


def tally(runtime: Runtime, plan: SyncPlan) -> Tally:
    """One query, whatever the size."""
    groups = (Conflict.field, Conflict.kind, Conflict.choice, Conflict.chosen == "remembered")
    rows = runtime.session.execute(select(*groups, func.count()).where(*conflicts_of(plan)).group_by(*groups))
    return Tally(tuple(Sort(field, kind, choice, bool(old), count) for field, kind, choice, old, count in rows))


def people_with(runtime: Runtime, *which: ColumnElement[bool]) -> int:
    """How many people these differences are of. One query; PostgreSQL is slow to count what is distinct."""
    each = select(Conflict.item_id).where(*which).distinct().subquery()
    return runtime.session.scalar(select(func.count()).select_from(each)) or 0
