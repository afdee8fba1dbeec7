"""Everything that happened to one person between the two systems, newest first: edits, syncs, undos, and who looked.

Each moment says which way something went and why; values are never part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, LogLine, OutboxEntry, PersonLink, SyncResult, SyncRun
from huma_tripletex.reporting.sentences import OUTCOMES
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import entries, into_huma, undo_marks, words
from huma_tripletex.web.causes import BACK_IN_HUMA, BACK_IN_TRIPLETEX, TO_HUMA, TO_TRIPLETEX, of_entry, of_run
from huma_tripletex.web.formatting import to_the_second
from huma_tripletex.web.rendering import to

LENGTH = 100
WRITTEN = ("written", "skipped", "failed", "different", "waiting")
"""Outcomes in a system of which some fields were written there."""


@dataclass(frozen=True)
class Said:
    """One line below; `tone` is a class of the stylesheet."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `url`: the page of the sync or undo that it was; `undo_url`: where it can be undone."""

    at: datetime
    what: str
    said: tuple[Said, ...] = ()
    request_id: str = ""
    url: str = ""
    times: str = ""
    undo_url: str = ""


def history(
    runtime: Runtime,
    connection: Connection,
    person_id: str,
    rows: Sequence[OutboxEntry],
    link: PersonLink | None,
    name: str,
) -> list[Moment]:
    """`rows`: the newest entries of the person; those of a sync are told with it."""
    of_runs = {row.run_id: row for row in rows if row.run_id is not None}
    moments = [
        *_changes(rows, name),
        *_syncs(runtime, connection, person_id, of_runs, name),
        *_looks(runtime, connection, person_id, rows),
        *_begin(link),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:LENGTH]


def _changes(rows: Sequence[OutboxEntry], name: str) -> Iterator[Moment]:
    """What somebody did in Huma, and what came of it in Tripletex."""
    for row in rows:
        if row.run_id is None:
            cause, (result, tone) = of_entry(row, {}), entries.outcome(row, name)
            what = f"{cause.words}: {entries.what(row)}" if row.kind == "change" else cause.words
            said = Said(f"{TO_TRIPLETEX}: {result}", tone or "tx-quiet")
            yield Moment(row.captured_at, what, (said, *_failed(row, name)), row.request_id, times=_times(row))


def _failed(row: OutboxEntry, name: str) -> Iterator[Said]:
    """Why it had failed before it was tried again."""
    if why := words.sentence(row.failed_reason, name=name, fields=row.fields):
        yield Said(_("Failed before: %(why)s", why=why), "tx-quiet")


def _times(row: OutboxEntry | None) -> str:
    """When it was captured, failed, tried again, sent and confirmed, to the second, as far as it has come."""
    if row is None:
        return ""
    said = [_("captured %(time)s", time=to_the_second(row.captured_at))]
    if row.failed_at:
        said.append(_("failed %(time)s", time=to_the_second(row.failed_at)))
    if row.again_at:
        said.append(_("tried again %(time)s", time=to_the_second(row.again_at)))
    if row.sent_at and row.sent_at >= (row.again_at or row.captured_at):
        said.append(_("sent %(time)s", time=to_the_second(row.sent_at)))
        if row.settled_at and row.state == "done":
            said.append(_("confirmed %(time)s", time=to_the_second(row.settled_at)))
    return ", ".join(said)


def _syncs(
    runtime: Runtime, connection: Connection, person_id: str, of_runs: Mapping[int, OutboxEntry], name: str
) -> Iterator[Moment]:
    query = (
        select(SyncResult, SyncRun)
        .join(SyncRun, SyncRun.id == SyncResult.run_id)
        .where(SyncRun.connection_id == connection.id, SyncResult.person_id == person_id)
        .order_by(SyncRun.id.desc())
        .limit(LENGTH)
    )
    found = runtime.session.execute(query).all()
    marks = undo_marks.of_all(runtime, [run for _result, run in found])
    for result, run in found:
        cause, entry = of_run(run), of_runs.get(run.id)
        what = _("%(sync)s, by %(name)s", sync=cause.words, name=run.pressed_by_name or _("the command line"))
        said = tuple(_of_sync(result, run, entry, name))
        request_id = entry.request_id if entry else result.request_id
        undo_url = _undo_url(runtime, result, run, marks[run.id])
        yield Moment(run.approved_at, what, said, request_id, cause.url, _times(entry), undo_url)


def _undo_url(runtime: Runtime, result: SyncResult, run: SyncRun, mark: undo_marks.Mark) -> str:
    """Where what the sync wrote of this person can be put back; "" where it cannot."""
    written = (result.huma_outcome, result.huma_fields), (result.tripletex_outcome, result.tripletex_fields)
    kept = result.sealed is not None and run.state == "ended" and run.undoes is None and not mark.is_whole
    if not kept or not any(fields and outcome in WRITTEN for outcome, fields in written):
        return ""
    if mark.undos and undo_marks.is_back(runtime, run, str(result.person_id)):
        return ""
    return to("undo_form", run_id=run.id, person=result.person_id)


def _of_sync(result: SyncResult, run: SyncRun, entry: OutboxEntry | None, name: str) -> Iterator[Said]:
    """What it did in each system."""
    in_huma, in_tripletex = (BACK_IN_HUMA, BACK_IN_TRIPLETEX) if run.undoes else (TO_HUMA, TO_TRIPLETEX)
    if result.huma_outcome in into_huma.OUTCOMES:
        text, tone = into_huma.outcome(result, name)
        yield Said(f"{in_huma}: {into_huma.what(result)}. {text}", tone or "tx-quiet")
    if entry is not None:
        text, tone = entries.outcome(entry, name)
        yield Said(f"{in_tripletex}: {entries.what(entry)}. {text}", tone or "tx-quiet")
        yield from _failed(entry, name)
    elif result.tripletex_outcome:
        yield Said(f"{in_tripletex}: {_in_tripletex(result, name)}", "tx-quiet")
    elif not result.huma_outcome:
        yield Said(words.sentence(result.reason, name=name) or str(OUTCOMES[result.outcome]), "tx-quiet")


def _in_tripletex(result: SyncResult, name: str) -> str:
    """What a result says, where the entry that it came of is no longer kept or never was made."""
    fields = words.labels(result.tripletex_fields)
    said = words.sentence(result.reason, name=name, fields=result.tripletex_fields)
    return ". ".join(filter(None, [fields, said or str(words.SIDES[result.tripletex_outcome])]))


def _looks(runtime: Runtime, connection: Connection, person_id: str, rows: Sequence[OutboxEntry]) -> Iterator[Moment]:
    """What administrators did about the person, or when they tried everybody's again."""
    times = {row.again_at for row in rows if row.again_at}
    everybody = and_(LogLine.what == "retried", LogLine.person_id.is_(None), LogLine.at.in_(times))
    about = or_(LogLine.person_id == person_id, everybody)
    query = select(LogLine).where(LogLine.connection_id == connection.id, about)
    for row in runtime.session.scalars(query.order_by(LogLine.id.desc()).limit(LENGTH)):
        field = (row.detail or {}).get("field", "")
        what = str(words.ACTS.get(row.what, row.what))
        by = (Said(row.by_name, "tx-quiet"),) if row.by_name else ()
        yield Moment(row.at, f"{what}: {words.label(field)}" if field else what, by)


def _begin(link: PersonLink | None) -> Iterator[Moment]:
    if link is not None and link.employee_id is not None:
        how = str(words.MATCHED_BY.get(link.matched_by, ""))
        yield Moment(link.linked_at, _("Linked with an employee in Tripletex"), (Said(how, "tx-quiet"),))
