"""From what came of a run's outbox entries to the results of its people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import OutboxEntry, PersonLink, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import outcomes

AT_ONCE: Final = 500
SETTLED: Final = ("done", "parked", "dismissed")
OPEN: Final = ("waiting", "in_flight")
ENDINGS: Final = ("cancelled", "disconnected")
"""Why entries are set aside, when it is not by a human who has read why they failed."""
SET_ASIDE: Final = (*ENDINGS, "undone")
MENDED: Final = or_(
    OutboxEntry.state == "done", and_(OutboxEntry.state == "dismissed", OutboxEntry.reason.not_in(ENDINGS))
)
LATE: Final = {
    "waiting": OutboxEntry.state.in_(SETTLED),
    "failed": MENDED,
    "different": and_(MENDED, OutboxEntry.outcome != "different"),
}
"""What may still come of people after their run has ended, seen of an entry: by the outcome that the run had."""
SINCE: Final = {"changed_in_huma": "changed_in_huma_since", "changed_in_tripletex": "changed_in_tripletex_since"}
"""Of a run that takes back another: nobody chose anything, and what somebody has changed since is as they want it."""


def collect(runtime: Runtime, run: SyncRun, side: str = outcomes.HANDED_OVER) -> int:
    """Takes in some entries that are settled, of people whose outcome in Tripletex was `side` until now: one of LATE
    after the run has ended. Returns how many people. Call until it is 0; the caller commits.
    """
    rows = _rows(runtime, run, LATE.get(side, OutboxEntry.state.in_(SETTLED)), side)
    note_employees(runtime, run, rows)
    for result, entry in rows:
        before = [] if side == outcomes.HANDED_OVER else result.tripletex_fields
        result.request_id = entry.request_id
        result.reason = "" if side != outcomes.HANDED_OVER else result.reason
        _take_in(result, entry)
        result.tripletex_fields = [key for key in KEYS if key in before or key in result.tripletex_fields]
        result.reason = SINCE.get(result.reason, result.reason) if run.undoes is not None else result.reason
        outcomes.settle(result, runtime.clock())
    runtime.session.flush()
    return len(rows)


def give_up_waiting(runtime: Runtime, run: SyncRun) -> None:
    """What is still in the outbox is reported as waiting; it is sent all the same."""
    while rows := _rows(runtime, run, OutboxEntry.state.in_(OPEN), outcomes.HANDED_OVER):
        note_employees(runtime, run, rows)
        for result, entry in rows:
            outcomes.in_tripletex(result, "waiting", entry.taken, entry.why or "still_waiting")
            outcomes.settle(result, runtime.clock())
        runtime.session.flush()


def note_employees(runtime: Runtime, run: SyncRun, rows: Sequence[tuple[SyncResult, OutboxEntry]]) -> None:
    """Of those who were to be added: whom they have become in Tripletex, also where not all of theirs was taken."""
    created = _employees(runtime, run, [result for result, entry in rows if entry.kind == "create"])
    for result, _ in rows:
        result.employee_id = result.employee_id or created.get(result.person_id or "")


def _rows(runtime: Runtime, run: SyncRun, news: ColumnElement[bool], side: str) -> list[tuple[SyncResult, OutboxEntry]]:
    same = and_(OutboxEntry.run_id == SyncResult.run_id, OutboxEntry.person_id == SyncResult.person_id)
    chosen = (
        select(SyncResult, OutboxEntry)
        .join(OutboxEntry, same)
        .where(
            SyncResult.run_id == run.id,
            SyncResult.tripletex_outcome == side,
            news,
        )
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    )
    return [(result, entry) for result, entry in runtime.session.execute(chosen)]


def _employees(runtime: Runtime, run: SyncRun, created: Sequence[SyncResult]) -> dict[str, int]:
    """Who became whom in Tripletex."""
    if not created:
        return {}
    people = [result.person_id for result in created]
    chosen = select(PersonLink.person_id, PersonLink.employee_id).where(
        PersonLink.connection_id == run.connection_id, PersonLink.person_id.in_(people)
    )
    return {person_id: number for person_id, number in runtime.session.execute(chosen) if number}


def _take_in(result: SyncResult, entry: OutboxEntry) -> None:
    """What the entry says; fields that it does not count as failed or skipped were written."""
    told = {name: fact for name, fact in (entry.detail or {}).items() if name != "taken"}
    if entry.state == "dismissed" and entry.reason == "cancelled":
        outcomes.stop(result, entry.taken)
    elif entry.state == "dismissed":
        why = entry.reason if entry.reason in SET_ASIDE else "dismissed"
        outcomes.in_tripletex(result, "skipped", entry.taken, why)
    elif entry.outcome == "superseded":
        outcomes.in_tripletex(result, "skipped", entry.taken, entry.reason or "changed_in_huma")
    elif entry.state == "parked" or entry.outcome == "different":
        different = "different" in (entry.outcome, entry.reason)
        why = "different" if different else entry.reason
        outcomes.in_tripletex(result, "different" if different else "failed", entry.taken, why, told)
    else:
        _take_in_done(result, entry, told)


def _take_in_done(result: SyncResult, entry: OutboxEntry, told: outcomes.Facts) -> None:
    """There may be nothing to do any more, and an earlier attempt has written something."""
    skipped, nothing = told.get("skipped", ()), entry.outcome == "nothing_to_do"
    written = entry.taken if nothing else [field for field in entry.fields if field not in skipped]
    if skipped or (nothing and entry.reason):
        outcomes.in_tripletex(result, "skipped", written, entry.reason, told)
    elif not written:
        outcomes.in_tripletex(result, "nothing_to_do", (), entry.reason, told)
    else:
        outcomes.in_tripletex(result, "added" if entry.kind == "create" else "written", written, entry.reason, told)
