"""What became of a run: the one account that the page, the email, the CSV and the command line all give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select

from huma_tripletex.core.reasons import STAYS
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.reporting.counting import Counts, Written, count, needing
from huma_tripletex.reporting.people import Row, rows
from huma_tripletex.runtime import Runtime

GOOD = ("created", "updated", "nothing_to_do")
CHUNK = 500


@dataclass(frozen=True)
class RunReport:
    """A run in numbers, and one page of its people. `took`: seconds from approval to the end, or until now. `need_you`:
    people whom somebody should look at. `left_alone`: how many for which reason; `partly`: how many of whom something
    was written and the rest left alone, by the reason for the rest.
    """

    outcomes: Mapping[str, int]
    need_you: int
    left_alone: Mapping[str, int]
    partly: Mapping[str, int]
    huma: Written
    tripletex: Written
    took: float
    rows: tuple[Row, ...]
    page: int
    pages: int

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def done(self) -> int:
        """People with a result; never goes back."""
        return self.total - self.outcomes.get("planned", 0)

    @property
    def stays(self) -> int:
        """People of an undo about whom there was nothing to put back."""
        return sum(self.left_alone.get(reason, 0) for reason in STAYS)

    @property
    def in_part(self) -> int:
        return sum(self.partly.values())

    @property
    def is_stopped(self) -> bool:
        """Whether somebody was not done, or not wholly, because it was stopped."""
        in_part = self.partly.get("stopped_in_part", 0) + self.left_alone.get("stopped_in_part", 0)
        return bool(self.outcomes.get("cancelled", 0) + in_part)

    @property
    def good(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in GOOD)


def report(
    runtime: Runtime,
    run: SyncRun,
    *,
    outcome: str = "",
    needs_you: bool = False,
    page: int = 1,
    size: int = 100,
    counts: Counts | None = None,
) -> RunReport:
    """The report of a run, under way or ended. `outcome` and `needs_you` choose the rows shown; counts are of all;
    `counts`: what was counted already.
    """
    counts = counts or count(runtime, run)
    found = counts.need_you if needs_you else sum(n for name, n in counts.outcomes.items() if outcome in ("", name))
    pages = max(1, -(-found // size))
    page = min(max(page, 1), pages)
    which = needing() if needs_you else SyncResult.outcome == outcome if outcome else None
    chosen = _results(run, which).offset((page - 1) * size).limit(size)
    connection = runtime.session.get_one(Connection, run.connection_id)
    ended = run.ended_at or runtime.clock()
    return RunReport(
        outcomes=counts.outcomes,
        need_you=counts.need_you,
        left_alone=counts.left_alone,
        partly=counts.partly,
        huma=counts.huma,
        tripletex=counts.tripletex,
        took=max(0.0, (ended - run.approved_at).total_seconds()),
        rows=tuple(rows(runtime, connection, runtime.session.scalars(chosen).all())),
        page=page,
        pages=pages,
    )


def every_row(runtime: Runtime, run: SyncRun) -> Iterator[Row]:
    """Everybody of a run in the order of the names, read in pieces."""
    connection, after = runtime.session.get_one(Connection, run.connection_id), -1
    while True:
        chosen = _results(run).where(SyncResult.position > after).limit(CHUNK)
        results = runtime.session.scalars(chosen).all()
        if not results:
            return
        yield from rows(runtime, connection, results)
        after = results[-1].position


def _results(run: SyncRun, which: ColumnElement[bool] | None = None) -> Select[SyncResult]:
    found = select(SyncResult).where(SyncResult.run_id == run.id).order_by(SyncResult.position)
    return found if which is None else found.where(which)
