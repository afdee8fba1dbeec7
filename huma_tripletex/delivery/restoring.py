"""Earlier values that a run puts back into Tripletex: the only values sent that Huma does not hold now.

They lie sealed in the results of that run; its outbox entries say so with a third word beside their hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import select, tuple_

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.models import Connection, SyncResult
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.runtime import Runtime


class _Writes(msgspec.Struct):
    tripletex: dict[str, tuple[str | None, str | None]] = {}


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
    for result in _results(runtime, wanted):
        context = (connection.organisation_id, connection.id, "result", result.run_id, result.position)
        writes = _writes.decode(runtime.vault.open(result.sealed, *context)).tripletex
        person_id = str(result.person_id)
        own = values.setdefault(person_id, {})
        own |= {key: normalise(key, writes[key][1]) for key in wanted[result.run_id, person_id] if key in writes}
    return values


def _restored(person: Claimed) -> set[tuple[int, str]]:
    """Runs and fields, as the latest entry that names a field says."""
    latest: dict[str, int | None] = {}
    for entry in person.entries:
        for field in entry.fields:
            restores = RESTORE in ((entry.expected or {}).get(field) or ())
            latest[field] = entry.run_id if restores else None
    return {(run_id, field) for field, run_id in latest.items() if run_id is not None}


def _results(runtime: Runtime, wanted: Iterable[tuple[int, str]]) -> Iterable[Any]:
    columns = (SyncResult.run_id, SyncResult.person_id, SyncResult.position, SyncResult.sealed)
    theirs = tuple_(SyncResult.run_id, SyncResult.person_id).in_(list(wanted))
    return runtime.session.execute(select(*columns).where(theirs, SyncResult.sealed.is_not(None)))
