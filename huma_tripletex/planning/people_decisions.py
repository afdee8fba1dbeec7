"""Who is added, and who is who among those that could not be told apart. The callers commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Text, cast, select, update

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning.combinations import drop_impossible
from huma_tripletex.planning.lease import changed
from huma_tripletex.planning.partners import Partners
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.turn import not_tried, take_turn
from huma_tripletex.runtime import Runtime

Decision = tuple[str | None, int | None]
"""A choice, and for `same` the employee it is."""

CHOICES: Final[Mapping[str, frozenset[str | None]]] = {
    "matched": frozenset({None, "none"}),
    "uncertain": frozenset({None, "same", "none"}),
    "only_in_huma": frozenset({None, "add", "leave", "same"}),
    "only_in_tripletex": frozenset({None, "add", "leave"}),
    "left_out": frozenset(),
}
LEFT: Final = ("left_huma", "left_tripletex")
ONE_BY_ONE: Final = (*LEFT, "may_be_unlisted", "may_be_in_huma")
"""Who is not added along with everybody: somebody has to have looked."""


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
    partners = Partners(runtime, plan)
    for item_id, (choice, partner) in choices.items():
        _decide(partners, items[item_id], choice, partner)
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
    blocked, who has left one of the systems, who may be there already, who was decided about in an earlier sync, who
    is paired. Answers how many.

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
        which += [cast(PlanItem.blocked, Text) == "[]", PlanItem.why.not_in(ONE_BY_ONE)]
    return changed(runtime.session, update(PlanItem).where(*which).values(choice=choice))


def ask_again(runtime: Runtime, plan: SyncPlan, *, by: HostUser | None = None, revision: int | None = None) -> int:
    """Everybody who was not added in an earlier sync is to be decided about once more. Answers how many.

    Raises:
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    take_turn(runtime, plan, by, revision)
    set_aside = (PlanItem.plan_id == plan.id, PlanItem.remembered.is_(True), not_tried(plan))
    return changed(runtime.session, update(PlanItem).where(*set_aside).values(choice=None, remembered=False))


def _decide(partners: Partners, item: PlanItem, choice: str | None, partner: int | None) -> None:
    if choice not in CHOICES[item.kind] or (choice == "same") != (partner is not None):
        raise NotPossible("choice_not_possible")
    if choice == "add" and item.blocked:
        raise NotPossible(item.blocked[0]["reason"])
    if (choice, partner) == (item.choice, item.partner) or item.choice == "taken":
        return
    if item.kind == "matched":
        partners.doubt(item, choice == "none")
    if item.partner is not None:
        partners.part(item)
    if partner is not None:
        partners.join(item, partner)
    item.choice, item.partner, item.remembered = choice, partner, False
