"""Edits in Huma, and what earlier runs have not sent, that waited when both systems were compared: the plan that was
drawn then takes their place.

Sent later, they would write what nobody has approved: over "leave as it is", over Tripletex's value, or where nothing
was chosen and the summary has said that nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select

from huma_tripletex.models import Conflict, Connection, OutboxEntry, PlanItem, SyncPlan
from huma_tripletex.outbox.withdraw import end_edits, end_wishes, is_waiting_edit, lock_open, not_ended
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.runtime import Runtime


def note_what_waits(runtime: Runtime, plan: SyncPlan) -> None:
    """Called before Huma is read: what is committed by now is in the comparison, and nothing else is. Commits."""
    plan.waited = not_ended(runtime.session(), plan.connection_id)
    runtime.session.commit()


def replace_earlier_edits(runtime: Runtime, plan: SyncPlan, now: datetime, only: Collection[int] | None) -> None:
    """Ends what waits, or is parked, from before the comparison: of fields that differed then, or, before the first
    sync, of all, but for what may be there already. Also the wish of the option to add somebody who was decided about.
    The caller commits.

    Raises:
        NotPossible: something of it is in flight; refused just now, it would wait again and be sent over the decision.
    """
    session, people = runtime.session(), select(PlanItem.person_id)
    people = people.where(PlanItem.plan_id == plan.id, PlanItem.person_id.is_not(None))
    people = people if only is None else people.where(PlanItem.id.in_(only))
    decided = people.where(or_(PlanItem.kind == "matched", PlanItem.choice.is_not(None)))
    end_wishes(session, plan.waited, decided, now)
    entries = lock_open(session, plan.waited, people)
    _refuse_if_sent_now(runtime, plan, [entry for entry in entries if entry.state == "in_flight"])
    edits = [entry for entry in entries if is_waiting_edit(entry, plan.made_at)]
    if not edits:
        return
    is_first = runtime.session.get_one(Connection, plan.connection_id).activated_at is None
    end_edits(session, [edit.id for edit in edits if is_first and not edit.unsure], now)
    _replace_compared(runtime, plan, [edit for edit in edits if edit.unsure or not is_first], now)


def _refuse_if_sent_now(runtime: Runtime, plan: SyncPlan, held: Collection[OutboxEntry]) -> None:
    compared = _compared(runtime, plan, held)
    if any(edit.kind != "change" or not compared[edit.person_id].isdisjoint(edit.fields) for edit in held):
        raise NotPossible("being_sent")


def _compared(runtime: Runtime, plan: SyncPlan, edits: Collection[OutboxEntry]) -> dict[str | None, set[str]]:
    """The fields that differed, of the people of these edits."""
    compared: dict[str | None, set[str]] = defaultdict(set)
    if edits:
        fields = select(PlanItem.person_id, Conflict.field).join(Conflict, Conflict.item_id == PlanItem.id)
        whose = PlanItem.person_id.in_({edit.person_id for edit in edits})
        for person_id, key in runtime.session.execute(fields.where(Conflict.plan_id == plan.id, whose)):
            compared[person_id].add(key)
    return compared


def _replace_compared(runtime: Runtime, plan: SyncPlan, edits: Collection[OutboxEntry], now: datetime) -> None:
    compared, ended = _compared(runtime, plan, edits), []
    for edit in edits:
        done = compared[edit.person_id].union(edit.taken if edit.state == "parked" else ())
        if left := [key for key in edit.fields if key not in done]:
            edit.fields = left
        else:
            ended.append(edit.id)
    runtime.session.flush()
    end_edits(runtime.session(), ended, now)
