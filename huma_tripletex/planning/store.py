"""Writes a comparison into rows: one statement per thousand people and one per their differences, each committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, delete, insert, select

from huma_tripletex.models import Conflict, PlanItem
from huma_tripletex.planning.comparison import Item
from huma_tripletex.planning.pairing import Settled
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.runtime import Runtime

CHUNK: Final = 1000
ITEMS, CONFLICTS = cast(Table, PlanItem.__table__), cast(Table, Conflict.__table__)


def forget_items(runtime: Runtime, plan_id: int) -> None:
    """Empties a plan that another worker had begun."""
    for table in (CONFLICTS, ITEMS):
        runtime.session.execute(delete(table).where(table.c.plan_id == plan_id))


def store(runtime: Runtime, seals: Seals, chunk: Sequence[tuple[int, Item]]) -> None:
    """Some items, at most `CHUNK`, with their differences."""
    ids = _insert(runtime, [_item_row(seals, position, item) for position, item in chunk])
    rows = [conflict_row(seals.plan_id, ids[position], one) for position, item in chunk for one in item.differences]
    for start in range(0, len(rows), CHUNK):
        store_conflicts(runtime, rows[start : start + CHUNK])


def store_conflicts(runtime: Runtime, rows: Sequence[dict[str, Any]]) -> None:
    """In one statement."""
    if rows:
        runtime.session.execute(insert(CONFLICTS), rows)


def conflict_row(plan_id: int, item_id: int, one: Settled) -> dict[str, Any]:
    """A difference as the row it becomes."""
    return {
        "plan_id": plan_id,
        "item_id": item_id,
        "field": one.field,
        "kind": one.kind,
        "changed_by": one.changed_by,
        "choice": one.choice,
        "chosen": one.chosen,
        "only": list(one.only),
        "locked": one.locked,
        "needs": one.condition.needs,
        "excludes": one.condition.excludes,
        "hash_huma": one.hash_huma,
        "hash_tripletex": one.hash_tripletex,
    }


def _insert(runtime: Runtime, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """The ids of the new items by position. Asked for afterwards: one VALUES of a thousand rows costs psycopg more."""
    runtime.session.execute(insert(ITEMS), rows)
    here = ITEMS.c.position.between(rows[0]["position"], rows[-1]["position"])
    found = select(ITEMS.c.position, ITEMS.c.id).where(ITEMS.c.plan_id == rows[0]["plan_id"], here)
    return {row.position: row.id for row in runtime.session.execute(found)}


def _item_row(seals: Seals, position: int, item: Item) -> dict[str, Any]:
    content = item.content
    return {
        "plan_id": seals.plan_id,
        "position": position,
        "kind": item.kind,
        "person_id": content.person.id if content.person else None,
        "employee_id": content.employee.id if content.employee else None,
        "matched_by": item.matched_by,
        "why": item.why,
        "candidates": [candidate.id for candidate in content.candidates],
        "choice": item.choice,
        "blocked": [{"field": key, "reason": reason} for key, reason in item.blocked],
        "remembered": item.remembered,
        "differences": len(item.differences),
        "account_huma": seals.account_hash(content.huma),
        "account_tripletex": seals.account_hash(content.tripletex),
        "fingerprint": seals.fingerprint(content),
        "sealed": seals.seal(position, content),
    }
