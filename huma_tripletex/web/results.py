"""What came of a run, as a page: progress while it runs, then counts, those who need somebody, and everyone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute

from sqlalchemy import select

from huma_tripletex import reporting
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, OutboxEntry, SyncResult, SyncRun
from huma_tripletex.reporting.sentences import OUTCOMES
from huma_tripletex.runtime import Runtime

SIZE = 50
SO_FAR = 10


@dataclass(frozen=True)
class Line:
    """One person of a run, with what can be done about them."""

    row: reporting.Row = attribute(repr=False)
    huma_url: str | None
    can_retry: bool


@dataclass(frozen=True)
class Progress:
    """`left`: seconds, an estimate; 0 while there is none. `rows`: those who were done last.

    `hindrance`: why nothing goes to Tripletex just now, a key of `core.reasons`; empty while the sync goes on.
    `needs_you`: it does not pass by itself.
    """

    done: int
    total: int
    left: float
    hindrance: str
    needs_you: bool
    rows: tuple[reporting.Row, ...]

    @property
    def milestone(self) -> str:
        """Each quarter is worth being read out."""
        return str(4 * self.done // max(self.total, 1))


@dataclass(frozen=True)
class Figure:
    """A number with its words."""

    label: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Result:
    """The result of a run. `outcomes`: how many people of each, for the filter; `rows`: this page of them."""

    report: reporting.RunReport
    figures: tuple[Figure, ...]
    failed: tuple[Line, ...]
    can_retry: int
    outcomes: tuple[tuple[str, int], ...]
    outcome: str


def progress(runtime: Runtime, run: SyncRun, connection: Connection) -> Progress:
    """Counts people; never goes back, because a result is settled once."""
    counted = reporting.report(runtime, run, size=1)
    latest = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.outcome != "planned")
    latest = latest.order_by(SyncResult.settled_at.desc(), SyncResult.id.desc()).limit(SO_FAR)
    rows = reporting.rows(runtime, connection, runtime.session.scalars(latest).all())
    since = (runtime.clock() - run.started_at).total_seconds() if run.started_at else 0
    hindrance = _hindrance(runtime, connection)
    is_moving = bool(counted.done) and run.state == "running" and not hindrance
    left = since / counted.done * (counted.total - counted.done) if is_moving else 0
    needs_you = connection.state != "connected"
    return Progress(counted.done, counted.total, left, hindrance, needs_you, tuple(rows))


def _hindrance(runtime: Runtime, connection: Connection) -> str:
    if connection.state != "connected":
        return connection.state_reason or connection.state
    snoozes = connection.snoozed_until is not None and connection.snoozed_until > runtime.clock()
    return "unavailable" if snoozes and connection.failures else ""


def result(runtime: Runtime, run: SyncRun, outcome: str, page: int) -> Result:
    """The result with one page of everyone, filtered by `outcome`; those who need somebody are shown first of all."""
    outcome = outcome if outcome in OUTCOMES else ""
    found = reporting.report(runtime, run, outcome=outcome, page=page, size=SIZE)
    needing = reporting.report(runtime, run, needs_you=True, size=SIZE).rows if found.need_you else ()
    again = {person_id for _number, person_id in parked(runtime, run)}
    outcomes = ((one, found.outcomes[one]) for one in OUTCOMES if found.outcomes.get(one))
    return Result(
        report=found,
        figures=tuple(_figures(found)),
        failed=tuple(_line(runtime, row, again) for row in needing),
        can_retry=len(again),
        outcomes=(("", found.total), *outcomes),
        outcome=outcome,
    )


def parked(runtime: Runtime, run: SyncRun, person_id: str = "") -> list[tuple[int, str]]:
    """The run's entries that wait for somebody: their ids and whom they are about."""
    query = select(OutboxEntry.id, OutboxEntry.person_id).where(
        OutboxEntry.run_id == run.id, OutboxEntry.state == "parked"
    )
    query = query.where(OutboxEntry.person_id == person_id) if person_id else query
    return [(row.id, row.person_id) for row in runtime.session.execute(query)]


def _line(runtime: Runtime, row: reporting.Row, again: set[str]) -> Line:
    url = runtime.host.person_url(row.person_id) if row.person_id else None
    return Line(row, url, row.person_id in again)


def _figures(found: reporting.RunReport) -> Iterable[Figure]:
    yield _written(_("Changed in Huma"), found.huma)
    yield _written(_("Changed in Tripletex"), found.tripletex)
    added = found.huma.added + found.tripletex.added
    where = _("%(huma)s to Huma, %(tripletex)s to Tripletex", huma=found.huma.added, tripletex=found.tripletex.added)
    yield Figure(_("Added"), _people(added), where if added else "")
    yield Figure(_("Need you"), _people(found.need_you), "" if found.need_you else _("everything is done"))


def _written(label: str, side: reporting.Written) -> Figure:
    people = ngettext("in %(num)s person", "in %(num)s people", side.people) if side.people else ""
    return Figure(label, ngettext("%(num)s value", "%(num)s values", side.values), people)


def _people(count: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", count)
