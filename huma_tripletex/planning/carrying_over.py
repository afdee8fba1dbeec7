"""Takes over what somebody chose in the comparison before, where nothing has changed since: comparing once more, or
after a sync that was stopped, asks only about the rest.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import aliased

from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.models.among import Among
from huma_tripletex.planning.people_decisions import Decision, choose_people
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.runtime import Runtime

OURS = ("", "preselected", "remembered")
"""How choices come about that nobody has made in this comparison."""
MADE = ("add", "leave", "same", "none")
WHO = (PlanItem.kind, PlanItem.why, PlanItem.person_id, PlanItem.employee_id, PlanItem.candidates)


def carry_over(runtime: Runtime, plan: SyncPlan) -> int:
    """Into a plan that has just become ready; answers how many choices. The caller drops what cannot be combined, and
    commits.
    """
    before = runtime.session.scalar(
        select(SyncPlan.id)
        .where(SyncPlan.connection_id == plan.connection_id, SyncPlan.purpose == "sync", SyncPlan.id < plan.id)
        .where(SyncPlan.read_at.is_not(None))
        .order_by(SyncPlan.id.desc())
        .limit(1)
    )
    if before is None:
        return 0
    return _people(runtime, plan, before) + _values(runtime, plan, before)


def _values(runtime: Runtime, plan: SyncPlan, before: int) -> int:
    """Both sides' values are what they were. What an undo has put back since is asked anew."""
    old, then, now = aliased(Conflict), aliased(PlanItem), aliased(PlanItem)
    same_pair = and_(then.plan_id == before, then.person_id == now.person_id, then.employee_id == now.employee_id)
    values = (old.hash_huma == Conflict.hash_huma, old.hash_tripletex == Conflict.hash_tripletex)
    found = (
        select(Conflict.id, Conflict.only, old.choice, old.chosen)
        .join(now, now.id == Conflict.item_id)
        .join(then, same_pair)
        .join(old, and_(old.item_id == then.id, old.field == Conflict.field, *values))
        .where(Conflict.plan_id == plan.id, Conflict.chosen != "remembered", Conflict.changed_by != "undone")
        .where(old.choice.is_not(None), old.chosen.not_in(OURS))
    )
    chosen: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in runtime.session.execute(found):
        if row.choice in row.only:
            chosen[row.choice, row.chosen].append(row.id)
    for (choice, how), ids in chosen.items():
        settling = update(Conflict).where(Among(Conflict.id, "ids")).values(choice=choice, chosen=how)
        runtime.session.execute(settling.execution_options(synchronize_session=False), {"ids": ids})
    return sum(map(len, chosen.values()))


def _people(runtime: Runtime, plan: SyncPlan, before: int) -> int:
    """They are as doubtful, or as alone, as they were, and for the same reason."""
    theirs = select(*WHO, PlanItem.id, PlanItem.choice, PlanItem.partner, PlanItem.blocked)
    chosen = theirs.where(PlanItem.plan_id == before, PlanItem.choice.in_(MADE), PlanItem.remembered.is_(False))
    then = {_who(row): row for row in runtime.session.execute(chosen)}
    if not then:
        return 0
    alone: dict[str, list[int]] = defaultdict(list)
    count = 0
    now = theirs.where(PlanItem.plan_id == plan.id, PlanItem.remembered.is_(False))
    for row in runtime.session.execute(now).all():
        old = then.get(_who(row))
        if old is None or old.choice == row.choice or (old.choice == "add" and row.blocked):
            continue
        if old.choice in ("add", "leave"):
            alone[old.choice].append(row.id)
        else:
            count += _decided(runtime, plan, row.id, (old.choice, old.partner))
    for choice, ids in alone.items():
        settling = update(PlanItem).where(Among(PlanItem.id, "ids")).values(choice=choice)
        runtime.session.execute(settling.execution_options(synchronize_session=False), {"ids": ids})
    return count + sum(map(len, alone.values()))


def _who(row: Any) -> tuple[object, ...]:
    """Whoever was put together with somebody has their number since; that is the decision, and not who they were."""
    number = row.employee_id if row.kind in ("matched", "only_in_tripletex") else None
    return row.kind, row.why, row.person_id, number, tuple(row.candidates)


def _decided(runtime: Runtime, plan: SyncPlan, item_id: int, decision: Decision) -> bool:
    """Whether it is still possible: the partner may be somebody else's now."""
    try:
        with runtime.session.begin_nested():
            choose_people(runtime, plan, {item_id: decision})
    except NotPossible:
        return False
    return True
