"""One row per person of a run: what came of them in each system, in a sentence, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from huma_tripletex.errors import NotReadable
from huma_tripletex.i18n import gettext
from huma_tripletex.models import Connection, SyncResult
from huma_tripletex.reporting.sentences import next_step, sentence
from huma_tripletex.runtime import Runtime

NEED_YOU = ("failed", "different", "skipped", "waiting", "cancelled")
"""Outcomes that somebody should look at."""


@dataclass(frozen=True)
class Side:
    """What came of a person in one system. `outcome`: written, added, nothing_to_do, skipped, failed, different,
    waiting, cancelled, handed_over or "" (not begun, or nothing planned). `fields`: those written, or planned.
    """

    outcome: str
    fields: tuple[str, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One person in a run."""

    position: int
    person_id: str | None
    employee_id: int | None
    name: str = field(repr=False)
    action: str
    outcome: str
    huma: Side
    tripletex: Side
    reason: str
    sentence: str = field(repr=False)
    next_step: str = field(repr=False)
    request_id: str = ""

    @property
    def needs_you(self) -> bool:
        return self.outcome in NEED_YOU


class _Named(msgspec.Struct):
    name: str = ""


_named = msgspec.json.Decoder(_Named)


def rows(runtime: Runtime, connection: Connection, results: Sequence[SyncResult]) -> list[Row]:
    """The rows of these results; the host is asked only for names that are no longer sealed there."""
    names = {result.id: _sealed_name(runtime, connection, result) for result in results}
    lost = [result.person_id for result in results if result.person_id and not names[result.id]]
    people = runtime.host.load_people(connection.organisation_id, lost) if lost else {}
    current = {person_id: person.name for person_id, person in people.items()}
    return [_row(result, names[result.id] or _fallback(result, current)) for result in results]


def _sealed_name(runtime: Runtime, connection: Connection, result: SyncResult) -> str:
    if result.sealed is None:
        return ""
    context = (connection.organisation_id, connection.id, "result", result.run_id, result.position)
    try:
        return _named.decode(runtime.vault.open(result.sealed, *context)).name
    except NotReadable:
        return ""


def _fallback(result: SyncResult, current: Mapping[str, str]) -> str:
    if result.person_id:
        return current.get(result.person_id) or gettext("Person %(id)s", id=result.person_id)
    return gettext("Employee %(id)s", id=result.employee_id)


def _row(result: SyncResult, name: str) -> Row:
    detail: dict[str, Any] = result.detail or {}
    skipped, skipped_in_huma = detail.get("skipped", ()), detail.get("skipped_in_huma", ())
    concerned = detail.get("fields") or skipped or skipped_in_huma or result.tripletex_fields or result.huma_fields
    return Row(
        position=result.position,
        person_id=result.person_id,
        employee_id=result.employee_id,
        name=name,
        action=result.action,
        outcome=result.outcome,
        huma=Side(result.huma_outcome, tuple(result.huma_fields), tuple(skipped_in_huma)),
        tripletex=Side(result.tripletex_outcome, tuple(result.tripletex_fields), tuple(skipped)),
        reason=result.reason,
        sentence=sentence(result.reason, name, concerned),
        next_step=next_step(result.reason, name, concerned),
        request_id=result.request_id,
    )
