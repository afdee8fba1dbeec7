"""What was asked for everybody and cannot be done for some: the result says so, rather than nobody hearing of them.

The pages show it before, and nobody can choose it there; a preference for everybody is given unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Text, and_, cast, insert, or_, select, update

from huma_tripletex.gateway.still_different import TOLD, depends
from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.planning.store import CHUNK
from huma_tripletex.planning.turn import conflicts_of, not_tried
from huma_tripletex.planning.writes import ACTIONS
from huma_tripletex.runtime import Runtime

Obstacles = Mapping[str, str]
"""Reasons, keys of `core.reasons`, by field."""


def note_impossible(runtime: Runtime, plan: SyncPlan, run: SyncRun, adding: Collection[str]) -> None:
    """Notes in `run`, which was just approved, whose differences no choice was possible for, and who of the kinds
    `adding` (only_in_huma, only_in_tripletex) cannot be added: they have failed. The caller commits.
    """
    obstacles = _undecided(runtime, plan)
    blocked = and_(PlanItem.kind.in_(adding), PlanItem.choice.is_(None), cast(PlanItem.blocked, Text) != "[]")
    undecided = select(Conflict.item_id).where(*conflicts_of(plan), Conflict.choice.is_(None))
    which = (PlanItem.plan_id == plan.id, not_tried(plan), or_(blocked, PlanItem.id.in_(undecided)))
    items = runtime.session.scalars(select(PlanItem).where(*which).order_by(PlanItem.position)).all()
    seals = seals_of(runtime, plan)
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        known = _known(runtime, run, [item.id for item in chunk])
        rows = []
        for item in chunk:
            here = obstacles.get(item.id) or {one["field"]: one["reason"] for one in item.blocked}
            if result := known.get(item.id):
                result.detail = {**(result.detail or {}), "impossible": dict(here)}
            else:
                rows.append(_failed(runtime, seals, run, item, here))
        if rows:
            runtime.session.execute(insert(SyncResult), rows)
    _tell_once(runtime, plan, [item.id for item in items if item.kind in adding])


def _undecided(runtime: Runtime, plan: SyncPlan) -> Mapping[int, Obstacles]:
    rows = select(Conflict.item_id, Conflict.field, Conflict.locked, Conflict.needs, Conflict.excludes)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for item_id, field, locked, needs, excludes in runtime.session.execute(
        rows.where(*conflicts_of(plan), Conflict.choice.is_(None)).order_by(Conflict.id)
    ):
        found[item_id][field] = locked or depends(needs, excludes) or "choice_not_possible"
    return found


def _tell_once(runtime: Runtime, plan: SyncPlan, item_ids: Sequence[int]) -> None:
    """What the run says of them is not said again among what is still different."""
    unsettled = update(Conflict).where(*conflicts_of(plan), Conflict.choice.is_(None)).values(chosen=TOLD)
    runtime.session.execute(unsettled.execution_options(synchronize_session=False))
    for start in range(0, len(item_ids), CHUNK):
        told = update(PlanItem).where(PlanItem.id.in_(item_ids[start : start + CHUNK])).values(choice=TOLD)
        runtime.session.execute(told.execution_options(synchronize_session="fetch"))


def _known(runtime: Runtime, run: SyncRun, item_ids: Collection[int]) -> Mapping[int | None, SyncResult]:
    """Those of whom something else is done."""
    found = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.item_id.in_(item_ids))
    return {result.item_id: result for result in runtime.session.scalars(found)}


def _failed(runtime: Runtime, seals: Seals, run: SyncRun, item: PlanItem, why: Obstacles) -> dict[str, Any]:
    """A result that needs no run. Nothing was written, so it has no fields."""
    context = (seals.organisation_id, run.connection_id, "result", run.id, item.position)
    content = msgspec.json.encode({"name": seals.open(item.position, item.sealed).name})
    return {
        "run_id": run.id,
        "item_id": item.id,
        "position": item.position,
        "person_id": item.person_id,
        "employee_id": item.employee_id,
        "action": ACTIONS.get(item.kind, "update"),
        "outcome": "failed",
        "huma_outcome": "failed" if item.kind == "only_in_tripletex" else "",
        "tripletex_outcome": "" if item.kind == "only_in_tripletex" else "failed",
        "huma_fields": [],
        "tripletex_fields": [],
        "reason": next(iter(why.values())),
        "detail": {"fields": [field for field in why if field]},
        "settled_at": run.approved_at,
        "sealed": runtime.vault.seal(content, *context),
    }
