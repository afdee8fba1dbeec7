"""Finds out what a plan would do, for the guards: three queries, and a look at those who share an account number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, func, or_, select

from huma_tripletex.core.normalise import normalise
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.guards import Reach, guards
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.sealed import Content
from huma_tripletex.planning.turn import conflicts_of, not_tried
from huma_tripletex.runtime import Runtime

ACCOUNT = "bank_account_number"
OVERWRITES = or_(
    and_(Conflict.choice.in_(("huma", "tripletex")), Conflict.kind == "conflict"),
    and_(Conflict.choice == "huma", Conflict.kind == "missing_in_huma"),
    and_(Conflict.choice == "tripletex", Conflict.kind == "missing_in_tripletex"),
)
"""Differences whose choice replaces or clears a value somewhere."""


def guards_of(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None = None) -> list[dict[str, Any]]:
    """The guards that a plan trips as it is decided now; `only`: for these items alone."""
    return guards(_reach(runtime, plan, only), runtime.settings, few=only is not None)


def _reach(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None) -> Reach:
    which = [*conflicts_of(plan), OVERWRITES]
    which += [Conflict.item_id.in_(only)] if only is not None else []
    people = select(func.count(Conflict.item_id.distinct())).where(*which)
    pairs = or_(PlanItem.kind == "matched", PlanItem.choice == "same")
    counts = plan.counts
    return Reach(
        matched=runtime.session.scalar(select(func.count()).where(PlanItem.plan_id == plan.id, pairs)) or 0,
        changed=runtime.session.scalar(people) or 0,
        accounts=runtime.session.scalar(people.where(Conflict.field == ACCOUNT)) or 0,
        sharers=_sharers(runtime, plan, only),
        links=counts.get("links", 0),
        links_in_huma=counts.get("links_in_huma", 0),
        links_in_tripletex=counts.get("links_in_tripletex", 0),
    )


def _sharers(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None) -> tuple[int, ...]:
    """Items of people who would have the same account number as somebody else, in a system where the plan writes it."""
    positions = {position for group in plan.counts.get("same_account", []) for position in group}
    if not positions:
        return ()
    here = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.position.in_(positions), not_tried(plan))
    items = runtime.session.scalars(here).all()
    choices = _account_choices(runtime, [item.id for item in items])
    seals = seals_of(runtime, plan)
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    written: set[tuple[str, str]] = set()
    for item in items:
        running = only is None or item.id in only
        for system, account, is_written in _after(item, seals.open(item.position, item.sealed), choices.get(item.id)):
            holders[system, account].add(item.id)
            if is_written and running:
                written.add((system, account))
    return tuple(sorted({item_id for key in written if len(holders[key]) > 1 for item_id in holders[key]}))


def _account_choices(runtime: Runtime, items: Collection[int]) -> dict[int, str | None]:
    rows = select(Conflict.item_id, Conflict.choice).where(Conflict.item_id.in_(items), Conflict.field == ACCOUNT)
    return {row.item_id: row.choice for row in runtime.session.execute(rows)}


def _after(item: PlanItem, content: Content, choice: str | None) -> list[tuple[str, str, bool]]:
    """The account number that each system would have for somebody, and whether the plan writes it there."""
    huma, tripletex = (normalise(ACCOUNT, values.get(ACCOUNT)) for values in (content.huma, content.tripletex))
    added = item.choice == "add"
    to_huma = choice == "tripletex" or (added and content.person is None)
    to_tripletex = choice == "huma" or (added and content.employee is None)
    in_huma, in_tripletex = tripletex if to_huma else huma, huma if to_tripletex else tripletex
    sides = (("huma", in_huma, to_huma), ("tripletex", in_tripletex, to_tripletex))
    return [(system, account, is_written) for system, account, is_written in sides if account]
