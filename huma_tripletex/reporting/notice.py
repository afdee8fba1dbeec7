"""What notices to administrators say, in the current language: names and reasons, never values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import format_date
from flask_babel import get_locale
from sqlalchemy import ColumnElement, and_, func, select

from huma_tripletex.core.reasons import reason
from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.outbox.tables import takes_part
from huma_tripletex.reporting.sentences import next_step, sentence
from huma_tripletex.runtime import Runtime

NAMED = 20
"""So many people are named; the page has the rest."""


@dataclass(frozen=True)
class ParkedPerson:
    """Somebody whose change needs a human."""

    name: str = field(repr=False)
    sentence: str = field(repr=False)
    next_step: str = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """What one mail says. `key` makes it the same mail when it is sent again."""

    key: str
    subject: str
    paragraphs: tuple[str, ...]
    people: tuple[ParkedPerson, ...] = ()
    more: int = 0


def digest(runtime: Runtime, connection: Connection, since: datetime) -> Notice | None:
    """Who needs attention now, if anybody does; `since`: when it began to be told, by which it stays the same mail."""
    count = runtime.session.scalar(select(func.count(OutboxEntry.person_id.distinct())).where(_parked(connection))) or 0
    if not count:
        return None
    newest = select(OutboxEntry).where(_parked(connection)).order_by(OutboxEntry.settled_at.desc())
    entries = {entry.person_id: entry for entry in reversed(runtime.session.scalars(newest.limit(10 * NAMED)).all())}
    shown = list(entries.values())[::-1][:NAMED]
    people = runtime.host.load_people(connection.organisation_id, [entry.person_id for entry in shown])
    names = {entry.person_id: people[entry.person_id].name if entry.person_id in people else "" for entry in shown}
    return Notice(
        f"parked-{since.date().isoformat()}",
        ngettext("Tripletex: %(num)s person needs attention", "Tripletex: %(num)s people need attention", count),
        (gettext("These changes in Huma did not get into Tripletex. Everything else goes on."),),
        tuple(_person(entry, names[entry.person_id]) for entry in shown),
        max(0, count - len(shown)),
    )


def attention(connection: Connection) -> Notice:
    """The connection does not work."""
    why = reason(connection.state_reason or "needs_attention")
    kept = gettext("Changes in Huma are kept, and sent as soon as the connection works again.")
    about = f"{gettext(why.sentence)} {gettext(why.next_step)}"
    key = f"attention-{connection.state_since.isoformat()}"
    return Notice(key, gettext("Tripletex: the connection does not work"), (about, kept))


def concern(key: str, day: str) -> Notice:
    """The connection works, and will not for ever."""
    why = reason(key)
    about = f"{gettext(why.sentence)} {gettext(why.next_step)}"
    said = [about]
    if day:
        said.append(gettext("The day: %(day)s.", day=format_date(datetime.fromisoformat(day), locale=get_locale())))
    return Notice(f"{key}-{day}", gettext("Tripletex: the employee token needs you"), tuple(said))


def _parked(connection: Connection) -> ColumnElement[bool]:
    return and_(OutboxEntry.connection_id == connection.id, OutboxEntry.state == "parked", takes_part())


def _person(entry: OutboxEntry, name: str) -> ParkedPerson:
    name = name or gettext("Person %(id)s", id=entry.person_id)
    fields = (entry.detail or {}).get("fields") or entry.fields
    return ParkedPerson(name, sentence(entry.reason, name, fields), next_step(entry.reason, name, fields))
