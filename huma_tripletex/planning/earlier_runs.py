"""Whose values were replaced or cleared already by what was approved within a day: five small plans in an hour are as
large as one.

Counting begins anew with a run that somebody confirmed because so many people were concerned, unless it was stopped
before its first person, and an undo of a whole run takes back its part. Only what was written counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning.sharing import ACCOUNT
from huma_tripletex.runtime import Runtime

DAY: Final = timedelta(hours=24)
OVERWRITES = or_(
    and_(Conflict.choice.in_(("huma", "tripletex")), Conflict.kind == "conflict"),
    and_(Conflict.choice == "huma", Conflict.kind == "missing_in_huma"),
    and_(Conflict.choice == "tripletex", Conflict.kind == "missing_in_tripletex"),
)
"""Differences whose choice replaces or clears a value somewhere."""


def overwritten_earlier(runtime: Runtime, plan: SyncPlan, own: Iterable[ColumnElement[bool]]) -> tuple[int, int]:
    """Of how many people, who are not those of the plan's `own` differences, a value was, and the account number."""
    person, account = SyncResult.person_id, Conflict.field == ACCOUNT
    mine = select(PlanItem.person_id).join(Conflict, Conflict.item_id == PlanItem.id).where(*own)
    named = cast(SyncResult.huma_fields, Text) + cast(SyncResult.tripletex_fields, Text)
    is_named = named.contains(literal('"') + Conflict.field + literal('"'))
    sums = (
        select(func.count(person.distinct()), func.count(case((account, person)).distinct()))
        .join(SyncRun, SyncRun.id == SyncResult.run_id)
        .join(Conflict, Conflict.item_id == SyncResult.item_id)
        .where(_counts(runtime, plan), OVERWRITES, is_named, person.not_in(mine.correlate(None)))
    )
    people, accounts = runtime.session.execute(sums).one()
    return people, accounts


def _counts(runtime: Runtime, plan: SyncPlan) -> ColumnElement[bool]:
    """Runs within a day, since the last one that was confirmed, and not taken back."""
    other, undo = aliased(SyncRun), aliased(SyncRun)
    begun = exists().where(SyncResult.run_id == other.id, SyncResult.outcome != "cancelled")
    confirmed = select(func.max(other.id)).where(other.connection_id == plan.connection_id, other.confirmed, begun)
    taken_back = select(undo.id).where(undo.undoes == SyncRun.id, undo.whole, undo.state == "ended")
    return and_(
        SyncRun.connection_id == plan.connection_id,
        SyncRun.approved_at > runtime.clock() - DAY,
        SyncRun.undoes.is_(None),
        SyncRun.id > func.coalesce(confirmed.scalar_subquery(), 0),
        ~taken_back.exists(),
    )
