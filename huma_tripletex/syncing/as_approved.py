"""Before a run writes anything: is what lies here what was approved? Otherwise nothing of it is carried out."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update

from huma_tripletex.errors import NotReadable
from huma_tripletex.gateway.frozen import Frozen
from huma_tripletex.models import Connection, SyncPlan, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import opened

AT_ONCE: Final = 500


def is_as_approved(runtime: Runtime, run: SyncRun, connection: Connection) -> bool:
    """Whether the run's results have the digest that its plan was approved with. To be asked before it begins: what
    comes of people changes their results. A run that takes another back has no plan of its own.
    """
    if run.undoes is not None:
        return True
    frozen, after = Frozen(), -1
    while rows := _next(runtime, run, after):
        after = rows[-1].position
        for row in rows:
            try:
                was = opened(runtime, connection, row)
            except NotReadable:
                return False
            who = (row.position, row.action, row.person_id, row.employee_id)
            frozen.add(*who, was.huma, was.tripletex, was.end_reasons)
    plan = runtime.session.get_one(SyncPlan, run.plan_id)
    return frozen.digest(runtime.vault, plan.id, run.options) == plan.digest


def refuse(runtime: Runtime, run: SyncRun) -> None:
    """Everybody fails, and nothing is written. The caller commits."""
    everybody = update(SyncResult).where(SyncResult.run_id == run.id, SyncResult.outcome == "planned")
    nothing: dict[str, list[str]] = {"huma_fields": [], "tripletex_fields": []}
    told = {"outcome": "failed", "reason": "not_as_approved", "settled_at": runtime.clock()}
    runtime.session.execute(everybody.values(**told, **nothing).execution_options(synchronize_session=False))


def _next(runtime: Runtime, run: SyncRun, after: int) -> list[SyncResult]:
    """Those of whom something is to be done; what was known to be impossible has failed already."""
    here = select(SyncResult).where(
        SyncResult.run_id == run.id, SyncResult.position > after, SyncResult.outcome == "planned"
    )
    return list(runtime.session.scalars(here.order_by(SyncResult.position).limit(AT_ONCE)))
