"""Takes over what somebody chose in the comparison before, where nothing has changed since: comparing once more, or
after a sync that was stopped, asks only about the rest. What was done is never chosen again by us: if it differs as it
did then, somebody has changed it back.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select, update
from sqlalchemy.orm import aliased

from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncResult, SyncRun
from huma_tripletex.models.among import Among
from huma_tripletex.planning.people_decisions import Decision, choose_people
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.runtime import Runtime

OURS = ("", "preselected", "remembered")
"""How choices come about that nobody has made in this comparison."""
WITHIN = timedelta(days=7)
"""Older choices are forgotten."""
WHO = (
    PlanItem.kind,
    PlanItem.why,
    PlanItem.matched_by,
    PlanItem.person_id,
    PlanItem.employee_id,
    PlanItem.fingerprint,
)


def carry_over(runtime: Runtime, plan: SyncPlan) -> int:
    """Into a plan that has just become ready; answers how many choices. The caller drops what cannot be combined, and
    commits.
    """
    before = runtime.session.scalars(
        select(SyncPlan)
        .where(SyncPlan.connection_id == plan.connection_id, SyncPlan.purpose == "sync", SyncPlan.id < plan.id)
        .where(SyncPlan.read_at >= runtime.clock() - WITHIN)
        .order_by(SyncPlan.id.desc())
        .limit(1)
    ).first()
    if before is None or not before.made_by:  # at the command line nobody chose
        return 0
    return _people(runtime, plan, before) + _values(runtime, plan, before)


def _not_done(before: SyncPlan, item: Any = PlanItem) -> ColumnElement[bool]:
    """Its people with whom nothing was begun: all of a plan that nobody approved, but those it was tried on. Who was
    stopped in the middle has something written.
    """
    written = [cast(fields, Text) != "[]" for fields in (SyncResult.huma_fields, SyncResult.tripletex_fields)]
    begun = select(SyncResult.item_id).join(SyncRun, SyncRun.id == SyncResult.run_id)
    begun = begun.where(
        SyncRun.plan_id == before.id,
        or_(SyncResult.outcome != "cancelled", *written),
        SyncResult.item_id.is_not(None),
    )
    return and_(item.plan_id == before.id, item.id.not_in(begun))


def _values(runtime: Runtime, plan: SyncPlan, before: SyncPlan) -> int:
    """Both sides' values are what they were, and so is who changed them last: what somebody has put back since, also by
    an undo, is asked anew. So are workdays: what becomes of one depends on the other, and on a reason that is not kept.
    """
    old, then, now = aliased(Conflict), aliased(PlanItem), aliased(PlanItem)
    same_pair = and_(_not_done(before, then), then.person_id == now.person_id, then.employee_id == now.employee_id)
    values = (old.hash_huma == Conflict.hash_huma, old.hash_tripletex == Conflict.hash_tripletex)
    found = (
        select(Conflict.id, Conflict.only, old.choice, old.chosen)
        .join(now, now.id == Conflict.item_id)
        .join(then, same_pair)
        .join(old, and_(old.item_id == then.id, old.field == Conflict.field, *values))
        .where(Conflict.plan_id == plan.id, Conflict.changed_by == old.changed_by)
        .where(or_(Conflict.chosen != "remembered", old.choice.in_(("huma", "tripletex"))))
        .where(Conflict.field.not_in(EMPLOYMENT_KEYS))
        .where(or_(old.chosen.not_in(OURS), and_(old.choice.is_(None), Conflict.chosen == "preselected")))
    )
    chosen: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for row in runtime.session.execute(found):
        if row.choice is None or row.choice in row.only:
            chosen[row.choice, row.chosen].append(row.id)
    for (choice, how), ids in chosen.items():
        settling = update(Conflict).where(Among(Conflict.id, "ids")).values(choice=choice, chosen=how)
        runtime.session.execute(settling.execution_options(synchronize_session=False), {"ids": ids})
    return sum(map(len, chosen.values()))


def _people(runtime: Runtime, plan: SyncPlan, before: SyncPlan) -> int:
    """They are as doubtful, or as alone, as they were, and for the same reason. A partner whom somebody looked up is
    asked about anew: of them nothing was noted.
    """
    theirs = select(*WHO, PlanItem.id, PlanItem.choice, PlanItem.partner, PlanItem.blocked, PlanItem.candidates)
    decided = theirs.where(_not_done(before), PlanItem.remembered.is_(False), PlanItem.kind != "left_out")
    then = {_who(row): row for row in runtime.session.execute(decided)}
    alone: dict[str | None, list[int]] = defaultdict(list)
    count = 0
    now = theirs.where(PlanItem.plan_id == plan.id, PlanItem.remembered.is_(False))
    for row in runtime.session.execute(now).all():
        old = then.get(_who(row))
        if old is None or old.choice in (row.choice, "taken") or old.blocked or row.blocked:
            continue
        if old.partner is not None and old.partner not in row.candidates:
            continue
        if old.choice in (None, "add", "leave"):
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
    return row.kind, row.why, row.matched_by, row.person_id, number, row.fingerprint


def _decided(runtime: Runtime, plan: SyncPlan, item_id: int, decision: Decision) -> bool:
    """Whether it is still possible: the partner may be somebody else's now."""
    try:
        with runtime.session.begin_nested():
            choose_people(runtime, plan, {item_id: decision})
    except NotPossible:
        return False
    return True
