"""Outbox entries as lines that people read: whom, what, what became of it and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, OutboxEntry, SyncRun
from huma_tripletex.outbox.record import RESTORE
from huma_tripletex.outbox.tables import takes_part
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.collecting import SINCE
from huma_tripletex.web import words
from huma_tripletex.web.causes import BACK_IN_TRIPLETEX, TO_TRIPLETEX, Cause, of_entry
from huma_tripletex.web.formatting import seconds
from huma_tripletex.web.named import about

Runs = Mapping[int, SyncRun]


@dataclass(frozen=True)
class Line:
    """One thing that was written or is to be. `direction` and `cause`: from where to where, and why; `result` is one
    sentence; `tone` a class of the stylesheet. `id` 0: it is no entry. `at`: when it was captured, or put back since;
    `tried_at`: when it failed last; `missing`: what is not in Tripletex for it.
    """

    id: int
    person_id: str
    name: str
    what: str
    direction: str
    cause: Cause
    at: datetime
    result: str
    tone: str
    sentence: str
    next_step: str
    request_id: str
    huma_url: str | None
    tried_at: datetime | None = None
    missing: str = ""


def newest(
    runtime: Runtime,
    connection: Connection,
    *,
    states: Sequence[str] = (),
    people: Sequence[str] | None = None,
    before: int = 0,
    limit: int = 50,
) -> Sequence[OutboxEntry]:
    """Entries of a connection that never were put back, newest first; `before` an entry's id, for the following page;
    `people`: about these alone.
    """
    query = _among(connection, states, people).where(OutboxEntry.again_at.is_(None))
    query = query.where(OutboxEntry.id < before) if before else query
    return runtime.session.scalars(query.order_by(OutboxEntry.id.desc()).limit(limit)).all()


def put_back(
    runtime: Runtime,
    connection: Connection,
    *,
    states: Sequence[str] = (),
    people: Sequence[str] | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Sequence[OutboxEntry]:
    """Those that were put back, the last first; `before`: when one was, and its id. A stream of its own, which has an
    index of its own: what is captured need not pay for the order of the few that failed.
    """
    query = _among(connection, states, people).where(OutboxEntry.again_at.is_not(None))
    if before:
        moment, number = before
        same = and_(OutboxEntry.again_at == moment, OutboxEntry.id < number)
        query = query.where(or_(OutboxEntry.again_at < moment, same))
    return runtime.session.scalars(
        query.order_by(OutboxEntry.again_at.desc(), OutboxEntry.id.desc()).limit(limit)
    ).all()


def of_person(runtime: Runtime, connection: Connection, person_id: str, limit: int) -> Sequence[OutboxEntry]:
    """The newest of one person."""
    query = _among(connection, (), None).where(OutboxEntry.person_id == person_id)
    return runtime.session.scalars(query.order_by(OutboxEntry.id.desc()).limit(limit)).all()


def _among(connection: Connection, states: Sequence[str], people: Sequence[str] | None) -> Select[OutboxEntry]:
    query = select(OutboxEntry).where(OutboxEntry.connection_id == connection.id)
    query = query.where(OutboxEntry.state.in_(states), takes_part()) if states else query
    return about(query, OutboxEntry.person_id, people)


def names_of(runtime: Runtime, connection: Connection, person_ids: Sequence[str]) -> dict[str, str]:
    """Of those who are in Huma; the host is asked once, for all of them."""
    wanted = sorted(set(person_ids))
    people = runtime.host.load_people(connection.organisation_id, wanted) if wanted else {}
    return {person_id: person.name for person_id, person in people.items()}


def line(runtime: Runtime, entry: OutboxEntry, name: str, runs: Runs, *, beside: Sequence[OutboxEntry] = ()) -> Line:
    """`beside`: entries of the same person that are told in the same line."""
    fields = _of_all(*((one.detail or {}).get("fields") or one.fields for one in (entry, *beside)))
    result, tone = outcome(entry, name)
    return Line(
        id=entry.id,
        person_id=entry.person_id,
        name=name or _("Person %(id)s, no longer in Huma", id=entry.person_id),
        what=what(entry, _of_all(*(one.fields for one in (entry, *beside)))),
        direction=BACK_IN_TRIPLETEX if _puts_back(entry) else TO_TRIPLETEX,
        cause=of_entry(entry, runs),
        at=entry.again_at or entry.captured_at,
        result=result,
        tone=tone,
        sentence=words.sentence(entry.why, name=name, fields=fields),
        next_step=words.next_step(entry.why, name=name, fields=fields),
        request_id=entry.request_id,
        huma_url=runtime.host.person_url(entry.person_id) if name else None,
        tried_at=entry.settled_at if entry.state == "parked" else None,
        missing=what(entry, _of_all(*(one.kept_out for one in (entry, *beside)))),
    )


def _of_all(*fields: Iterable[str]) -> list[str]:
    """Each field once, in the order of the catalogue."""
    known = {field for some in fields for field in some}
    return sorted(known, key=lambda field: KEYS.index(field) if field in KEYS else len(KEYS))


def what(entry: OutboxEntry, fields: Sequence[str] = ()) -> str:
    """What is to be in Tripletex."""
    if entry.kind in ("added", "create"):
        return _("Added to Tripletex") if entry.outcome == "delivered" else _("To be added to Tripletex")
    return words.labels(fields or entry.fields) or _("The whole person")


def outcome(entry: OutboxEntry, name: str = "") -> tuple[str, str]:
    """What became of an entry, and in which tone."""
    match entry.state:
        case "waiting" if entry.reason:
            return _("Waits: %(why)s", why=words.sentence(entry.why, name=name, fields=entry.fields)), "tx-warn"
        case "waiting":
            return _("Waiting to be sent"), ""
        case "in_flight":
            return _("Being sent"), ""
        case "parked":
            return _refused(entry, name), "tx-bad"
        case "dismissed":
            why = words.sentence(entry.reason, name=name, fields=entry.fields)
            return ". ".join(filter(None, [_("Dismissed"), why])), "tx-quiet"
    return done(entry, name), ""


def _refused(entry: OutboxEntry, name: str) -> str:
    """Why, and what got there all the same."""
    fields = (entry.detail or {}).get("fields") or entry.fields
    why = words.sentence(entry.reason, name=name, fields=fields) or _("Needs attention")
    taken = _("In Tripletex: %(fields)s.", fields=words.labels(entry.taken)) if entry.taken else ""
    return " ".join(filter(None, (why, taken)))


def done(entry: OutboxEntry, name: str = "") -> str:
    if entry.outcome == "superseded":
        return _("Replaced by a newer change")
    left = (entry.detail or {}).get("skipped") or entry.fields
    why = words.sentence(_reason(entry), name=name, fields=left)
    if entry.outcome == "nothing_to_do":
        return why or _("Tripletex had it already")
    if entry.outcome == "skipped" or entry.settled_at is None:
        return why or _("Left alone")
    took = max((entry.settled_at - entry.captured_at).total_seconds(), 0)
    again = _("In Tripletex after %(time)s, when tried again", time=seconds(took))
    said = again if entry.again_at else _("In Tripletex after %(time)s", time=seconds(took))
    return f"{said}. {why}" if why else said


def _reason(entry: OutboxEntry) -> str:
    """Why it, or a part of it, was not sent. An undo chose nothing: what was changed since is as somebody wants it."""
    return SINCE.get(entry.reason, entry.reason) if _puts_back(entry) else entry.reason


def _puts_back(entry: OutboxEntry) -> bool:
    return any(RESTORE in word for word in (entry.expected or {}).values() if isinstance(word, list))
