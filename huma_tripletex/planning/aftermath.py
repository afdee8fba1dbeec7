"""What an approved plan leaves behind besides its run: decisions that are not asked again, and links that gave way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, insert, or_, select

from huma_tripletex.models import Conflict, PersonLink, PlanItem, RememberedChoice, SyncPlan
from huma_tripletex.planning.earlier_edits import replace_earlier_edits
from huma_tripletex.planning.memory import whole_hash
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.turn import conflicts_of
from huma_tripletex.planning.writes import PersonWrites
from huma_tripletex.runtime import Runtime

REMEMBERED = cast(Table, RememberedChoice.__table__)


def remember(runtime: Runtime, plan: SyncPlan, only: Collection[int] | None = None) -> None:
    """Notes who was not added, what was left and who is not the same. A plan speaks for everybody, so what was left and
    not added before it is forgotten; tried on a few (`only`: these items) it speaks for them. Nobody who was
    decided about is added by the option any more.
    """
    now = runtime.clock()
    _forget(runtime, plan, _chosen_after_an_undo(plan, only))
    for item in _decided(runtime, plan, "same", only):
        same = (RememberedChoice.person_id == item.person_id, RememberedChoice.employee_id == item.employee_id)
        _forget(runtime, plan, and_(*same, RememberedChoice.choice == "not_same"))
    if only is None:
        apart = _not_same(runtime, plan, now)
        for row in apart:
            _unlink(runtime, plan.connection_id, row["person_id"], row["employee_id"])
        _forget(runtime, plan, RememberedChoice.choice.in_(("leave", "not_added")))
        rows = [*_left(runtime, plan, now), *_not_added(runtime, plan, now), *apart]
    else:
        tried = select(PlanItem.person_id).where(PlanItem.id.in_(only))
        _forget(runtime, plan, and_(RememberedChoice.choice == "leave", RememberedChoice.person_id.in_(tried)))
        rows = _left(runtime, plan, now, only)
    if rows:
        runtime.session.execute(insert(REMEMBERED), rows)
    replace_earlier_edits(runtime, plan, now, only)


def _chosen_after_an_undo(plan: SyncPlan, only: Collection[int] | None) -> ColumnElement[bool]:
    """What an undo had put back before this comparison, and somebody has chosen about in it. Whom the plan was tried on
    earlier were chosen about then: an undo of the try came later.
    """
    chosen = (
        select(Conflict.id)
        .join(PlanItem, PlanItem.id == Conflict.item_id)
        .where(
            *conflicts_of(plan),
            Conflict.choice.is_not(None),
            Conflict.field == RememberedChoice.field,
            PlanItem.person_id == RememberedChoice.person_id,
            *_of(only),
        )
        .exists()
    )
    return and_(RememberedChoice.choice == "undone", RememberedChoice.made_at <= plan.made_at, chosen)


def free_links(runtime: Runtime, plan: SyncPlan, writes: Sequence[PersonWrites]) -> None:
    """Links of these people to somebody else, and of these employees to somebody else, give way: whoever approved this
    has seen who is who now. Not those made since the comparison, which nobody has seen: the run leaves them alone.
    """
    pairs = {one.person_id: one.employee_id for one in writes if one.person_id is not None}
    employees = {one.employee_id for one in writes if one.employee_id is not None}
    if not pairs and not employees:
        return
    concerned = or_(PersonLink.person_id.in_(pairs), PersonLink.employee_id.in_(employees))
    links = select(PersonLink.id, PersonLink.person_id, PersonLink.employee_id).where(
        PersonLink.connection_id == plan.connection_id, PersonLink.linked_at <= plan.made_at, concerned
    )
    obsolete = [
        link_id
        for link_id, person_id, employee_id in runtime.session.execute(links)
        if pairs.get(person_id, -1) != employee_id
    ]
    if obsolete:
        gone = delete(PersonLink).where(PersonLink.id.in_(obsolete))
        runtime.session.execute(gone.execution_options(synchronize_session="fetch"))


def _row(plan: SyncPlan, choice: str, now: datetime, **values: Any) -> dict[str, Any]:
    empty = {"person_id": None, "employee_id": None, "field": "", "hash_huma": "", "hash_tripletex": ""}
    return {**empty, "connection_id": plan.connection_id, "choice": choice, "made_at": now, **values}


def _left(runtime: Runtime, plan: SyncPlan, now: datetime, only: Collection[int] | None = None) -> list[dict[str, Any]]:
    columns = (PlanItem.person_id, PlanItem.employee_id, Conflict.field, Conflict.hash_huma, Conflict.hash_tripletex)
    rows = select(*columns).join(Conflict, Conflict.item_id == PlanItem.id)
    rows = rows.where(Conflict.plan_id == plan.id, Conflict.choice == "leave", *_of(only))
    found = runtime.session.execute(rows)
    return [_row(plan, "leave", now, **row._mapping) for row in found]


def _not_added(runtime: Runtime, plan: SyncPlan, now: datetime) -> list[dict[str, Any]]:
    seals, rows = seals_of(runtime, plan), []
    for item in _decided(runtime, plan, "leave"):
        content = seals.open(item.position, item.sealed)
        if content.person:
            huma = whole_hash(runtime.vault, plan.connection_id, content.person.id, content.huma)
            rows.append(_row(plan, "not_added", now, person_id=content.person.id, hash_huma=huma))
        elif content.employee:
            who = f"employee:{content.employee.id}"
            tripletex = whole_hash(runtime.vault, plan.connection_id, who, content.tripletex)
            rows.append(_row(plan, "not_added", now, employee_id=content.employee.id, hash_tripletex=tripletex))
    return rows


def _not_same(runtime: Runtime, plan: SyncPlan, now: datetime) -> list[dict[str, Any]]:
    """Everybody who was said not to be one of those they were taken for."""
    rows: list[dict[str, Any]] = []
    for item in _decided(runtime, plan, "none"):
        others = [item.employee_id] if item.kind == "matched" else item.candidates
        rows += [_row(plan, "not_same", now, person_id=item.person_id, employee_id=other) for other in others]
    return rows


def _decided(runtime: Runtime, plan: SyncPlan, choice: str, only: Collection[int] | None = None) -> Sequence[PlanItem]:
    which = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.choice == choice, *_of(only))
    return runtime.session.scalars(which).all()


def _of(only: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if only is None else [PlanItem.id.in_(only)]


def _unlink(runtime: Runtime, connection_id: int, person_id: str, employee_id: int) -> None:
    link = delete(PersonLink).where(
        PersonLink.connection_id == connection_id,
        PersonLink.person_id == person_id,
        PersonLink.employee_id == employee_id,
    )
    runtime.session.execute(link.execution_options(synchronize_session="fetch"))


def _forget(runtime: Runtime, plan: SyncPlan, which: ColumnElement[bool]) -> None:
    gone = delete(RememberedChoice).where(RememberedChoice.connection_id == plan.connection_id, which)
    runtime.session.execute(gone.execution_options(synchronize_session=False))
