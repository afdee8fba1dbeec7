"""A run in numbers: one query whose answer is short, however many people there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, cast, func, select

from huma_tripletex.models import SyncResult, SyncRun
from huma_tripletex.reporting.people import BY_ITSELF, NEED_YOU
from huma_tripletex.runtime import Runtime

WROTE = ("written", "skipped", "failed", "different", "waiting")
"""Outcomes in a system of which some fields were written there."""


@dataclass(frozen=True)
class Written:
    """What was written to one system: `values` in `people` who were there before, and `added` people."""

    values: int = 0
    people: int = 0
    added: int = 0


@dataclass(frozen=True)
class Counts:
    """People by outcome, whom somebody should look at, who was left alone wholly and partly by reason, and what was
    written.
    """

    outcomes: Mapping[str, int]
    need_you: int
    left_alone: Mapping[str, int]
    partly: Mapping[str, int]
    huma: Written
    tripletex: Written


def count(runtime: Runtime, run: SyncRun) -> Counts:
    """Of everybody of a run. Those to whom the same was done are one row: there are few sorts of them."""
    groups = (
        needing().label("needed"),
        SyncResult.outcome,
        SyncResult.reason,
        SyncResult.huma_outcome,
        cast(SyncResult.huma_fields, Text).label("huma_fields"),
        SyncResult.tripletex_outcome,
        cast(SyncResult.tripletex_fields, Text).label("tripletex_fields"),
    )
    alike = select(*groups, func.count().label("people")).where(SyncResult.run_id == run.id).group_by(*groups)
    outcomes, left_alone, partly, need_you = Counter[str](), Counter[str](), Counter[str](), 0
    huma, tripletex = Counter[str](), Counter[str]()
    for row in runtime.session.execute(alike):
        outcomes[row.outcome] += row.people
        need_you += row.people if row.needed else 0
        something = _add(huma, row.huma_outcome, row.huma_fields, row.people)
        something = _add(tripletex, row.tripletex_outcome, row.tripletex_fields, row.people) or something
        if row.outcome == "skipped":
            (partly if something else left_alone)[row.reason] += row.people
    return Counts(dict(outcomes), need_you, dict(left_alone), dict(partly), Written(**huma), Written(**tripletex))


def needing() -> ColumnElement[bool]:
    """Whom somebody should look at."""
    return and_(SyncResult.outcome.in_(NEED_YOU), SyncResult.reason.not_in(BY_ITSELF))


def _add(side: Counter[str], outcome: str, fields: str, people: int) -> bool:
    """Whether something was written there."""
    values = len(json.loads(fields)) if outcome in WROTE else 0
    side.update(values=people * values, people=people if values else 0, added=people if outcome == "added" else 0)
    return bool(values) or outcome == "added"
