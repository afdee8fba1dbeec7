"""The drift watch on the connection's page: what differs in Tripletex, since when, and a look at it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import task_queue
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.planning import beginning
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, rendering


@dataclass(frozen=True)
class Drift:
    """What the last comparison without writing found: `fields` of `people` differ. `at` None: none since the last
    sync. `looking`: one is under way.
    """

    fields: int
    people: int
    at: datetime | None
    looking: bool


def drift_of(runtime: Runtime, connection: Connection) -> Drift:
    """How far Tripletex has drifted; what was found before the last sync ended says nothing any more."""
    found, since = connection.drift, connection.last_synced_at
    at = datetime.fromisoformat(found["at"]) if found.get("at") else None
    if at is None or (since and at <= since):
        return Drift(0, 0, None, _is_looking(runtime, connection))
    return Drift(found["fields"], found["people"], at, _is_looking(runtime, connection))


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
