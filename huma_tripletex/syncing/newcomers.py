"""Who has come since the comparison, in either system, and looks like somebody whom the run is to add there: added by
hand meanwhile, they would be there twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import exists, select

from huma_tripletex.core.matching import match
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.models import Connection, PersonLink, PlanItem, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import Step

IN_TRIPLETEX: Final = "came_to_tripletex"
IN_HUMA: Final = "came_to_huma"


@dataclass(frozen=True)
class Newcomers:
    """Who is in a system now and was not when the plan was drawn."""

    in_tripletex: Sequence[TripletexEmployee] = field(default=(), repr=False)
    in_huma: Sequence[HostPerson] = field(default=(), repr=False)

    def doubles(self, batch: Sequence[Step]) -> dict[int, str]:
        """Whom of the batch one of them may be: a key of `core.reasons` by result."""
        found: dict[int, str] = {}
        if self.in_tripletex:
            people = [one.compared.person for one in _adding(batch, "add_to_tripletex") if one.compared.person]
            told = match(people, self.in_tripletex)
            alike = {pair.person_id for pair in told.pairs}.union(*(one.person_ids for one in told.uncertain))
            found |= {one.result.id: IN_TRIPLETEX for one in batch if one.result.person_id in alike}
        if self.in_huma:
            employees = [one.employee for one in _adding(batch, "add_to_huma") if one.employee]
            told = match(self.in_huma, employees)
            numbers = {pair.employee_id for pair in told.pairs}.union(*(one.employee_ids for one in told.uncertain))
            found |= {one.result.id: IN_HUMA for one in batch if one.result.employee_id in numbers}
        return found


def adds(runtime: Runtime, run: SyncRun, action: str) -> bool:
    """Whether the run has still somebody to add there."""
    waiting = exists().where(
        SyncResult.run_id == run.id,
        SyncResult.action == action,
        SyncResult.outcome == "planned",
        SyncResult.tripletex_outcome == "",
    )
    return bool(runtime.session.scalar(select(waiting)))


def came_to_huma(runtime: Runtime, run: SyncRun, connection: Connection) -> Sequence[HostPerson]:
    """Who takes part now and was not compared."""
    if not adds(runtime, run, "add_to_huma"):
        return ()
    compared = select(PlanItem.person_id).where(PlanItem.plan_id == run.plan_id, PlanItem.person_id.is_not(None))
    linked = select(PersonLink.person_id).where(PersonLink.connection_id == connection.id)
    known = {*runtime.session.scalars(compared), *runtime.session.scalars(linked)}
    return [one for one in runtime.host.list_people(connection.organisation_id) if one.id not in known]


def known_in_tripletex(runtime: Runtime, run: SyncRun, connection: Connection) -> set[int] | None:
    """Who was compared, or is linked; None: nobody is to be added there, so nobody need ask."""
    if not adds(runtime, run, "add_to_tripletex"):
        return None
    compared = select(PlanItem.employee_id, PlanItem.candidates).where(PlanItem.plan_id == run.plan_id)
    linked = select(PersonLink.employee_id).where(PersonLink.connection_id == connection.id)
    known = set(runtime.session.scalars(linked))
    for employee_id, candidates in runtime.session.execute(compared):
        known.update((employee_id, *candidates))
    return {number for number in known if number is not None}


def _adding(batch: Sequence[Step], action: str) -> list[Step]:
    return [step for step in batch if step.result.action == action]
