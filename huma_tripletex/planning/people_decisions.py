"""Who is added, and who is who among those that could not be told apart. The callers commit.

A person that is said to be an employee becomes a pair like any other: its differences are asked before the summary.
Taking that back takes them away again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Text, cast, delete, select, update

from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Conflict, Connection, ConnectionOptions, PersonLink, PlanItem, SyncPlan
from huma_tripletex.planning.combinations import drop_impossible
from huma_tripletex.planning.company import Company
from huma_tripletex.planning.lease import changed
from huma_tripletex.planning.pairing import pair
from huma_tripletex.planning.preflight import FREE
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.sealed import Content, Seals
from huma_tripletex.planning.store import conflict_row, store_conflicts
from huma_tripletex.planning.turn import not_tried, take_turn
from huma_tripletex.runtime import Runtime

Decision = tuple[str | None, int | None]
"""A choice, and for `same` the employee it is."""

CHOICES: Final[Mapping[str, frozenset[str | None]]] = {
    "matched": frozenset({None, "none"}),
    "uncertain": frozenset({None, "same", "none"}),
    "only_in_huma": frozenset({None, "add", "leave", "same"}),
    "only_in_tripletex": frozenset({None, "add", "leave"}),
}
LEFT: Final = ("left_huma", "left_tripletex")


def choose_people(
    runtime: Runtime,
    plan: SyncPlan,
    choices: Mapping[int, Decision],
    *,
    by: HostUser | None = None,
    revision: int | None = None,
) -> None:
    """Decides about people, by the ids of their items.

    Raises:
        NotPossible: nobody may be added who is blocked, and no employee may be two people.
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    take_turn(runtime, plan, by, revision)
    chosen = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.id.in_(choices), not_tried(plan))
    items = {item.id: item for item in runtime.session.scalars(chosen)}
    if len(items) != len(choices):
        raise NotPossible("not_in_this_plan")
    for item_id, (choice, partner) in choices.items():
        _decide(runtime, plan, items[item_id], choice, partner)
    runtime.session.flush()
    drop_impossible(runtime, plan)


