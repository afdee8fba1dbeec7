"""`flask tripletex entries`: what waits, is in flight, is parked, and why."""

from __future__ import annotations

from typing import Any

import click

from huma_tripletex.cli.speaking import connection_of, explained, for_organisation, say
from huma_tripletex.models import OutboxEntry
from huma_tripletex.outbox.wait import open_entries
from huma_tripletex.runtime import Runtime


@click.command()
@for_organisation
def entries(runtime: Runtime, organisation: str, as_json: bool) -> None:
    """What is in the outbox. Ids and names of fields; values are not kept there."""
    connection = connection_of(runtime, organisation)
    found = open_entries(runtime.session(), connection.id)
    counts = {state: sum(one.state == state for one in found) for state in ("waiting", "in_flight", "parked")}
    lines = [_line(entry) for entry in found] or ["Nothing waits, nothing is in flight, nothing is parked."]
    say(as_json, {"entries": [_facts(entry) for entry in found], "counts": counts}, lines)


def _facts(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "person_id": entry.person_id,
        "fields": list(entry.fields),
        "kind": entry.kind,
        "state": entry.state,
        "reason": entry.reason,
        "attempts": entry.attempts,
        "captured_at": entry.captured_at.isoformat(),
        "not_before": entry.not_before.isoformat(),
    }


def _line(entry: OutboxEntry) -> str:
    name = f"person {entry.person_id}"
    why = f": {explained(entry.reason, name, entry.fields)}" if entry.reason else ""
    return f"{entry.state.replace('_', ' ')}  {name}  {', '.join(entry.fields) or entry.kind}{why}"
