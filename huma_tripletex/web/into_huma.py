"""What syncs and undos wrote to Huma, for the log: it is written at once, so there is no entry that waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from huma_tripletex import reporting
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import words
from huma_tripletex.web.causes import BACK_IN_HUMA, TO_HUMA, of_run
from huma_tripletex.web.entries import Line
from huma_tripletex.web.named import about

OUTCOMES: Final = ("written", "added", "skipped", "failed")
"""What is worth a line: there was something to write."""
Written = tuple[SyncResult, SyncRun]


def newest(
    runtime: Runtime,
    connection: Connection,
    *,
    people: Sequence[str] | None = None,
    before: int = 0,
    limit: int = 50,
) -> Sequence[Written]:
    """Results that concern Huma with their runs, newest first; `before` a result's id, for the following page;
    `people`: of these alone.
    """
    runs = select(SyncRun.id).where(SyncRun.connection_id == connection.id)
    query = select(SyncResult, SyncRun).join(SyncRun, SyncRun.id == SyncResult.run_id)
    query = query.where(SyncResult.run_id.in_(runs), SyncResult.huma_outcome.in_(OUTCOMES))
    query = query.where(SyncResult.id < before) if before else query
    query = about(query, SyncResult.person_id, people)
    found = runtime.session.execute(query.order_by(SyncResult.id.desc()).limit(limit))
    return [(result, run) for result, run in found]


def lines(runtime: Runtime, connection: Connection, found: Sequence[Written], names: Mapping[str, str]) -> list[Line]:
    """`names` in Huma now; somebody who could not be added there has none, but the run knows them."""
    rows = reporting.rows(runtime, connection, [result for result, _run in found])
    called = [names.get(row.person_id or "") or row.name for row in rows]
    return [_line(runtime, result, run, name) for (result, run), name in zip(found, called, strict=True)]


def _line(runtime: Runtime, result: SyncResult, run: SyncRun, name: str) -> Line:
    said, tone = outcome(result, name)
    return Line(
        id=0,
        person_id=result.person_id or "",
        name=name,
        what=what(result),
        direction=BACK_IN_HUMA if run.undoes else TO_HUMA,
        cause=of_run(run),
        at=run.approved_at,
        result=said,
        tone=tone,
        sentence="",
        next_step="",
        request_id="",
        huma_url=runtime.host.person_url(result.person_id) if result.person_id else None,
    )


def what(result: SyncResult) -> str:
    if result.action == "add_to_huma":
        return _("Added to Huma") if result.huma_outcome == "added" else _("To be added to Huma")
    skipped = (result.detail or {}).get("skipped_in_huma", ())
    return words.labels([*result.huma_fields, *skipped]) or _("Nothing that is told here")


def outcome(result: SyncResult, name: str = "") -> tuple[str, str]:
    """What became of it, and in which tone. Where only some fields were written, both are said."""
    skipped = (result.detail or {}).get("skipped_in_huma", ())
    written = _("Changed in Huma") if result.huma_fields else ""
    match result.huma_outcome:
        case "added":
            return _("In Huma"), ""
        case "written":
            return written, ""
        case "skipped" if skipped:
            left = _("left alone: %(fields)s", fields=words.labels(skipped))
            return ", ".join(filter(None, [written, left])), "tx-quiet"
    said = words.sentence(result.reason, name=name, fields=[*skipped] or result.huma_fields)
    return said or str(words.SIDES[result.huma_outcome]), "tx-bad" if result.huma_outcome == "failed" else "tx-quiet"
