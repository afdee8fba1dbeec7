"""From what was approved for Tripletex to an outbox entry: which fields, and how to know that they are as compared."""

from __future__ import annotations

from typing import Any

from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.models import Connection
from huma_tripletex.outbox.record import END_REASON, VERSION, RunChange
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import outcomes
from huma_tripletex.syncing.approved import Step


def for_tripletex(runtime: Runtime, connection: Connection, step: Step) -> list[RunChange]:
    """The entry for what Tripletex is to hold of one person; none: nothing."""
    writes = step.approved.tripletex
    if not writes:
        return []
    step.result.tripletex_outcome = outcomes.HANDED_OVER
    sealed = {END_REASON: True} if step.approved.end_reasons[1] else {}
    if step.result.action == "add_to_tripletex":
        return [RunChange(step.person_id, tuple(writes), "create", sealed or None)]
    expected: dict[str, Any] = {**step.approved.expected, **_beside(runtime, connection, step), **sealed}
    if step.employee is not None:
        expected[VERSION] = step.employee.version
    return [RunChange(step.person_id, tuple(writes), "change", expected)]


def _beside(runtime: Runtime, connection: Connection, step: Step) -> dict[str, tuple[str, str]]:
    """Hashes of the workday beside one that is written: the two of them say which employment it was about."""
    person, employee = step.compared.person, step.employee
    if person is None or employee is None or EMPLOYMENT_KEYS.isdisjoint(step.approved.tripletex):
        return {}
    hash_of = hash_for(runtime.vault, connection.id, step.person_id)
    return {
        key: (
            hash_of(key, normalise(key, person.values.get(key))),
            hash_of(key, normalise(key, employee.values.get(key))),
        )
        for key in EMPLOYMENT_KEYS
        if key not in step.approved.tripletex
    }
