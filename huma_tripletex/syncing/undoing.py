"""Takes back a run, people of it, fields or single values: a run like any other, whose approved values are the earlier
ones.

So it is carried out by the same code and under the same rule: a value is put back only where the one we wrote is still
there. Who was added stays; that is said before, and in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, insert, select

from huma_tripletex.core.employments import LAST
from huma_tripletex.core.normalise import normalise
from huma_tripletex.errors import HumaTripletexError
from huma_tripletex.gateway.agreement import HashOf, hash_for
from huma_tripletex.gateway.new_run import is_one_going_on, new_run
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine, SyncResult, SyncRun
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.outbox.withdraw import narrow_undone, withdraw_undone
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import Approved, Expected, Writes, opened, sealed
from huma_tripletex.syncing.written import EVERYTHING, Choice, Written, written

AT_ONCE: Final = 500
RESULTS = cast(Table, SyncResult.__table__)


class CannotUndo(HumaTripletexError):
    """Nothing is taken back. `reason` is a key of `core.reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def undo(
    runtime: Runtime,
    run: SyncRun,
    by: HostUser | None,
    choice: Choice = EVERYTHING,
    *,
    mail: bool = True,
    link: str = "",
) -> SyncRun:
    """A run that puts back the earlier values that are chosen. The caller commits and enqueues `task_queue.RUN`.

    Raises:
        CannotUndo: another run is going on, the run is an undo itself, or nothing that is chosen can be put back.
        NotReadable: the key that sealed the values is gone.
    """
    connection = runtime.session.get_one(Connection, run.connection_id)
    if not connection.is_open:
        raise CannotUndo("not_connected")
    if is_one_going_on(runtime, connection.id):
        raise CannotUndo("run_in_progress")
    if run.undoes is not None:
        raise CannotUndo("undo_stays")
    everybody = written(runtime, run)
    wanted = [chosen for one in everybody if one.kept and (chosen := one.within(choice))]
    if not any(one.fields for one in wanted):
        raise CannotUndo(_why_nothing(everybody, choice))
    all_values = sum(len(one.fields) for one in everybody) == sum(len(one.fields) for one in wanted)
    everything = all_values and choice.people is None and choice.fields is None
    whole = _drop_unsent(runtime, run, EVERYTHING if everything else choice, wanted) and all_values
    if everything:
        wanted = [one for one in everybody if one.kept]  # of those who stay, too, the result tells
    going_back = new_run(runtime, connection, run.plan_id, by, mail=mail, link=link, undoes=run.id, whole=whole)
    for start in range(0, len(wanted), AT_ONCE):
        _Rows(runtime, connection, run, going_back, wanted[start : start + AT_ONCE]).add()
    runtime.session.add(LogLine.act(connection.id, "undone", runtime.clock(), by, run=going_back.id, undoes=run.id))
    runtime.session.flush()
    return going_back


def _drop_unsent(runtime: Runtime, run: SyncRun, choice: Choice, wanted: Sequence[Written]) -> bool:
    """Of whoever is undone wholly, all that Tripletex has not taken; of others what it has taken and is put back, so
    that it does not come along with the rest. False: something of the run may still get there.
    """
    session, people = runtime.session(), () if choice.is_partial else choice.people
    is_over = withdraw_undone(session, run.id, people, runtime.clock())
    narrow_undone(session, run.id, {one.person_id: one.tripletex for one in wanted})
    return is_over


def _why_nothing(everybody: Sequence[Written], choice: Choice) -> str:
    chosen = [one.within(choice) for one in everybody]
    if any(one.fields and not one.kept for one in chosen):
        return "values_forgotten"
    back = any(choice.has(one.person_id, key) for one in everybody for key in one.back)
    return "undone_already" if back else "nothing_to_undo"


class _Rows:
    """Some people of the new run."""

    def __init__(
        self,
        runtime: Runtime,
        connection: Connection,
        run: SyncRun,
        going_back: SyncRun,
        wanted: Sequence[Written],
    ) -> None:
        self._runtime, self._connection = runtime, connection
        self._run, self._going_back = run, going_back
        self._wanted = [one for one in wanted if one.fields or one.stuck or one.added]

    def add(self) -> None:
        """In a number of statements that does not grow with the people."""
        positions = [one.position for one in self._wanted]
        chosen = select(SyncResult).where(SyncResult.run_id == self._run.id, SyncResult.position.in_(positions))
        found = {result.position: result for result in self._runtime.session.scalars(chosen)}
        rows = [self._row(one, found[one.position]) for one in self._wanted]
        if rows:
            self._runtime.session.execute(insert(RESULTS), rows)

    def _row(self, one: Written, result: SyncResult) -> dict[str, Any]:
        was = opened(self._runtime, self._connection, result)
        huma, tripletex = _back(was.huma, one.huma), _back(was.tripletex, one.tripletex)
        hash_of = hash_for(self._runtime.vault, self._connection.id, one.person_id)
        why = was.end_reasons[::-1] if LAST in tripletex else ("", "")
        now = Approved(was.name, None, huma, tripletex, {}, _expected(hash_of, tripletex), end_reasons=why)
        return {
            "run_id": self._going_back.id,
            "position": one.position,
            "person_id": one.person_id,
            "employee_id": result.employee_id,
            "action": "update",
            "huma_fields": list(huma),
            "tripletex_fields": list(tripletex),
            "request_id": "",
            "sealed": sealed(self._runtime, self._connection, self._going_back.id, one.position, now),
            **self._what_stays(one, in_huma=result.huma_outcome == "added"),
        }

    def _what_stays(self, one: Written, *, in_huma: bool) -> dict[str, Any]:
        """What cannot be put back is known before, and is a result at once where there is nothing else."""
        return {
            "reason": "added_stays" if one.added else "cannot_go_back" if one.stuck else "",
            "detail": {"kept": list(one.stuck)} if one.stuck else None,
            "outcome": "planned" if one.fields else "skipped",
            "huma_outcome": "skipped" if in_huma and not one.fields else "",
            "tripletex_outcome": "" if one.fields or in_huma else "skipped",
            "settled_at": None if one.fields else self._runtime.clock(),
        }


def _back(was: Writes, fields: Sequence[str]) -> Writes:
    return {key: (after, before) for key, (before, after) in was.items() if key in fields}


def _expected(hash_of: HashOf, writes: Writes) -> Expected:
    """Where the value that we wrote is still there, the earlier one is sent."""
    return {
        key: (hash_of(key, normalise(key, earlier)), hash_of(key, normalise(key, ours)), RESTORE)
        for key, (ours, earlier) in writes.items()
    }
