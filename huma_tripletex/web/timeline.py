"""One person's history between the two systems; a host may embed it on its own page about the person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort
from flask.wrappers import Response
from markupsafe import Markup
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, LogLine, OutboxEntry, PersonLink, SyncResult, SyncRun
from huma_tripletex.reporting.sentences import OUTCOMES
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, entries, rendering, undo_marks, words
from huma_tripletex.web.formatting import recently, to_the_second

LENGTH = 100
WRITTEN = ("written", "skipped", "failed", "different")
"""Outcomes in a system of which some fields were written there."""


@dataclass(frozen=True)
class Moment:
    """One thing that happened."""

    at: datetime
    what: str
    result: str = ""
    tone: str = ""
    request_id: str = ""
    url: str = ""
    times: str = ""
    undo_url: str = ""


@dataclass(frozen=True)
class Who:
    """The head of a person's page. `link`: who they are in Tripletex, in a sentence."""

    name: str
    link: str
    huma_url: str | None
    parked: tuple[entries.Line, ...]
    left_out: bool


def person(person_id: str) -> Response:
    """One person: what is parked and why, and everything that happened."""
    runtime, connection = current_runtime(), access.open_connection()
    found = runtime.host.load_people(connection.organisation_id, [person_id]).get(person_id)
    link = _link(runtime, connection, person_id)
    if found is None and link is None:
        abort(404)
    rows = entries.newest(runtime, connection, person_id=person_id, limit=LENGTH)
    name = found.name if found else _("Person %(id)s, no longer in Huma", id=person_id)
    parked = tuple(entries.line(runtime, row, name) for row in rows if row.state == "parked")
    url = runtime.host.person_url(person_id) if found else None
    who = Who(name, _linked(link), url, parked, planning.is_never_synced(runtime, connection, person_id))
    moments = _history(runtime, connection, person_id, rows, link, found.name if found else "")
    return rendering.page("person.html", who=who, moments=moments, person_id=person_id)


def timeline(person_id: str) -> Markup:
    """The history as HTML, for a host's own page; empty when there is no connection.

    The caller has checked that the user may see the person. Values are never part of it.
    """
    runtime = current_runtime()
    connection = access.connection()
    if connection is None:
        return Markup("")
    rows = entries.newest(runtime, connection, person_id=person_id, limit=LENGTH)
    link = _link(runtime, connection, person_id)
    name = entries.names_of(runtime, connection, [person_id]).get(person_id, "")
    moments = _history(runtime, connection, person_id, rows, link, name)
    return Markup(rendering.text("embedded_timeline.html", moments=moments))  # noqa: S704 - rendered with escaping


def _link(runtime: Runtime, connection: Connection, person_id: str) -> PersonLink | None:
    return runtime.session.scalar(
        select(PersonLink).where(PersonLink.connection_id == connection.id, PersonLink.person_id == person_id)
    )


def _linked(link: PersonLink | None) -> str:
    if link is None or link.employee_id is None:
        return _("Not in Tripletex yet. Changes are sent once the person has been added by a sync.")
    if link.state != "linked":
        return _("No longer kept equal: the person left one of the systems.")
    how = str(words.MATCHED_BY.get(link.matched_by, ""))
    return _("In Tripletex since %(when)s, %(how)s.", when=recently(link.linked_at), how=how)


def _history(
    runtime: Runtime,
    connection: Connection,
    person_id: str,
    rows: Sequence[OutboxEntry],
    link: PersonLink | None,
    name: str,
) -> list[Moment]:
    moments = [
        *_changes(rows, name),
        *_syncs(runtime, connection, person_id, name),
        *_looks(runtime, connection, person_id),
        *_begin(link),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:LENGTH]


def _changes(rows: Sequence[OutboxEntry], name: str) -> Iterator[Moment]:
    for row in rows:
        what = _("Changed in Huma: %(fields)s", fields=words.labels(row.fields))
        what = (
            _("Added in Huma")
            if row.kind == "added"
            else _("To be added to Tripletex")
            if row.kind == "create"
            else what
        )
        result, tone = entries.outcome(row, name)
        yield Moment(row.captured_at, what, result, tone, row.request_id, times=_times(row))


def _times(row: OutboxEntry) -> str:
    """When it was captured, sent and confirmed, to the second, as far as it has come."""
    said = [_("captured %(time)s", time=to_the_second(row.captured_at))]
    if row.sent_at:
        said.append(_("sent %(time)s", time=to_the_second(row.sent_at)))
    if row.sent_at and row.settled_at and row.state == "done":
        said.append(_("confirmed %(time)s", time=to_the_second(row.settled_at)))
    return ", ".join(said)


def _syncs(runtime: Runtime, connection: Connection, person_id: str, name: str) -> Iterator[Moment]:
    query = (
        select(SyncResult, SyncRun)
        .join(SyncRun, SyncRun.id == SyncResult.run_id)
        .where(SyncRun.connection_id == connection.id, SyncResult.person_id == person_id)
        .order_by(SyncRun.id.desc())
        .limit(LENGTH)
    )
    rows = runtime.session.execute(query).all()
    marks = undo_marks.of_all(runtime, [run for _, run in rows])
    for result, run in rows:
        said = str(OUTCOMES.get(result.outcome, ""))
        fields = sorted({*result.huma_fields, *result.tripletex_fields})
        sentence = words.sentence(result.reason, name=name, fields=fields) or f"{words.labels(fields)}: {said}".strip(
            ": "
        )
        yield Moment(
            run.approved_at,
            _what(run),
            sentence,
            url=rendering.to("run", run_id=run.id),
            undo_url=_undo_url(result, run, marks),
        )


def _what(run: SyncRun) -> str:
    name = run.pressed_by_name or _("the command line")
    return _("Undo of a sync, by %(name)s", name=name) if run.undoes else _("Sync users, by %(name)s", name=name)


def _undo_url(result: SyncResult, run: SyncRun, marks: Mapping[int, undo_marks.Mark]) -> str:
    """Where what the sync wrote of this person can be put back; "" where it cannot."""
    written = (result.huma_outcome, result.huma_fields), (result.tripletex_outcome, result.tripletex_fields)
    kept = result.sealed is not None and run.state == "ended" and run.undoes is None and not marks[run.id].is_whole
    if not kept or not any(fields and outcome in WRITTEN for outcome, fields in written):
        return ""
    return rendering.to("undo_form", run_id=run.id, person=result.person_id)


def _looks(runtime: Runtime, connection: Connection, person_id: str) -> Iterator[Moment]:
    query = select(LogLine).where(LogLine.connection_id == connection.id, LogLine.person_id == person_id)
    for row in runtime.session.scalars(query.order_by(LogLine.id.desc()).limit(LENGTH)):
        field = (row.detail or {}).get("field", "")
        what = str(words.ACTS.get(row.what, row.what))
        yield Moment(row.at, f"{what}: {words.label(field)}" if field else what, row.by_name)


def _begin(link: PersonLink | None) -> Iterator[Moment]:
    if link is not None and link.employee_id is not None:
        how = str(words.MATCHED_BY.get(link.matched_by, ""))
        yield Moment(link.linked_at, _("Linked with an employee in Tripletex"), how)
