"""Whom somebody means by a part of a name. Names are sealed, so a search opens those of everybody it is about; but it
reads nothing else, and opens the rest only of whoever is shown.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning.alphabet import sort_key
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.runtime import Runtime


def called(runtime: Runtime, plan: SyncPlan, seals: Seals, name: str, *which: ColumnElement[bool]) -> list[int]:
    """The ids of the items of whom `which` holds and that have `name` in their name, in the order of their names."""
    wanted = sort_key(" ".join(name.split()))
    everybody = select(PlanItem.id, PlanItem.position, PlanItem.sealed).where(PlanItem.plan_id == plan.id, *which)
    found = runtime.session.execute(everybody.order_by(PlanItem.position))
    return [item_id for item_id, position, sealed in found if wanted in sort_key(seals.name(position, sealed))]
