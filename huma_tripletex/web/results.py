"""What came of a run, as a page: progress while it runs, then counts, those who need somebody, and everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from huma_tripletex import reporting
from huma_tripletex.core.reasons import STAYS
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, OutboxEntry, SyncPlan, SyncResult, SyncRun
from huma_tripletex.reporting import taken_back
from huma_tripletex.reporting.sentences import OUTCOMES
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import still_different
from huma_tripletex.web.still_different import Different

SIZE = 50
SO_FAR = 10
STANDS = 4.0
"""After so many seconds without anybody done an estimate would only grow."""
NEEDED = "needs_you"
"""Beside the outcomes, a filter of its own."""


@dataclass(frozen=True)
class View:
    """Which people of a run are shown: the filter, its page, and the page of what still differs (0: none asked for)."""

    outcome: str = ""
    page: int = 1
    left: int = 0

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> View:
        return cls(args.get("outcome", ""), args.get("page", 1, type=int), args.get("left", 0, type=int))


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
    """The result of a run. `outcomes`: their names and how many people of each, for the filter. `rest`: of a try, the
    plan whose other people wait. `left`: by position the fields that still differ of people on this page.
    """

    report: reporting.RunReport
    headline: str
    not_done: tuple[str, ...]
    figures: tuple[Figure, ...]
    failed: tuple[Line, ...]
    can_retry: int
    outcomes: tuple[tuple[str, str, int], ...]
    outcome: str
    different: Different
    rest: int | None
    left: Mapping[int, tuple[str, ...]]


def progress(runtime: Runtime, run: SyncRun, connection: Connection) -> Progress:
    """Counts people, of an undo those with something to put back; never goes back, because a result is settled once."""
    counted = reporting.report(runtime, run, size=1)
    stays = counted.stays if run.undoes else 0
    done, total = counted.done - stays - counted.outcomes.get("cancelled", 0), counted.total - stays
    latest = select(SyncResult).where(
        SyncResult.run_id == run.id, SyncResult.outcome != "planned", SyncResult.reason.not_in(STAYS)
    )
    latest = latest.order_by(SyncResult.settled_at.desc(), SyncResult.id.desc()).limit(SO_FAR)
    rows = reporting.rows(runtime, connection, runtime.session.scalars(latest).all())
    since = (runtime.clock() - run.started_at).total_seconds() if run.started_at else 0
    hindrance = _hindrance(runtime, connection)
    stands = bool(rows) and _stands(runtime, runtime.session.scalar(latest.with_only_columns(SyncResult.settled_at)))
    is_moving = bool(done) and run.state == "running" and not hindrance and not stands
    left = since / done * (total - done) if is_moving else 0
    needs_you = connection.state != "connected"
    return Progress(done, total, left, hindrance, needs_you, tuple(rows))


def _stands(runtime: Runtime, latest: datetime | None) -> bool:
    """Whether nobody was done for a while: Tripletex takes so many calls in ten seconds, and then lets us wait."""
    return latest is not None and (runtime.clock() - latest).total_seconds() > STANDS


def _hindrance(runtime: Runtime, connection: Connection) -> str:
    if connection.state != "connected":
        return connection.state_reason or connection.state
    snoozes = connection.snoozed_until is not None and connection.snoozed_until > runtime.clock()
    return "unavailable" if snoozes and connection.failures else ""


def result(runtime: Runtime, run: SyncRun, view: View) -> Result:
    """The result with one page of everyone and of what still differs; those who need somebody are shown first."""
    needs_you, outcome = view.outcome == NEEDED, view.outcome if view.outcome in OUTCOMES else ""
    shown: dict[str, Any] = {"size": SIZE, "counts": reporting.count(runtime, run)}
    found = reporting.report(runtime, run, outcome=outcome, needs_you=needs_you, page=view.page, **shown)
    needing = reporting.report(runtime, run, needs_you=True, **shown).rows if found.need_you else ()
    different = still_different.look(runtime, run, view.left)
    again = {person_id for _number, person_id in parked(runtime, run)}
    return Result(
        report=found,
        headline=taken_back.headline(found) if run.undoes else reporting.headline(found, different.counts),
        not_done=taken_back.not_done(found) if run.undoes else reporting.not_done(found),
        figures=tuple(_figures_of_undo(found) if run.undoes else _figures(found, different.counts)),
        failed=tuple(_line(runtime, row, again) for row in needing),
        can_retry=len(again),
        outcomes=tuple(_outcomes(found)),
        outcome=NEEDED if needs_you else outcome,
        different=different,
        rest=_rest(runtime, run),
        left=reporting.left_fields(runtime, run, [row.position for row in found.rows]),
    )


def _outcomes(found: reporting.RunReport) -> Iterator[tuple[str, str, int]]:
    yield "", _("All"), found.total
    if found.need_you:
        yield NEEDED, _("Need you"), found.need_you
    for one, name in OUTCOMES.items():
        label = _("Left alone, some in part") if one == "skipped" and found.in_part else str(name).capitalize()
        if found.outcomes.get(one):
            yield one, label, found.outcomes[one]


def _rest(runtime: Runtime, run: SyncRun) -> int | None:
    plan = runtime.session.get_one(SyncPlan, run.plan_id)
    is_waiting = run.undoes is None and plan.state == "ready" and plan.expires_at > runtime.clock()
    return plan.id if is_waiting and reporting.is_try(runtime, run) else None


def parked(runtime: Runtime, run: SyncRun, person_id: str = "") -> list[tuple[int, str]]:
    """The run's entries that wait for somebody: their ids and whom they are about."""
    query = select(OutboxEntry.id, OutboxEntry.person_id).where(
        OutboxEntry.run_id == run.id, OutboxEntry.state == "parked"
    )
    query = query.where(OutboxEntry.person_id == person_id) if person_id else query
    return [(row.id, row.person_id) for row in runtime.session.execute(query)]


