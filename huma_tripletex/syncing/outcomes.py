"""What came of one person: the outcomes in both systems, and of these two the one that most needs somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from huma_tripletex.models import SyncResult

SideOutcome = Literal[
    "", "written", "added", "nothing_to_do", "skipped", "failed", "different", "waiting", "cancelled", "handed_over"
]
Facts = Mapping[str, Any]
NONE: Final[Facts] = {}
HANDED_OVER: Final = "handed_over"
"""It is in the outbox; the result is still `planned`."""
OVERALL: Final = {"written": "updated", "added": "created", "": "nothing_to_do"}
RANK: Final = ("failed", "different", "waiting", "skipped", "cancelled", "created", "updated", "nothing_to_do")


def in_huma(
    result: SyncResult, outcome: SideOutcome, fields: Iterable[str] = (), reason: str = "", detail: Facts = NONE
) -> None:
    """Notes what was done in Huma; `fields` are those written, `detail` facts for the sentence."""
    result.huma_outcome, result.huma_fields = outcome, list(fields)
    _explain(result, reason, detail)


def in_tripletex(
    result: SyncResult, outcome: SideOutcome, fields: Iterable[str] = (), reason: str = "", detail: Facts = NONE
) -> None:
    """Notes what came of it in Tripletex; `fields` are those written, `detail` facts for the sentence."""
    result.tripletex_outcome, result.tripletex_fields = outcome, list(fields)
    _explain(result, reason, detail)


def settle(result: SyncResult, now: datetime) -> None:
    """The person is done with, unless something is still on its way to Tripletex."""
    if result.tripletex_outcome == HANDED_OVER:
        return
    sides = [OVERALL.get(side, side) for side in (result.huma_outcome, result.tripletex_outcome)]
    result.outcome = min(sides, key=RANK.index)
    result.settled_at = now
    _remember_impossible(result)


def _remember_impossible(result: SyncResult) -> None:
    """Whatever else was done for this person, something that was asked for was known to be impossible."""
    impossible = (result.detail or {}).get("impossible")
    if impossible and result.outcome != "failed":
        result.outcome, result.reason = "failed", next(iter(impossible.values()))
        result.detail = {**(result.detail or {}), "fields": list(impossible)}


def fail(result: SyncResult, now: datetime, reason: str) -> None:
    """Nothing could be done for this person, in either system."""
    in_huma(result, "failed" if result.huma_fields else "")
    in_tripletex(result, "failed", reason=reason)
    settle(result, now)


def skip(result: SyncResult, now: datetime, reason: str) -> None:
    """Nothing was done for this person, in either system, and it will be asked again."""
    in_huma(result, "skipped" if result.huma_fields else "")
    in_tripletex(result, "skipped", reason=reason)
    settle(result, now)


def stop(result: SyncResult, taken: Iterable[str]) -> None:
    """The run was stopped before Tripletex had everything of this person: whatever was written by then stays, and then
    it was not stopped before it came to them.
    """
    fields = list(taken)
    made = result.action == "add_to_tripletex" and result.employee_id is not None
    begun = bool(fields) or made or result.huma_outcome == "written"
    known = result.huma_outcome in ("failed", "skipped")
    why = "stopped_in_part" if begun else "" if known else "cancelled"
    in_tripletex(result, "skipped" if begun else "cancelled", fields, why)


def _explain(result: SyncResult, reason: str, detail: Facts) -> None:
    """Tripletex's reason wins: it comes later and is the one that somebody can act on."""
    if reason:
        result.reason = reason
    told = {name: fact for name, fact in detail.items() if fact}
    if told:
        result.detail = {**(result.detail or {}), **told}
