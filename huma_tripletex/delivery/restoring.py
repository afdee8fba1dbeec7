"""What a run has sealed for Tripletex that Huma does not hold: earlier values that are put back, and why somebody's
employment ends.

They lie in the results of that run; its outbox entries say so, by a third word beside their hashes or by END_REASON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import select, tuple_

from huma_tripletex.core.employments import LAST
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.models import Connection, SyncResult
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.record import END_REASON
from huma_tripletex.runtime import Runtime


class _Writes(msgspec.Struct):
    tripletex: dict[str, tuple[str | None, str | None]] = {}
    end_reasons: tuple[str, str] = ("", "")


_writes = msgspec.json.Decoder(_Writes)


def values_to_restore(runtime: Runtime, connection: Connection, claimed: Iterable[Claimed]) -> Mapping[str, Values]:
    """By person, the canonical values that their entries put back. No statement unless one of them does.

    A field that a later change names again is that change's. Raises NotReadable when the key is gone.
    """
    wanted: dict[tuple[int, str], set[str]] = {}
    for person in claimed:
        for run_id, field in _restored(person):
            wanted.setdefault((run_id, person.person_id), set()).add(field)
    if not wanted:
        return {}
    values: dict[str, dict[str, str | None]] = {}
    for run_id, person_id, found in _opened(runtime, connection, wanted):
        own, writes = values.setdefault(person_id, {}), found.tripletex
        own |= {key: normalise(key, writes[key][1]) for key in wanted[run_id, person_id] if key in writes}
    return values


def approved_reasons(runtime: Runtime, connection: Connection, claimed: Iterable[Claimed]) -> Mapping[str, str]:
    """By person, why the run that last named their last workday ends the employment. No statement unless one does.

    Raises NotReadable when the key is gone.
    """
    wanted = {(run_id, person.person_id) for person in claimed if (run_id := _ending(person)) is not None}
    if not wanted:
        return {}
    return {person_id: found.end_reasons[1] for _, person_id, found in _opened(runtime, connection, wanted)}


def _ending(person: Claimed) -> int | None:
    """The run that says why; None if the entry that names the last workday last is no run's, or the run does not."""
    naming = [entry for entry in person.entries if LAST in entry.fields]
    return naming[-1].run_id if naming and END_REASON in (naming[-1].expected or ()) else None


def _restored(person: Claimed) -> set[tuple[int, str]]:
    """Runs and fields, as the latest entry that names a field says."""
    latest: dict[str, int | None] = {}
    for entry in person.entries:
        for field in entry.fields:
            latest[field] = entry.run_id if entry.restores(field) else None
    return {(run_id, field) for field, run_id in latest.items() if run_id is not None}


def _opened(
    runtime: Runtime, connection: Connection, wanted: Collection[tuple[int, str]]
) -> Iterator[tuple[int, str, _Writes]]:
    for result in _results(runtime, wanted):
        context = (connection.organisation_id, connection.id, "result", result.run_id, result.position)
        yield result.run_id, str(result.person_id), _writes.decode(runtime.vault.open(result.sealed, *context))


def _results(runtime: Runtime, wanted: Collection[tuple[int, str]]) -> Iterable[Any]:
    columns = (SyncResult.run_id, SyncResult.person_id, SyncResult.position, SyncResult.sealed)
    theirs = tuple_(SyncResult.run_id, SyncResult.person_id).in_(list(wanted))
    return runtime.session.execute(select(*columns).where(theirs, SyncResult.sealed.is_not(None)))
