"""Choices that Tripletex takes only together, or not together: what cannot be written is said when it is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from huma_tripletex.gateway.still_different import depends
from huma_tripletex.models import Conflict, SyncPlan
from huma_tripletex.planning.lease import changed
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.runtime import Runtime


def drop_impossible(runtime: Runtime, plan: SyncPlan) -> None:
    """Takes back, in one statement, what a choice for many has chosen and cannot be written as the others stand: it is
    undecided then, and said so in the summary. No statement for a plan without such values.
    """
    if not plan.counts.get("conditional"):
        return
    chosen = aliased(Conflict)  # found before any is changed: of two that exclude each other, both are undecided
    found = select(chosen.id).where(*conflicts_of(plan, chosen), *_impossible(chosen))
    undecided = update(Conflict).where(Conflict.id.in_(found)).values(choice=None, chosen="")
    changed(runtime.session, undecided)


def refuse_impossible(runtime: Runtime, plan: SyncPlan, conflict_ids: Sequence[int]) -> None:
    """For choices that somebody made one by one.

    Raises:
        NotPossible: one of them, or another of the same people, cannot be written as they stand now.
    """
    theirs = select(Conflict.item_id).where(Conflict.id.in_(conflict_ids))
    found = select(Conflict.needs, Conflict.excludes).where(
        Conflict.plan_id == plan.id, Conflict.item_id.in_(theirs), *_impossible(Conflict)
    )
    if wrong := runtime.session.execute(found.limit(1)).first():
        raise NotPossible(depends(wrong.needs, wrong.excludes))


def _impossible(one: Any) -> tuple[ColumnElement[bool], ...]:
    needs = and_(one.needs != "", ~_is_chosen(one, one.needs))
    excludes = and_(one.excludes != "", _is_chosen(one, one.excludes))
    return one.choice == "huma", or_(needs, excludes)


def _is_chosen(one: Any, field: Any) -> ColumnElement[bool]:
    """Whether Huma's value is chosen for that other field of the same person."""
    other = aliased(Conflict)
    return exists().where(other.item_id == one.item_id, other.field == field, other.choice == "huma")
