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
        """Whom of the batch one of them may be, also somebody who takes no part: a key of `core.reasons` by result."""
        found: dict[int, str] = {}
        people = {one.result.id: one.compared.person for one in batch if one.result.action == "add_to_tripletex"}
        if self.in_tripletex and (adding := [person for person in people.values() if person]):
            alone = match(adding, self.in_tripletex).only_in_huma
            found |= {number: IN_TRIPLETEX for number, one in people.items() if one and one.id not in alone}
        employees = {one.result.id: one.employee for one in batch if one.result.action == "add_to_huma"}
        if self.in_huma and (coming := [employee for employee in employees.values() if employee]):
            alone_there = match(self.in_huma, coming).only_in_tripletex
            found |= {number: IN_HUMA for number, one in employees.items() if one and one.id not in alone_there}
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
    """Who was not compared, whether they take part or not."""
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