def choose_everybody(
    runtime: Runtime,
    plan: SyncPlan,
    kind: str,
    choice: str | None,
    *,
    by: HostUser | None = None,
    revision: int | None = None,
) -> int:
    """Adds or leaves everybody of one side (`only_in_huma`, `only_in_tripletex`) in one statement. Not touched: who is
    blocked, who has left one of the systems, who was decided about in an earlier sync, who is paired. Answers how many.

    Raises:
        NotPossible: there is no such choice for this kind.
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    if kind not in ("only_in_huma", "only_in_tripletex") or choice not in (None, "add", "leave"):
        raise NotPossible("choice_not_possible")
    take_turn(runtime, plan, by, revision)
    which = [
        PlanItem.plan_id == plan.id,
        PlanItem.kind == kind,
        PlanItem.remembered.is_(False),
        PlanItem.partner.is_(None),
        not_tried(plan),
    ]
    if choice == "add":
        which += [cast(PlanItem.blocked, Text) == "[]", PlanItem.why.not_in(LEFT)]
    return changed(runtime.session, update(PlanItem).where(*which).values(choice=choice))


def _decide(runtime: Runtime, plan: SyncPlan, item: PlanItem, choice: str | None, partner: int | None) -> None:
    if choice not in CHOICES[item.kind] or (choice == "same") != (partner is not None):
        raise NotPossible("choice_not_possible")
    if choice == "add" and item.blocked:
        raise NotPossible(item.blocked[0]["reason"])
    if (choice, partner) == (item.choice, item.partner) or item.choice == "taken":
        return
    seals = _seals(runtime, plan)
    if item.kind == "matched":
        _doubt(runtime, item, seals, choice == "none")
    if item.partner is not None:
        _part(runtime, item, seals)
    if partner is not None:
        _join(runtime, item, seals, partner)
    item.choice, item.partner, item.remembered = choice, partner, False


def _join(runtime: Runtime, item: PlanItem, seals: Seals, partner: int) -> None:
    """The person is this employee: their differences become questions."""
    content = seals.open(item.position, item.sealed)
    employee = _free_employee(runtime, item, content, seals, partner)
    item.employee_id, item.account_tripletex = employee.id, seals.account_hash(employee.values)
    joined = replace(content, employee=employee)
    item.sealed = seals.seal(item.position, replace(joined, agreed=_ask(runtime, item, joined, {})))


def _part(runtime: Runtime, item: PlanItem, seals: Seals) -> None:
    """Takes back that they are the same; whoever was the partner is free again."""
    _ask_nothing(runtime, item)
    taken = (PlanItem.plan_id == item.plan_id, PlanItem.kind == "only_in_tripletex", PlanItem.partner == item.id)
    runtime.session.execute(update(PlanItem).where(*taken).values(choice=None, partner=None))
    content = seals.open(item.position, item.sealed)
    item.sealed = seals.seal(item.position, replace(content, employee=None, agreed={}))
    item.employee_id, item.account_tripletex = None, ""


def _doubt(runtime: Runtime, item: PlanItem, seals: Seals, doubted: bool) -> None:
    """A match that an administrator does not believe asks nothing; believed again, it asks what it asked."""
    _ask_nothing(runtime, item)
    if not doubted:
        link = select(PersonLink.agreed).where(
            PersonLink.connection_id == seals.connection_id,
            PersonLink.person_id == item.person_id,
            PersonLink.employee_id == item.employee_id,
        )
        _ask(runtime, item, seals.open(item.position, item.sealed), runtime.session.scalar(link) or {})


def _ask(runtime: Runtime, item: PlanItem, content: Content, agreed: Mapping[str, str]) -> dict[str, str]:
    """Makes the differences of a pair into questions. Answers the hashes of what is equal."""
    if content.person is None or content.employee is None:
        raise NotPossible("choice_not_possible")
    plan = runtime.session.get_one(SyncPlan, item.plan_id)
    connection = runtime.session.get_one(Connection, plan.connection_id)
    hash_of = hash_for(runtime.vault, connection.id, content.person.id)
    found = pair(content.person, content.employee, agreed, hash_of, _company(runtime, connection))
    store_conflicts(runtime, [conflict_row(item.plan_id, item.id, one) for one in found.differences])
    item.differences = len(found.differences)
    conditional = sum(one.condition != FREE for one in found.differences)
    plan.counts = {**plan.counts, "conditional": plan.counts.get("conditional", 0) + conditional}
    return found.agreed


def _ask_nothing(runtime: Runtime, item: PlanItem) -> None:
    questions = delete(Conflict).where(Conflict.item_id == item.id)
    runtime.session.execute(questions.execution_options(synchronize_session=False))
    item.differences = 0


def _free_employee(runtime: Runtime, item: PlanItem, content: Content, seals: Seals, partner: int) -> TripletexEmployee:
    """The employee chosen: one of the candidates, or one that stands alone in Tripletex. Nobody else may be it."""
    holders = select(PlanItem).where(PlanItem.plan_id == item.plan_id, PlanItem.employee_id == partner)
    others = [other for other in runtime.session.scalars(holders) if other.id != item.id]
    if any(other.kind != "only_in_tripletex" for other in others):
        raise NotPossible("employee_taken")
    for other in others:
        if other.choice == "taken":
            raise NotPossible("employee_taken")
        other.choice, other.partner = "taken", item.id
        alone = seals.open(other.position, other.sealed).employee
        if alone is not None:
            return alone
    for candidate in content.candidates:
        if candidate.id == partner:
            return candidate
    raise NotPossible("not_in_this_plan")


def _seals(runtime: Runtime, plan: SyncPlan) -> Seals:
    return Seals.of(runtime.vault, runtime.session.get_one(Connection, plan.connection_id), plan.id)


def _company(runtime: Runtime, connection: Connection) -> Company:
    facts = connection.company_facts
    return Company(
        today=runtime.clock().date(),
        departments=tuple(one["id"] for one in facts.get("departments", [])),
        divisions=tuple(one["id"] for one in facts.get("divisions", [])),
        options=ConnectionOptions.read(connection.options),
    )
