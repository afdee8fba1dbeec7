"""What an approved plan does not write although both systems differ there: as SQL and in reasons, once for all.

The summary tells it before, and the account of a run after: by the same words, so that both say the same.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from huma_tripletex.models import Conflict, PlanItem

TOLD: Final = "told"
"""How a difference was chosen, and the choice about a person, of whom a run says by itself that it was not possible."""
REASONS: Final = {
    "date_of_birth": "needs_date_of_birth",
    "first_workday": "needs_other_workday",
    "last_workday": "needs_other_workday",
}
"""Why a value cannot go without another one."""


WHY_VALUE: Final = (Conflict.choice, Conflict.chosen, Conflict.locked, Conflict.needs, Conflict.excludes)


def values_left(plan_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Differences that a plan leaves: as chosen, now or in an earlier sync, or because nothing was chosen."""
    left = or_(Conflict.choice.is_(None), Conflict.choice == "leave")
    return and_(Conflict.plan_id == plan_id, left, Conflict.chosen != TOLD)


def people_left(plan_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """People whom a plan neither adds nor joins with anybody: decided so, not decided, or never synced."""
    alone = or_(PlanItem.choice.is_(None), PlanItem.choice.in_(("leave", "none")))
    apart = and_(PlanItem.kind == "matched", PlanItem.choice == "none")
    unsettled = and_(PlanItem.kind.in_(("uncertain", "only_in_huma", "only_in_tripletex")), alone)
    return and_(PlanItem.plan_id == plan_id, or_(apart, unsettled, PlanItem.kind == "left_out"))


def why_value(one: Any) -> str:
    """Why a value is left, a key of `core.reasons`. `one`: a Conflict, or a row with `WHY_VALUE`."""
    if one.choice == "leave":
        return "left_both_earlier" if one.chosen == "remembered" else "left_both"
    return one.locked or depends(one.needs, one.excludes) or "not_chosen"


def why_person(item: PlanItem) -> tuple[tuple[str, str, str], ...]:
    """Why nothing is done about somebody: fields ("": none of ours), and the reasons that say why and what to do."""
    if item.kind == "left_out":
        return (("", "left_out", "left_out"),)
    if item.kind == "matched" or item.choice == "none":
        return (("", "not_the_same", "not_the_same"),)
    if item.kind == "uncertain":
        return (("", item.why, item.why),)
    if item.blocked:
        return tuple((one.get("field", ""), one["reason"], one["reason"]) for one in item.blocked)
    decided = "not_decided" if item.choice is None else "not_added_earlier" if item.remembered else "not_added"
    return (("", item.why or decided, decided),)


def way_of_value(why: str) -> str:
    """In which of the ways that are counted a value is left: chosen, not_chosen or impossible."""
    if why in ("left_both", "left_both_earlier"):
        return "chosen"
    return "not_chosen" if why == "not_chosen" else "impossible"


def way_of_person(kind: str, choice: str | None, is_blocked: bool) -> str:
    """In which of them somebody is left: left_out, unsettled, cannot_be_added or not_added."""
    if kind == "left_out":
        return "left_out"
    if kind in ("matched", "uncertain") or choice == "none":
        return "unsettled"
    return "cannot_be_added" if is_blocked else "not_added"


def depends(needs: str, excludes: str) -> str:
    """Why the choice of Huma's value depends on others: a key of `core.reasons`; "" where it does not."""
    return "workdays_not_together" if excludes else REASONS.get(needs, "")
