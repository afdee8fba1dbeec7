"""The drift watch on the connection's page: what differs in Tripletex, since when, and a look at it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import task_queue
from huma_tripletex.models import Connection, SyncPlan, SyncRun
from huma_tripletex.planning import beginning
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, rendering


@dataclass(frozen=True)
class Drift:
    """What the last comparison found: `fields` of `people` differ, as step 2 shows them, `on_the_way` and `left` not
    counted; `alone` people are not simply in both systems. `at` None: none since the last sync, whose number is
    `last_run`. `looking`: one is under way.
    """

    looking: bool
    at: datetime | None = None
    fields: int = 0
    people: int = 0
    on_the_way: int = 0
    left: int = 0
    alone: int = 0
    last_run: int | None = None


def drift_of(runtime: Runtime, connection: Connection) -> Drift:
    """How far Tripletex has drifted; what was found before the last sync ended says nothing any more."""
    found, since = connection.drift, connection.last_synced_at
    looking, at = _is_looking(runtime, connection), datetime.fromisoformat(found["at"]) if found.get("at") else None
    if at is None or (since and at <= since):
        return Drift(looking, last_run=_last_run(runtime, connection))
    counts = {name: found.get(name, 0) for name in ("fields", "people", "on_the_way", "left", "alone")}
    return Drift(looking, at, **counts)


def _last_run(runtime: Runtime, connection: Connection) -> int | None:
    """The sync whose page tells what it left different."""
    runs = select(SyncRun.id).where(
        SyncRun.connection_id == connection.id, SyncRun.state == "ended", SyncRun.undoes.is_(None)
    )
    return runtime.session.scalar(runs.order_by(SyncRun.id.desc()).limit(1))


def look() -> BaseResponse:
    """Compares both systems in the background and writes nothing; one look at a time."""
    runtime, connection = current_runtime(), access.open_connection()
    if not _is_looking(runtime, connection):
        plan = beginning.begin(runtime, connection, access.user(), "drift")
        runtime.session.commit()
        runtime.queue.enqueue(task_queue.PLAN, plan.id)
    return rendering.go("tripletex", notice="looking")


def seen() -> BaseResponse:
    """The part of the page that asks for itself while a look is under way."""
    runtime, connection = current_runtime(), access.open_connection()
    if not rendering.wants_partial():
        return rendering.go("tripletex")
    return rendering.partial("_drift.html", drift=drift_of(runtime, connection))


def _is_looking(runtime: Runtime, connection: Connection) -> bool:
    open_look = select(SyncPlan.id).where(
        SyncPlan.connection_id == connection.id, SyncPlan.purpose == "drift", SyncPlan.state == "drafting"
    )
    return runtime.session.scalar(open_look.limit(1)) is not None
