"""The log of a connection: what became of each change, and who did what; retrying and dismissing entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime

from flask import request
from flask.wrappers import Response
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import syncing
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, LogLine, OutboxEntry
from huma_tripletex.outbox import wait
from huma_tripletex.outbox.tables import takes_part
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, attention, ended, entries, feed, named, rendering, retrying, words
from huma_tripletex.web.entries import Line
from huma_tripletex.web.feed import Place

SIZE = 50
OPEN = ("waiting", "in_flight", "parked")
People = Sequence[str] | None


@dataclass(frozen=True)
class Act:
    """What somebody did. `run`: the sync that it began or stopped."""

    at: datetime
    words: str
    more: str
    by: str
    person_id: str | None
    name: str
    run: int | None


@dataclass(frozen=True)
class Book:
    """One page of the log. `older`: what to ask the next page with; "" at the end."""

    show: str
    name: str = attribute(repr=False)
    filters: tuple[tuple[str, str, int | None], ...]
    entries: Sequence[Line] = ()
    attention: Sequence[Line] = ()
    acts: Sequence[Act] = ()
    older: str = ""


@dataclass(frozen=True)
class Asked:
    """What of the log is shown. `name`: a part of the names of whom it is about."""

    show: str
    before: Place
    name: str = attribute(default="", repr=False)

    @classmethod
    def read(cls) -> Asked:
        """From the address, or from a form, where a name may be: it does not go into an address."""
        given = request.form if request.method == "POST" else request.args
        return cls(given.get("show", ""), Place.read(given.get("before", "")), named.part(request.form.get("name", "")))


def log() -> BaseResponse:
    """What happened, newest first. Without an open connection, to the one that ended last."""
    connection = access.readable()
    return _show(connection) if connection.is_open else rendering.go("ended_log", connection_id=connection.id)


def find() -> BaseResponse:
    """What happened to people with a name."""
    return _show(access.open_connection())


def ended_log(connection_id: int) -> BaseResponse:
    """The log of a connection that has ended, to be read."""
    connection = access.any_connection(connection_id)
    return rendering.go("log") if connection.is_open else _show(connection)


def find_ended(connection_id: int) -> BaseResponse:
    """The same for people with a name."""
    return _show(access.any_connection(connection_id))


def _show(connection: Connection) -> Response:
    runtime, asked = current_runtime(), Asked.read()
    people = named.people(runtime, connection, asked.name)
    book = READERS.get(asked.show, changes_page)(runtime, connection, asked, people)
    return rendering.page("log.html", book=book, ended=ended.of(runtime, connection))


def changes_page(runtime: Runtime, connection: Connection, asked: Asked, people: People) -> Book:
    show = asked.show if asked.show == "waiting" else ""
    lines, older = feed.page(runtime, connection, show=show, people=people, place=asked.before, limit=SIZE)
    return Book(show, asked.name, filters(runtime, connection), entries=lines, older=str(older or ""))


def parked_page(runtime: Runtime, connection: Connection, asked: Asked, people: People) -> Book:
    lines = attention.people(runtime, connection, among=people, before=asked.before.entry, limit=SIZE + 1)
    older = str(Place(lines[SIZE - 1].id)) if len(lines) > SIZE else ""
    return Book(asked.show, asked.name, filters(runtime, connection), attention=lines[:SIZE], older=older)


def acts_page(runtime: Runtime, connection: Connection, asked: Asked, people: People) -> Book:
    query = select(LogLine).where(LogLine.connection_id == connection.id).order_by(LogLine.id.desc())
    query = query.where(LogLine.id < asked.before.entry) if asked.before.entry else query
    rows = runtime.session.scalars(named.about(query, LogLine.person_id, people).limit(SIZE + 1)).all()
    names = entries.names_of(runtime, connection, [row.person_id for row in rows if row.person_id])
    older = str(Place(rows[SIZE - 1].id)) if len(rows) > SIZE else ""
    acts = [act(row, names.get(row.person_id or "", "")) for row in rows[:SIZE]]
    return Book(asked.show, asked.name, filters(runtime, connection), acts=acts, older=older)


READERS = {"acts": acts_page, "parked": parked_page}


def act(row: LogLine, name: str) -> Act:
    detail = row.detail or {}
    more = words.label(detail["field"]) if detail.get("field") else words.sentence(detail.get("reason", ""))
    if row.what == "retried" and row.person_id is None:
        more = ngettext("%(num)s change", "%(num)s changes", detail.get("entries", 0))
    said = str(words.ACTS.get(row.what, row.what))
    by = row.by_name or _("by itself, or at the command line")
    return Act(row.at, said, more, by, row.person_id, name or _("a person"), detail.get("run"))


def filters(runtime: Runtime, connection: Connection) -> tuple[tuple[str, str, int | None], ...]:
    """What waits is counted in changes, and who needs attention in people, as on the page of the connection. Of one
    that has ended nothing waits and nobody is needed.
    """
    everything, acts = ("", _("All changes"), None), ("acts", _("What administrators did"), None)
    if not connection.is_open:
        return everything, acts
    counted = (
        select(OutboxEntry.state, func.count(), func.count(OutboxEntry.person_id.distinct()))
        .where(OutboxEntry.connection_id == connection.id, OutboxEntry.state.in_(OPEN), takes_part())
        .group_by(OutboxEntry.state)
    )
    counts = {state: (changes, people) for state, changes, people in runtime.session.execute(counted)}
    waiting = sum(counts[state][0] for state in ("waiting", "in_flight") if state in counts)
    return (
        everything,
        ("waiting", _("Waiting"), waiting),
        ("parked", _("Need attention"), counts["parked"][1] if "parked" in counts else 0),
        acts,
    )


def retry(entry_id: int) -> BaseResponse:
    """Sends again what is parked of the person whom an entry is about."""
    entry, connection = access.entry(entry_id)
    theirs = wait.open_entries(current_runtime().session(), connection.id, states=["parked"], person_id=entry.person_id)
    return _again(connection, entry_ids=[one.id for one in theirs], person_id=entry.person_id)


def retry_all() -> BaseResponse:
    """Sends again everything that is parked."""
    parked = wait.open_entries(
        current_runtime().session(), (connection := access.open_connection()).id, states=["parked"]
    )
    return _again(connection, entry_ids=[entry.id for entry in parked])


def _again(connection: Connection, *, entry_ids: list[int], person_id: str | None = None) -> BaseResponse:
    runtime = current_runtime()
    if not entry_ids:
        return back("nothing_to_retry")
    return rendering.go("tripletex", again=retrying.again(runtime, connection, entry_ids, access.user(), person_id))


def dismiss(entry_id: int) -> BaseResponse:
    """Sets aside for good what is parked of the person whom an entry is about."""
    runtime, (entry, connection) = current_runtime(), access.entry(entry_id)
    parked = wait.open_entries(runtime.session(), connection.id, states=["parked"], person_id=entry.person_id)
    runs = {one.run_id for one in parked if one.run_id is not None}
    wait.dismiss(runtime.session(), connection.id, runtime.clock(), person_id=entry.person_id)
    line = LogLine.act(connection.id, "dismissed", runtime.clock(), access.user())
    line.person_id = entry.person_id
    runtime.session.add(line)
    runtime.session.commit()
    syncing.take_in(runtime, runs)  # their results need nobody any more
    return back("dismissed")


def back(notice: str) -> BaseResponse:
    """To the page of the connection, where the result shows."""
    return rendering.go("tripletex", notice=notice)
