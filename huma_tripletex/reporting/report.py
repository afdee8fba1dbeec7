"""What became of a run: the one account that the page, the email, the CSV and the command line all give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, select

from huma_tripletex.core.reasons import STAYS
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.reporting.people import BY_ITSELF, NEED_YOU, Row, rows
from huma_tripletex.runtime import Runtime

GOOD = ("created", "updated", "nothing_to_do")
CHUNK = 500


@dataclass(frozen=True)
class Written:
    """What was written to one system: `values` in `people` who were there before, and `added` people."""

    values: int = 0
    people: int = 0
    added: int = 0


@dataclass(frozen=True)
class RunReport:
    """A run in numbers, and one page of its people. `took`: seconds from approval to the end, or until now. `need_you`:
    people whom somebody should look at. `left_alone`: how many for which reason.
    """

    outcomes: Mapping[str, int]
    need_you: int
    left_alone: Mapping[str, int]
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
    def good(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in GOOD)


def report(
    runtime: Runtime, run: SyncRun, *, outcome: str = "", needs_you: bool = False, page: int = 1, size: int = 100
) -> RunReport:
    """The report of a run, under way or ended. `outcome` and `needs_you` choose the rows shown; counts are of all."""
    counts = _counts(runtime, run)
    found = counts.need_you if needs_you else sum(n for name, n in counts.outcomes.items() if outcome in ("", name))
    pages = max(1, -(-found // size))
    page = min(max(page, 1), pages)
    which = _needing() if needs_you else SyncResult.outcome == outcome if outcome else None
    chosen = _results(run, which).offset((page - 1) * size).limit(size)
    connection = runtime.session.get_one(Connection, run.connection_id)
    ended = run.ended_at or runtime.clock()
    return RunReport(
        outcomes=counts.outcomes,
        need_you=counts.need_you,
        left_alone=counts.left_alone,
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


@dataclass(frozen=True)
class _Counts:
    outcomes: Mapping[str, int]
    need_you: int
    left_alone: Mapping[str, int]
    huma: Written
    tripletex: Written


def _counts(runtime: Runtime, run: SyncRun) -> _Counts:
    columns = (
        _needing(),
        SyncResult.outcome,
        SyncResult.reason,
        SyncResult.huma_outcome,
        SyncResult.huma_fields,
        SyncResult.tripletex_outcome,
        SyncResult.tripletex_fields,
    )
    outcomes: Counter[str] = Counter()
    left_alone: Counter[str] = Counter()
    sides: tuple[list[tuple[str, int]], list[tuple[str, int]]] = ([], [])
    need_you = 0
    for needed, outcome, reason, huma, huma_fields, tripletex, tripletex_fields in runtime.session.execute(
        select(*columns).where(SyncResult.run_id == run.id)
    ):
        outcomes[outcome] += 1
        left_alone[reason] += outcome == "skipped"
        need_you += bool(needed)
        sides[0].append((huma, len(huma_fields)))
        sides[1].append((tripletex, len(tripletex_fields)))
    return _Counts(dict(outcomes), need_you, dict(left_alone), _written(sides[0]), _written(sides[1]))


def _written(side: list[tuple[str, int]]) -> Written:
    values = [fields for outcome, fields in side if fields and outcome in ("written", "skipped", "failed", "different")]
    return Written(sum(values), len(values), sum(1 for outcome, _ in side if outcome == "added"))


def _needing() -> ColumnElement[bool]:
    """Whom somebody should look at."""
    return and_(SyncResult.outcome.in_(NEED_YOU), SyncResult.reason.not_in(BY_ITSELF))


def _results(run: SyncRun, which: ColumnElement[bool] | None = None) -> Select[SyncResult]:
    found = select(SyncResult).where(SyncResult.run_id == run.id).order_by(SyncResult.position)
    return found if which is None else found.where(which)
