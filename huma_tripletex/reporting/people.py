"""One row per person of a run: what came of them in each system, in a sentence, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select

from huma_tripletex.core.reasons import CHANGED_SINCE, STAYS
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.reporting.names import Known, names, sealed_name
from huma_tripletex.reporting.sentences import next_step, sentence
from huma_tripletex.runtime import Runtime

NEED_YOU = ("failed", "different", "skipped")
"""Outcomes that somebody should look at: what waits is sent by itself, and what was stopped was stopped on purpose."""
BY_ITSELF = (
    *("changed_in_huma", "superseded", "dismissed", "undone", "stopped_in_part", "never_sync"),
    *(*STAYS, *CHANGED_SINCE),
)
"""Reasons for leaving somebody alone about which there is nothing to do."""


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
    def was_written(self) -> bool:
        """Whether a value of theirs was written that may be put back."""
        return self.person_id is not None and any(
            side.fields and side.outcome in ("written", "skipped", "failed", "different", "waiting")
            for side in (self.huma, self.tripletex)
        )

    @property
    def needs_you(self) -> bool:
        return self.outcome in NEED_YOU and self.reason not in BY_ITSELF


class _Named(msgspec.Struct):
    name: str = ""


_named = msgspec.json.Decoder(_Named)


def rows(runtime: Runtime, connection: Connection, results: Sequence[SyncResult]) -> list[Row]:
    """The rows of these results; the host is asked only for names that are no longer sealed there."""
    known = [Known(one.person_id, one.employee_id, _sealed_name(runtime, connection, one)) for one in results]
    called = names(runtime, connection, known)
    return [_row(result, name) for result, name in zip(results, called, strict=True)]


def called_in(
    runtime: Runtime, connection: Connection, run: SyncRun, is_meant: Callable[[str], bool]
) -> frozenset[int]:
    """The positions of those in a run whose name, as it was then, is meant. One statement that reads nothing else of
    them; each name is opened.
    """
    columns = select(SyncResult.position, SyncResult.sealed).where(SyncResult.run_id == run.id)
    found = runtime.session.execute(columns.where(SyncResult.sealed.is_not(None)))
    context = (connection.organisation_id, connection.id, "result", run.id)
    return frozenset(
        position
        for position, sealed in found
        if is_meant(sealed_name(runtime, sealed, _named.decode, *context, position))
    )


def _sealed_name(runtime: Runtime, connection: Connection, result: SyncResult) -> str:
    context = (connection.organisation_id, connection.id, "result", result.run_id, result.position)
    return sealed_name(runtime, result.sealed, _named.decode, *context)


def _row(result: SyncResult, name: str) -> Row:
    detail: dict[str, Any] = result.detail or {}
    skipped, skipped_in_huma = detail.get("skipped", ()), detail.get("skipped_in_huma", ())
    told = _told(result, detail)
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
        sentence=" ".join(sentence(reason, name, fields) for reason, fields in told),
        next_step=next_step(told[0][0], name, told[0][1]),
        request_id=result.request_id,
    )


def _told(result: SyncResult, detail: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Reasons with the fields they are about; an undo may have left some for one reason and some for another."""
    skipped, in_huma, kept = (detail.get(name, ()) for name in ("skipped", "skipped_in_huma", "kept"))
    concerned = detail.get("fields") or skipped or in_huma or result.tripletex_fields or result.huma_fields
    told = [(result.reason, kept if result.reason == "cannot_go_back" and kept else concerned)]
    if in_huma and skipped and result.reason == CHANGED_SINCE[1]:
        told.append((CHANGED_SINCE[0], in_huma))
    if kept and result.reason != "cannot_go_back":
        told.append(("cannot_go_back", kept))
    return told
