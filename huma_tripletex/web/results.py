"""What came of a run, as a page: progress while it runs, then counts, those who need somebody, and everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from sqlalchemy import func, select

from huma_tripletex.errors import NotReadable
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, OutboxEntry, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import opened
from huma_tripletex.web import words

SIZE = 50
SO_FAR = 10
BAD = ("failed", "different", "skipped", "waiting", "cancelled")
"""Outcomes after which somebody may have to do something."""


@dataclass(frozen=True)
class InSystem:
    """What was done in one system."""

    outcome: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One person of a run."""

    person_id: str | None
    employee_id: int | None
    name: str = attribute(repr=False)
    outcome: str
    huma: InSystem
    tripletex: InSystem
    sentence: str
    next_step: str
    request_id: str
    huma_url: str | None
    can_retry: bool


@dataclass(frozen=True)
class Progress:
    """`left`: seconds, an estimate; 0 while there is none. `rows`: those who were done last."""

    done: int
    total: int
    left: float
    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Figure:
    """A number with its words."""

    label: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Report:
    """The result of a run. `outcomes`: how many people of each, for the filter; `rows`: this page of them."""

    total: int
    good: int
    need_you: int
    took: float
    figures: tuple[Figure, ...]
    failed: tuple[Line, ...]
    can_retry: int
    outcomes: tuple[tuple[str, int], ...]
    outcome: str
    rows: tuple[Line, ...]
    page: int
    pages: int


def progress(runtime: Runtime, run: SyncRun, connection: Connection) -> Progress:
    """Counts people; never goes back, because a result is settled once."""
    counts = _counts(runtime, run)
    total, done = sum(counts.values()), sum(count for outcome, count in counts.items() if outcome != "planned")
    latest = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.outcome != "planned")
    rows = runtime.session.scalars(
        latest.order_by(SyncResult.settled_at.desc(), SyncResult.id.desc()).limit(SO_FAR)
    ).all()
    since = (runtime.clock() - run.started_at).total_seconds() if run.started_at else 0
    left = since / done * (total - done) if done and run.state == "running" else 0
    return Progress(done, total, left, tuple(_lines(runtime, run, connection, rows)))


def report(runtime: Runtime, run: SyncRun, connection: Connection, outcome: str, page: int) -> Report:
    """The result with one page of everyone, filtered by `outcome`."""
    counts = _counts(runtime, run)
    outcome = outcome if outcome in counts else ""
    found = counts[outcome] if outcome else sum(counts.values())
    pages = max(1, -(-found // SIZE))
    page = min(max(1, page), pages)
    bad = _rows(runtime, run, [one for one in BAD if one in counts], 1)
    rows = _rows(runtime, run, [outcome] if outcome else list(counts), page)
    lines = _lines(runtime, run, connection, [*bad, *rows])
    failed = lines[: len(bad)]
    total = sum(counts.values())
    needing = sum(counts.get(one, 0) for one in BAD)
    return Report(
        total=total,
        good=total - needing,
        need_you=needing,
        took=(run.ended_at - run.approved_at).total_seconds() if run.ended_at else 0,
        figures=_figures(runtime, run, needing),
        failed=tuple(failed),
        can_retry=sum(line.can_retry for line in failed),
        outcomes=(("", total), *((one, count) for one, count in counts.items())),
        outcome=outcome,
        rows=tuple(lines[len(bad) :]),
        page=page,
        pages=pages,
    )


def parked(runtime: Runtime, run: SyncRun, person_id: str = "") -> list[int]:
    """Ids of the run's entries that wait for somebody."""
    query = select(OutboxEntry.id).where(OutboxEntry.run_id == run.id, OutboxEntry.state == "parked")
    return list(runtime.session.scalars(query.where(OutboxEntry.person_id == person_id) if person_id else query))


def _counts(runtime: Runtime, run: SyncRun) -> dict[str, int]:
    counted = select(SyncResult.outcome, func.count()).where(SyncResult.run_id == run.id).group_by(SyncResult.outcome)
    found = {row.outcome: row[1] for row in runtime.session.execute(counted)}
    return {outcome: found[outcome] for outcome in words.OUTCOMES if outcome in found}


def _rows(runtime: Runtime, run: SyncRun, outcomes: Sequence[str], page: int) -> Sequence[SyncResult]:
    query = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.outcome.in_(outcomes))
    return runtime.session.scalars(query.order_by(SyncResult.position).offset((page - 1) * SIZE).limit(SIZE)).all()


def _lines(runtime: Runtime, run: SyncRun, connection: Connection, rows: Sequence[SyncResult]) -> list[Line]:
    people = [row.person_id for row in rows if row.person_id]
    entries = select(OutboxEntry.person_id).where(
        OutboxEntry.run_id == run.id, OutboxEntry.state == "parked", OutboxEntry.person_id.in_(people)
    )
    can_retry = set(runtime.session.scalars(entries))
    return [_line(runtime, connection, row, row.person_id in can_retry) for row in rows]


def _line(runtime: Runtime, connection: Connection, row: SyncResult, can_retry: bool) -> Line:
    try:
        name = opened(runtime, connection, row).name
    except NotReadable:
        name = ""
    name = name or _("Person %(id)s", id=row.person_id or row.employee_id)
    fields = (row.detail or {}).get("fields") or row.tripletex_fields or row.huma_fields
    return Line(
        person_id=row.person_id,
        employee_id=row.employee_id,
        name=name,
        outcome=row.outcome,
        huma=InSystem(row.huma_outcome, tuple(row.huma_fields)),
        tripletex=InSystem(row.tripletex_outcome, tuple(row.tripletex_fields)),
        sentence=words.sentence(row.reason, name=name, fields=fields) or str(words.OUTCOMES[row.outcome]),
        next_step=words.next_step(row.reason, name=name, fields=fields),
        request_id=row.request_id,
        huma_url=runtime.host.person_url(row.person_id) if row.person_id else None,
        can_retry=can_retry,
    )


def _figures(runtime: Runtime, run: SyncRun, need_you: int) -> tuple[Figure, ...]:
    query = select(
        SyncResult.action,
        SyncResult.huma_outcome,
        SyncResult.huma_fields,
        SyncResult.tripletex_outcome,
        SyncResult.tripletex_fields,
    ).where(SyncResult.run_id == run.id)
    rows = runtime.session.execute(query).all()
    huma = [len(row.huma_fields) for row in rows if row.huma_outcome == "written"]
    tripletex = [len(row.tripletex_fields) for row in rows if row.tripletex_outcome in ("written", "skipped", "failed")]
    added = sum("added" in (row.huma_outcome, row.tripletex_outcome) for row in rows)
    return (
        _changed(_("Changed in Huma"), huma),
        _changed(_("Changed in Tripletex"), [count for count in tripletex if count]),
        Figure(_("Added"), ngettext("%(num)s person", "%(num)s people", added)),
        Figure(_("Need you"), ngettext("%(num)s person", "%(num)s people", need_you)),
    )


def _changed(label: str, counts: Sequence[int]) -> Figure:
    values = ngettext("%(num)s value", "%(num)s values", sum(counts))
    return Figure(label, values, ngettext("in %(num)s person", "in %(num)s people", len(counts)) if counts else "")
