"""How a connection stands, in words: healthy or not, what to press next, and its last syncs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from huma_tripletex import reporting
from huma_tripletex.core.reasons import STAYS
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning.beginning import current_plan
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import undo_marks
from huma_tripletex.web.drift import drift_of
from huma_tripletex.web.rendering import to
from huma_tripletex.web.undo_marks import Mark

GOOD = ("created", "updated", "nothing_to_do", "planned")
LAST = 5


@dataclass(frozen=True)
class Health:
    """`tone` is a class of the stylesheet; `words` go with it, `state` begins the sentence about the company."""

    tone: str
    state: str
    words: str


@dataclass(frozen=True)
class Next:
    """The one obvious button. Without `url` it begins a comparison; `again`: that is offered in the menu too; `kind`:
    a class of the stylesheet, for what is in trouble has a more obvious one below.
    """

    words: str
    url: str = ""
    again: bool = False
    kind: str = "is-primary"


@dataclass(frozen=True)
class RunLine:
    """One sync in the list of the last ones. `total`: of an undo, whoever has something that can be put back;
    `stopped`: how many were not begun; `different`: about how many people the systems still differed after it.
    """

    id: int
    approved_at: datetime
    by: str
    ended: bool
    good: int
    total: int
    undone: Mark
    stopped: int
    different: int


def context(runtime: Runtime, connection: Connection, parked: int, held_up: bool) -> dict[str, Any]:
    runs = last_runs(runtime, connection)
    return {
        "connection": connection,
        "health": health_of(connection, parked, held_up),
        "next": next_step(connection, current_plan(runtime, connection), runs),
        "runs": runs,
        "drift": drift_of(runtime, connection),
    }


def health(runtime: Runtime, connection: Connection) -> Health:
    now = reporting.status(runtime, connection)
    return health_of(connection, now.figures.parked_people, now.active and not now.flowing)


def health_of(connection: Connection, parked: int, held_up: bool) -> Health:
    """`parked`: how many people need attention; `held_up`: nothing is sent at the moment, although it should be."""
    if connection.state == "needs_attention":
        return Health("tx-bad", _("Not working"), _("Needs you"))
    if connection.state == "paused":
        return Health("tx-warn", _("Paused"), _("Paused"))
    people = ngettext("%(num)s person needs attention", "%(num)s people need attention", parked)
    if not connection.activated_at:
        return Health("tx-warn", _("Connected, not active yet"), _("Not active yet"))
    working = _("Nothing is sent at the moment") if held_up else _("Working")
    tone = "tx-warn" if parked or held_up else "tx-good"
    return Health(tone, _("Connected and active"), people if parked else working)


def next_step(connection: Connection, plan: SyncPlan | None, runs: list[RunLine]) -> Next:
    if runs and not runs[0].ended:
        kind = "is-primary" if connection.state == "connected" else ""
        said = _("See the undo") if runs[0].undone.earlier else _("See the sync")
        return Next(said, to("run", run_id=runs[0].id), kind=kind)
    if connection.state != "connected":
        return Next("")
    if plan is not None and plan.purpose == "sync":
        return Next(_("Continue where you were"), to("plan", plan_id=plan.id), again=True)
    return Next(_("Sync users") if runs else _("Synchronize users"))


def last_runs(runtime: Runtime, connection: Connection, most: int = LAST) -> list[RunLine]:
    """The latest syncs with their counts, what they left different, and what undid them."""
    query = select(SyncRun).where(SyncRun.connection_id == connection.id).order_by(SyncRun.id.desc()).limit(most)
    runs = runtime.session.scalars(query).all()
    counted = (
        select(
            SyncResult.run_id,
            func.count() - func.sum(case((_stays(), 1), else_=0)),
            func.sum(case((SyncResult.outcome.in_(GOOD), 1), else_=0)),
            func.sum(case((SyncResult.outcome == "cancelled", 1), else_=0)),
        )
        .where(SyncResult.run_id.in_([run.id for run in runs]))
        .group_by(SyncResult.run_id)
    )
    marks, different = undo_marks.of_all(runtime, runs), reporting.people_left_of(runtime, runs)
    counts = {run_id: numbers for run_id, *numbers in runtime.session.execute(counted)}
    return [
        RunLine(
            run.id,
            run.approved_at,
            run.pressed_by_name,
            run.state == "ended",
            good,
            total,
            marks[run.id],
            stopped,
            different.get(run.id, 0),
        )
        for run in runs
        for total, good, stopped in [counts.get(run.id, (0, 0, 0))]
    ]


def _stays() -> ColumnElement[bool]:
    return and_(SyncResult.outcome == "skipped", SyncResult.reason.in_(STAYS))
