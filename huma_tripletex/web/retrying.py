"""Sending again what had failed: put back, written in the log with who pressed, begun at once; and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from huma_tripletex.host.port import HostUser
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Connection, LogLine, OutboxEntry
from huma_tripletex.outbox import wait
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import entries
from huma_tripletex.web.formatting import recently
from huma_tripletex.web.notices import Notice

WORSE: Final = ("dismissed", "done", "parked", "in_flight", "waiting")
"""Of several changes of one person the last in this order is told: what moves has not ended yet."""


def again(
    runtime: Runtime,
    connection: Connection,
    entry_ids: Sequence[int],
    by: HostUser,
    person_id: str | None = None,
    **detail: Any,
) -> int:
    """Puts entries back, all of them of one person if one is named; returns the act's number. Commits. The line in the
    log has the very moment that is written on the entries, so that it can be told of each who tried it again.
    """
    now = runtime.clock()
    count = wait.retry(runtime.session(), connection.id, now, entry_ids=entry_ids)
    line = LogLine.act(connection.id, "retried", now, by, person_id, **detail, entries=count)
    runtime.session.add(line)
    runtime.session.commit()
    number = line.id
    runtime.queue.nudge(connection.id)
    return number


def came_of(runtime: Runtime, connection: Connection, number: str) -> Notice | None:
    """What came of such an act until now; None if there is none, or if all of it was put back once more since."""
    line = runtime.session.get(LogLine, int(number)) if number.isdecimal() and len(number) < 19 else None
    if line is None or line.connection_id != connection.id or line.what != "retried":
        return None
    theirs = select(OutboxEntry).where(OutboxEntry.connection_id == connection.id, OutboxEntry.again_at == line.at)
    if line.person_id is not None:
        rows = runtime.session.scalars(theirs.where(OutboxEntry.person_id == line.person_id).order_by(OutboxEntry.id))
        return _of_one(runtime, connection, line, rows.all())
    found = runtime.session.execute(theirs.with_only_columns(OutboxEntry.person_id, OutboxEntry.state))
    return _of_many(line, {row.person_id: row.state for row in sorted(found, key=lambda row: WORSE.index(row.state))})


def _of_one(runtime: Runtime, connection: Connection, line: LogLine, rows: Sequence[OutboxEntry]) -> Notice | None:
    """The one that is worst off speaks for all."""
    if not rows:
        return None
    row = max(rows, key=lambda row: WORSE.index(row.state))
    name = entries.names_of(runtime, connection, [row.person_id]).get(row.person_id, "")
    result, _tone = entries.outcome(row, name)
    who = name or _("Person %(id)s, no longer in Huma", id=row.person_id)
    if row.state == "done" and row.outcome == "delivered" and not row.reason:
        return Notice(_("%(name)s, tried again %(when)s: in Tripletex now.", name=who, when=recently(line.at)))
    said = _("%(name)s, tried again %(when)s: %(result)s", name=who, when=recently(line.at), result=result)
    return Notice(said, row.state == "parked")


def _of_many(line: LogLine, states: Mapping[str, str]) -> Notice | None:
    """`states`: how each of the people stands."""
    if not states:
        return None
    count = Counter(states.values())
    said = ". ".join(_counted(count))
    return Notice(_("Tried again %(when)s. %(result)s.", when=recently(line.at), result=said), bool(count["parked"]))


def _counted(count: Counter[str]) -> Iterator[str]:
    if moving := count["waiting"] + count["in_flight"]:
        yield ngettext("%(num)s person is on the way", "%(num)s people are on their way", moving)
    if count["parked"]:
        yield ngettext("It failed again for %(num)s person", "It failed again for %(num)s people", count["parked"])
    if ended := count["done"] + count["dismissed"]:
        yield ngettext("%(num)s person is done", "%(num)s people are done", ended)
