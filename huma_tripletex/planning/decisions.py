"""Which value is right: for all, for a field, for a kind, for a person, or for one value.

A preference settles conflicts and fills what is missing; it never clears. A value is cleared only by a choice for that
value. The callers commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Conflict, SyncPlan
from huma_tripletex.models.plan import CHOICES
from huma_tripletex.planning.combinations import drop_impossible, refuse_impossible
from huma_tripletex.planning.lease import changed
from huma_tripletex.planning.refusals import NotPossible
from huma_tripletex.planning.turn import allows, conflicts_of, take_turn
from huma_tripletex.runtime import Runtime


def choose_for_all(
    runtime: Runtime,
    plan: SyncPlan,
    choice: str | None,
    *,
    field: str | None = None,
    kind: str | None = None,
    item_id: int | None = None,
    by: HostUser | None = None,
    revision: int | None = None,
) -> int:
    """Applies a preference ("huma", "tripletex", "leave", or None: not decided) in one statement; a second one
    takes back what cannot be written as the others stand.

    Differences that were left on purpose earlier are set aside and not touched, and neither are those that the choice
    cannot be carried out for, nor, unless it is for one person, what was chosen value by value: whoever looked at each
    knows better than whoever looks at all. Answers how many were settled.

    Raises:
        NotPossible: there is no such choice.
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    _check(choice)
    take_turn(runtime, plan, by, revision)
    which = [*conflicts_of(plan), Conflict.chosen != "remembered"]
    which += [Conflict.field == field] if field else []
    which += [Conflict.kind == kind] if kind else []
    which += [Conflict.item_id == item_id] if item_id else [Conflict.chosen != "value"]
    settled = _preference(choice)
    if choice is not None:
        which.append(or_(*(and_(settled == one, allows(one)) for one in CHOICES)))
    chosen = "" if choice is None else "person" if item_id else "field" if field else "all"
    settled_now = changed(runtime.session, update(Conflict).where(*which).values(choice=settled, chosen=chosen))
    drop_impossible(runtime, plan)
    return settled_now


def choose(
    runtime: Runtime,
    plan: SyncPlan,
    choices: Mapping[int, str | None],
    *,
    by: HostUser | None = None,
    revision: int | None = None,
) -> None:
    """Settles single differences, by the ids of their conflicts; at most one statement per kind of choice.

    Raises:
        NotPossible: a choice that cannot be carried out, maybe as others stand, or that is not of this plan.
        Stale, ChangedMeanwhile: see `take_turn`.
    """
    for choice in choices.values():
        _check(choice)
    take_turn(runtime, plan, by, revision)
    found = select(Conflict.id, Conflict.only, Conflict.locked, Conflict.choice)
    rows = {row.id: row for row in runtime.session.execute(found.where(*conflicts_of(plan), Conflict.id.in_(choices)))}
    wanted: dict[str | None, list[int]] = {}
    for conflict_id, choice in choices.items():
        row = rows.get(conflict_id)
        if row is None:
            raise NotPossible("not_in_this_plan")
        if choice is not None and choice not in row.only:
            raise NotPossible(row.locked or "choice_not_possible")
        if choice != row.choice:
            wanted.setdefault(choice, []).append(conflict_id)
    for choice, ids in wanted.items():
        which = (Conflict.plan_id == plan.id, Conflict.id.in_(ids))
        changed(runtime.session, update(Conflict).where(*which).values(choice=choice, chosen="value" if choice else ""))
    if wanted:
        refuse_impossible(runtime, plan, [one for ids in wanted.values() for one in ids])


def _preference(choice: str | None) -> ColumnElement[Any]:
    """What a preference means for a difference: a missing value comes from the side that has one."""
    if choice not in ("huma", "tripletex"):
        return literal(choice)
    return case(
        (Conflict.kind == "missing_in_huma", "tripletex"),
        (Conflict.kind == "missing_in_tripletex", "huma"),
        else_=choice,
    )


def _check(choice: str | None) -> None:
    if choice is not None and choice not in CHOICES:
        raise NotPossible("choice_not_possible")