def _line(runtime: Runtime, row: reporting.Row, again: set[str]) -> Line:
    return Line(row, runtime.host.person_url(row.person_id) if row.person_id else None, row.person_id in again)


def _figures(found: reporting.RunReport, left: reporting.Left) -> Iterable[Figure]:
    yield _written(_("Changed in Huma"), found.huma)
    yield _written(_("Changed in Tripletex"), found.tripletex)
    added = found.huma.added + found.tripletex.added
    where = _("%(huma)s to Huma, %(tripletex)s to Tripletex", huma=found.huma.added, tripletex=found.tripletex.added)
    yield Figure(_("Added"), _people(added), where if added else "")
    if left.people:
        yield Figure(_("Still different"), _people(left.people), _values(left.values) if left.values else "")
    yield Figure(_("Need you"), _people(found.need_you), _beside(found))


def _figures_of_undo(found: reporting.RunReport) -> Iterable[Figure]:
    yield _written(_("Put back in Huma"), found.huma)
    yield _written(_("Put back in Tripletex"), found.tripletex)
    in_part = ngettext("%(num)s more in part", "%(num)s more in part", found.in_part) if found.in_part else ""
    yield Figure(_("Left alone"), _people(found.outcomes.get("skipped", 0) - found.in_part), in_part)
    yield Figure(_("Need you"), _people(found.need_you), _not_done(found))


def _beside(found: reporting.RunReport) -> str:
    """What is not done, beside those who need somebody."""
    return _not_done(found) or ("" if found.need_you or found.is_stopped else _("everything approved is done"))


def _not_done(found: reporting.RunReport) -> str:
    waiting, stopped = found.outcomes.get("waiting", 0), found.outcomes.get("cancelled", 0)
    said = [
        ngettext("%(num)s is on its way", "%(num)s are on their way", waiting) if waiting else "",
        ngettext("%(num)s was not begun", "%(num)s were not begun", stopped) if stopped else "",
    ]
    return ", ".join(filter(None, said))


def _written(label: str, side: reporting.Written) -> Figure:
    people = ngettext("in %(num)s person", "in %(num)s people", side.people) if side.people else ""
    return Figure(label, _values(side.values), people)


def _values(count: int) -> str:
    return ngettext("%(num)s value", "%(num)s values", count)


def _people(count: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", count)
