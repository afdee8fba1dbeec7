"""Shows one masked value to whoever asks for it. That somebody looked is noted, with their name; the value is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Conflict, LogLine, PlanItem, SyncPlan
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import sides

SYSTEMS = ("huma", "tripletex")


@dataclass(frozen=True)
class Asked:
    """Which value: of which difference, in which system. `hide`: to be masked again."""

    conflict_id: int
    system: str
    hide: bool = False

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Asked | None:
        for name in ("show", "hide"):
            number, _, system = form.get(name, "").partition("-")
            if number.isdigit() and system in SYSTEMS:
                return cls(int(number), system, name == "hide")
        return None


def look(runtime: Runtime, plan: SyncPlan, asked: Asked, by: HostUser) -> tuple[sides.Row, sides.Side] | None:
    """The difference with its one value shown; None if it is not of this plan. The caller commits."""
    found = runtime.session.execute(
        select(Conflict, PlanItem)
        .join(PlanItem, PlanItem.id == Conflict.item_id)
        .where(Conflict.plan_id == plan.id, Conflict.id == asked.conflict_id)
    ).one_or_none()
    if found is None:
        return None
    conflict, item = found
    content = seals_of(runtime, plan).open(item.position, item.sealed)
    values = {"huma": content.huma.get(conflict.field), "tripletex": content.tripletex.get(conflict.field)}
    if not asked.hide:
        what = {"field": conflict.field, "system": asked.system}
        runtime.session.add(LogLine.act(plan.connection_id, "revealed", runtime.clock(), by, item.person_id, **what))
    row = sides.row(conflict, content.name, values, "" if asked.hide else asked.system)
    return row, row.huma if asked.system == "huma" else row.tripletex
