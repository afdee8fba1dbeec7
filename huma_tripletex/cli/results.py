"""What came of a sync or of an undo, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from huma_tripletex import reporting
from huma_tripletex.models import SyncRun
from huma_tripletex.models.run import OUTCOMES
from huma_tripletex.runtime import Runtime

GOOD = ("created", "updated", "nothing_to_do")


def facts(rows: Sequence[reporting.Row]) -> dict[str, Any]:
    """Everybody's outcome and reason, and how many there are of each."""
    results = [
        {
            "person_id": row.person_id,
            "employee_id": str(row.employee_id) if row.employee_id else None,
            "outcome": row.outcome,
            "reason": row.reason,
        }
        for row in rows
    ]
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in OUTCOMES if outcome != "planned"}
    return {"results": results, "counts": counts}


def lines(rows: Sequence[reporting.Row]) -> Iterator[str]:
    """The same in lines: numbers, and whoever was not done, with the reason."""
    for outcome, count in facts(rows)["counts"].items():
        if count:
            yield f"{outcome.replace('_', ' ')}: {count}"
    for row in rows:
        if row.sentence and row.outcome not in GOOD:
            yield f"  {row.name} (person {row.person_id or '-'}): {row.sentence} {row.next_step}"


def link_to(runtime: Runtime, run: SyncRun) -> str:
    """Address of the run's page for the mail; "" where nobody has said where the pages are."""
    settings = runtime.settings
    if not settings.base_url:
        return ""
    return f"{settings.base_url.rstrip('/')}{settings.url_prefix}/tripletex/runs/{run.id}"
