"""Takes back a run, a person of it or a field: a run like any other, whose approved values are the earlier ones.

So it is carried out by the same code and under the same rule: a value is put back only where the one we wrote is still
there. Who was added stays; that is said in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.normalise import normalise
from huma_tripletex.errors import HumaTripletexError
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.gateway.new_run import is_one_going_on, new_run
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine, SyncResult, SyncRun
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import outcomes
from huma_tripletex.syncing.approved import Approved, Expected, Writes, opened, sealed

WROTE_HUMA: Final = ("written", "skipped", "failed")
WROTE_TRIPLETEX: Final = ("written", "skipped", "failed", "different")


class CannotUndo(HumaTripletexError):
    """Nothing is taken back. `reason` is a key of `core.reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def undo(
    runtime: Runtime,
    run: SyncRun,
    by: HostUser | None,
    *,
    person_id: str | None = None,
    field: str | None = None,
    mail: bool = True,
    link: str = "",
) -> SyncRun:
    """A run that puts earlier values back: all of them, or one person's, or of one field. The caller commits and
    enqueues `task_queue.RUN`.

    Raises:
        CannotUndo: another run is going on, nothing was written, or the values are no longer kept.
        NotReadable: the key that sealed the values is gone.
    """
    connection = runtime.session.get_one(Connection, run.connection_id)
    if not connection.is_open:
        raise CannotUndo("not_connected")
    if is_one_going_on(runtime, connection.id):
        raise CannotUndo("run_in_progress")
    chosen = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.sealed.is_not(None))
    chosen = chosen.where(SyncResult.person_id == person_id) if person_id else chosen
    results = runtime.session.scalars(chosen.order_by(SyncResult.position)).all()
    going_back = new_run(runtime, connection, run.plan_id, by, mail=mail, link=link, undoes=run.id)
    rows = [row for result in results if (row := _row(runtime, connection, going_back, result, field))]
    if not any(row.huma_fields or row.tripletex_fields for row in rows):
        runtime.session.delete(going_back)
        raise CannotUndo("nothing_to_undo")
    runtime.session.add_all(rows)
    runtime.session.add(LogLine.act(connection.id, "undone", runtime.clock(), by, run=going_back.id, undoes=run.id))
    runtime.session.flush()
    return going_back


def _row(
    runtime: Runtime, connection: Connection, run: SyncRun, result: SyncResult, field: str | None
) -> SyncResult | None:
    """One person of the new run; None if the earlier one wrote nothing of theirs."""
    was = opened(runtime, connection, result)
    huma = _back(was.huma, result.huma_fields, field) if result.huma_outcome in WROTE_HUMA else {}
    tripletex = _back(was.tripletex, result.tripletex_fields, field)
    tripletex = tripletex if result.tripletex_outcome in WROTE_TRIPLETEX else {}
    stuck = [key for key, (_, after) in tripletex.items() if after is None and not BY_KEY[key].clearable]
    tripletex = {key: pair for key, pair in tripletex.items() if key not in stuck}
    added = field is None and "added" in (result.huma_outcome, result.tripletex_outcome)
    if not (huma or tripletex or stuck or added) or result.person_id is None:
        return None
    expected = _expected(runtime, connection, result.person_id, tripletex)
    row = SyncResult(
        run_id=run.id,
        position=result.position,
        person_id=result.person_id,
        employee_id=result.employee_id,
        action="update",
        outcome="planned",
        huma_outcome="",
        tripletex_outcome="",
        huma_fields=list(huma),
        tripletex_fields=list(tripletex),
        reason="",
        request_id="",
        sealed=sealed(
            runtime, connection, run.id, result.position, Approved(was.name, None, huma, tripletex, {}, expected)
        ),
    )
    _say_what_stays(runtime, row, added, stuck)
    return row


def _back(was: Writes, written: Sequence[str], field: str | None) -> Writes:
    return {key: (after, before) for key, (before, after) in was.items() if key in written and field in (None, key)}


def _expected(runtime: Runtime, connection: Connection, person_id: str, writes: Writes) -> Expected:
    """Where the value that we wrote is still there, the earlier one is sent."""
    hash_of = hash_for(runtime.vault, connection.id, person_id)
    return {
        key: (hash_of(key, normalise(key, after)), hash_of(key, normalise(key, before)), RESTORE)
        for key, (before, after) in writes.items()
    }


def _say_what_stays(runtime: Runtime, row: SyncResult, added: bool, stuck: Iterable[str]) -> None:
    """What cannot be put back is known before, and is a result at once where there is nothing else."""
    row.reason = "added_stays" if added else "was_empty" if stuck else ""
    row.detail = {"kept": list(stuck)} if stuck else None
    if not row.huma_fields and not row.tripletex_fields:
        outcomes.in_tripletex(row, "skipped", (), row.reason, {"skipped": list(stuck)})
        outcomes.settle(row, runtime.clock())
