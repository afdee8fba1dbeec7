"""`flask tripletex plan`: compares and prints the plan; writes nothing to either system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import click
from sqlalchemy import select

from huma_tripletex.cli.comparing import compared
from huma_tripletex.cli.speaking import connection_of, explained, for_organisation, say
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.runtime import Runtime


@click.command()
@click.option("--confirm", is_flag=True, help="Put away a comparison in which somebody has made choices.")
@for_organisation
def plan(runtime: Runtime, organisation: str, as_json: bool, confirm: bool) -> None:
    """Compares both systems and prints who is who and what differs."""
    connection = connection_of(runtime, organisation)
    drawn = compared(runtime, connection, confirm)
    facts = facts_of(runtime, drawn)
    say(as_json, facts, _lines(facts))


def facts_of(runtime: Runtime, drawn: SyncPlan) -> dict[str, list[Any]]:
    """The plan as one object."""
    found = select(PlanItem).where(PlanItem.plan_id == drawn.id).order_by(PlanItem.position)
    items = runtime.session.scalars(found).all()
    differences = _differences(runtime, drawn, items)
    matched = [
        {
            "person_id": item.person_id,
            "employee_id": str(item.employee_id),
            "matched_by": item.matched_by,
            "differences": differences.get(item.id, []),
        }
        for item in items
        if item.kind == "matched"
    ]
    return {
        "matched": matched,
        "only_in_huma": [item.person_id for item in items if item.kind == "only_in_huma"],
        "only_in_tripletex": [str(item.employee_id) for item in items if item.kind == "only_in_tripletex"],
        "uncertain": _uncertain([item for item in items if item.kind == "uncertain"]),
    }


def _differences(runtime: Runtime, drawn: SyncPlan, items: Any) -> Mapping[int, list[dict[str, Any]]]:
    seals, by_item = seals_of(runtime, drawn), {item.id: item for item in items}
    conflicts = runtime.session.scalars(select(Conflict).where(Conflict.plan_id == drawn.id).order_by(Conflict.id))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    contents: dict[int, Any] = {}
    for one in conflicts:
        item = by_item[one.item_id]
        content = contents.setdefault(item.id, None) or seals.open(item.position, item.sealed)
        contents[item.id] = content
        values = {"huma": content.huma.get(one.field), "tripletex": content.tripletex.get(one.field)}
        found[item.id].append({"field": one.field, **values, "kind": one.kind})
    return found


def _uncertain(items: list[PlanItem]) -> list[dict[str, Any]]:
    """Those who may be the same employees stand together."""
    groups: dict[tuple[tuple[int, ...], str], list[str]] = defaultdict(list)
    for item in items:
        groups[tuple(item.candidates), item.why].append(item.person_id or "")
    return [
        {"person_ids": people, "employee_ids": [str(number) for number in candidates], "why": why}
        for (candidates, why), people in groups.items()
    ]


def _lines(facts: Mapping[str, list[Any]]) -> Iterator[str]:
    differing = [match for match in facts["matched"] if match["differences"]]
    count = sum(len(match["differences"]) for match in differing)
    yield f"{len(facts['matched'])} people are in both systems; {count} differences in {len(differing)} of them."
    for match in differing:
        fields = ", ".join(f"{one['field']} ({one['kind'].replace('_', ' ')})" for one in match["differences"])
        yield f"  person {match['person_id']} = employee {match['employee_id']}: {fields}"
    yield f"Only in Huma: {len(facts['only_in_huma'])}  {' '.join(facts['only_in_huma'])}"
    yield f"Only in Tripletex: {len(facts['only_in_tripletex'])}  {' '.join(facts['only_in_tripletex'])}"
    for group in facts["uncertain"]:
        yield f"Uncertain: people {', '.join(group['person_ids'])}. {explained(group['why'])}"
    yield "Nothing was written."
