"""Finds out what a plan would do, for the guards: five queries, whatever the size."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.earlier_runs import OVERWRITES, overwritten_earlier
from huma_tripletex.planning.guards import Reach, guards
from huma_tripletex.planning.sharing import ACCOUNT, sharers
from huma_tripletex.runtime import Runtime


def guards_of(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None = None) -> list[dict[str, Any]]:
    """The guards that a plan trips as it is decided now; `only`: if these items are run, along with those it was tried
    on before.
    """
    return guards(_reach(runtime, plan, only), runtime.settings)


def _reach(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None) -> Reach:
    counts = plan.counts
    pairs = or_(and_(PlanItem.kind == "matched", PlanItem.choice.is_(None)), PlanItem.choice == "same")
    before = plan.counts.get("tried", [])
    which: list[ColumnElement[bool]] = [Conflict.plan_id == plan.id, OVERWRITES]
    which += [Conflict.item_id.in_([*before, *only])] if only is not None else []
    changed, accounts, tried, tried_accounts = _overwritten(runtime, which, before)
    earlier, earlier_accounts = overwritten_earlier(runtime, plan, which)
    return Reach(
        matched=runtime.session.scalar(select(func.count()).where(PlanItem.plan_id == plan.id, pairs)) or 0,
        changed=changed,
        accounts=accounts,
        tried=tried,
        tried_accounts=tried_accounts,
        earlier=earlier,
        earlier_accounts=earlier_accounts,
        sharers=sharers(runtime, plan, only),
        links=counts.get("links", 0),
        links_in_huma=counts.get("links_in_huma", 0),
        links_in_tripletex=counts.get("links_in_tripletex", 0),
    )


def _overwritten(
    runtime: Runtime, which: Sequence[ColumnElement[bool]], before: Collection[int]
) -> tuple[int, int, int, int]:
    """Of how many people a value is, and the account number; and of those, on how many the plan was tried before."""
    account, tried = Conflict.field == ACCOUNT, Conflict.item_id.in_(before)
    people = Conflict.item_id
    sums = select(
        func.count(people.distinct()),
        func.count(case((account, people)).distinct()),
        func.count(case((tried, people)).distinct()),
        func.count(case((and_(account, tried), people)).distinct()),
    )
    changed, accounts, done, done_accounts = runtime.session.execute(sums.where(*which)).one()
    return changed, accounts, done, done_accounts
