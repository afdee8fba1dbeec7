"""Who would have the same account number as somebody else, in a system in which the plan writes it; two statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_, select, union_all

from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.turn import not_tried
from huma_tripletex.runtime import Runtime

ACCOUNT: Final = "bank_account_number"


def sharers(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None) -> tuple[int, ...]:
    """Items of people who would share an account number, where the plan (`only`: these items of it) writes one of them.
    Those who were tried first count as they are now.
    """
    held, bystanders = _held(plan, only), _bystanders(runtime, plan)
    groups = select(held.c.system, held.c.account).where(held.c.account != "").group_by(held.c.system, held.c.account)
    beside = (
        and_(held.c.system == system, held.c.account.in_(accounts))
        for system, accounts in bystanders.items()
        if accounts
    )
    several = or_(func.count(held.c.item_id.distinct()) > 1, *beside)
    shared = groups.having(several, func.max(held.c.is_written) == 1).subquery()
    same = and_(held.c.system == shared.c.system, held.c.account == shared.c.account)
    found = select(held.c.item_id).join(shared, same).distinct().order_by(held.c.item_id)
    return tuple(runtime.session.scalars(found))


def _bystanders(runtime: Runtime, plan: SyncPlan) -> Mapping[str, Collection[str]]:
    """Account numbers by system, as hashes, of whoever is in no item. A candidate who was chosen is in one."""
    found = plan.counts.get("bystanders", {"huma": {}, "tripletex": {}})
    numbers = [int(one) for one in found["tripletex"]]
    here = select(PlanItem.employee_id).where(PlanItem.plan_id == plan.id, PlanItem.employee_id.in_(numbers))
    chosen = {str(one) for one in runtime.session.scalars(here)}
    tripletex = {account for number, account in found["tripletex"].items() if number not in chosen}
    return {"huma": set(found["huma"].values()), "tripletex": tripletex}


def _held(plan: SyncPlan, only: Collection[int] | None) -> CTE:
    """By item and system the account number afterwards, as a hash, and whether the plan writes it there."""
    runs = not_tried(plan) if only is None else and_(not_tried(plan), PlanItem.id.in_(only))
    huma, tripletex = PlanItem.account_huma, PlanItem.account_tripletex
    to_huma = or_(Conflict.choice == "tripletex", _is_added("only_in_tripletex"))
    to_tripletex = or_(Conflict.choice == "huma", _is_added("only_in_huma"))
    return union_all(
        _of(plan, "huma", huma, tripletex, to_huma, runs), _of(plan, "tripletex", tripletex, huma, to_tripletex, runs)
    ).cte()


def _of(plan: SyncPlan, system: str, own: Any, other: Any, goes_here: Any, runs: ColumnElement[bool]) -> Any:
    """An employee who was said to be somebody is counted with that person."""
    mine = and_(Conflict.item_id == PlanItem.id, Conflict.field == ACCOUNT)
    return (
        select(
            PlanItem.id.label("item_id"),
            literal(system).label("system"),
            case((goes_here, other), else_=own).label("account"),
            case((and_(goes_here, runs), 1), else_=0).label("is_written"),
        )
        .outerjoin(Conflict, mine)
        .where(PlanItem.plan_id == plan.id, func.coalesce(PlanItem.choice, "") != "taken")
    )


def _is_added(kind: str) -> ColumnElement[bool]:
    return and_(PlanItem.kind == kind, func.coalesce(PlanItem.choice, "") == "add")
