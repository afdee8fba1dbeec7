"""Who is said to be whom: a person joined to an employee becomes a pair like any other, whose differences are asked
before the summary. Taking that back takes them away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from sqlalchemy import delete, select, update

from huma_tripletex.core.employments import FIRST, about, ending, shown
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.models import Conflict, Connection, ConnectionOptions, PersonLink, PlanItem, SyncPlan
from huma_tripletex.planning.company import Company, double_numbers_of, numbers_of
from huma_tripletex.planning.memory import Memory, load
from huma_tripletex.planning.pairing import pair
from huma_tripletex.planning.preflight import FREE
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.sealed import Content
from huma_tripletex.planning.store import conflict_row, store_conflicts
from huma_tripletex.planning.systems import birth_locked
from huma_tripletex.runtime import Runtime


class Partners:
    """Joins and parts people and employees of one plan, in one transaction of the caller's."""

    def __init__(self, runtime: Runtime, plan: SyncPlan) -> None:
        self._runtime = runtime
        self._plan = plan
        self._seals = seals_of(runtime, plan)

    def join(self, item: PlanItem, partner: int) -> None:
        """The person is this employee: their differences become questions.

        Raises:
            NotPossible: the employee is somebody else, or not of this plan.
        """
        content = self._content(item)
        employee = self._free_employee(item, content, partner)
        item.employee_id, item.account_tripletex = employee.id, self._seals.account_hash(employee.values)
        employee = about(employee, normalise(FIRST, content.huma.get(FIRST)), self._runtime.clock().date())
        why = ending(content.huma, shown(employee), self._end_reason)
        joined = replace(content, employee=employee, end_reason=why)
        item.sealed = self._seals.seal(item.position, replace(joined, agreed=self._ask(item, joined, {})))

    def part(self, item: PlanItem) -> None:
        """Takes back that they are the same; whoever was the partner is free again."""
        self._ask_nothing(item)
        taken = (PlanItem.plan_id == item.plan_id, PlanItem.kind == "only_in_tripletex", PlanItem.partner == item.id)
        self._runtime.session.execute(update(PlanItem).where(*taken).values(choice=None, partner=None))
        content = self._content(item)
        why = ending(content.huma, (), self._end_reason)
        item.sealed = self._seals.seal(item.position, replace(content, employee=None, agreed={}, end_reason=why))
        item.employee_id, item.account_tripletex = None, ""

    def doubt(self, item: PlanItem, doubted: bool) -> None:
        """A match that an administrator does not believe asks nothing; believed again, it asks what it asked."""
        self._ask_nothing(item)
        if not doubted:
            link = select(PersonLink.agreed).where(
                PersonLink.connection_id == self._plan.connection_id,
                PersonLink.person_id == item.person_id,
                PersonLink.employee_id == item.employee_id,
            )
            self._ask(item, self._content(item), self._runtime.session.scalar(link) or {})

    def _ask(self, item: PlanItem, content: Content, agreed: Mapping[str, str]) -> dict[str, str]:
        """Makes the differences of a pair into questions. Answers the hashes of what is equal."""
        if content.person is None or content.employee is None:
            raise NotPossible("choice_not_possible")
        hash_of = hash_for(self._runtime.vault, self._plan.connection_id, content.person.id)
        found = pair(content.person, content.employee, agreed, hash_of, self._company, self._memory)
        store_conflicts(self._runtime, [conflict_row(item.plan_id, item.id, one) for one in found.differences])
        item.differences = len(found.differences)
        counts = self._plan.counts
        conditional = counts.get("conditional", 0) + sum(one.condition != FREE for one in found.differences)
        self._plan.counts = {**counts, "conditional": conditional}
        return found.agreed

    def _ask_nothing(self, item: PlanItem) -> None:
        questions = delete(Conflict).where(Conflict.item_id == item.id)
        self._runtime.session.execute(questions.execution_options(synchronize_session=False))
        item.differences = 0

    def _free_employee(self, item: PlanItem, content: Content, partner: int) -> TripletexEmployee:
        """The employee chosen: one of the candidates, or one that stands alone in Tripletex. Nobody else may be it."""
        holders = select(PlanItem).where(PlanItem.plan_id == item.plan_id, PlanItem.employee_id == partner)
        others = [other for other in self._runtime.session.scalars(holders) if other.id != item.id]
        if any(other.kind != "only_in_tripletex" or other.choice == "taken" for other in others):
            raise NotPossible("employee_taken")
        for other in others:
            other.choice, other.partner = "taken", item.id
            if (alone := self._content(other).employee) is not None:
                return alone
        for candidate in content.candidates:
            if candidate.id == partner:
                return candidate
        raise NotPossible("not_in_this_plan")

    def _content(self, item: PlanItem) -> Content:
        return self._seals.open(item.position, item.sealed)

    @cached_property
    def _end_reason(self) -> str:
        connection = self._runtime.session.get_one(Connection, self._plan.connection_id)
        return ConnectionOptions.read(connection.options).end_reason

    @cached_property
    def _memory(self) -> Memory:
        return load(self._runtime, self._plan.connection_id)

    @cached_property
    def _company(self) -> Company:
        """What the comparison knew; whose number is whose is read from what it has sealed."""
        connection = self._runtime.session.get_one(Connection, self._plan.connection_id)
        facts, everybody = connection.company_facts, list(self._everybody())
        employees = [one.employee for one in everybody if one.employee]
        candidates = [candidate for one in everybody for candidate in one.candidates]
        return Company(
            today=self._runtime.clock().date(),
            departments=tuple(one["id"] for one in facts.get("departments", [])),
            divisions=tuple(one["id"] for one in facts.get("divisions", [])),
            options=ConnectionOptions.read(connection.options),
            numbers=numbers_of([*employees, *candidates]),
            double_numbers=double_numbers_of(one.person for one in everybody if one.person),
            birth_locked=birth_locked(self._runtime, connection.id),
        )

    def _everybody(self) -> Iterator[Content]:
        rows = select(PlanItem.position, PlanItem.sealed).where(PlanItem.plan_id == self._plan.id)
        return (self._seals.open(position, sealed) for position, sealed in self._runtime.session.execute(rows))
