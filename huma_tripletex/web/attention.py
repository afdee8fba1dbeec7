"""Who needs attention, one line for each person: what is parked of theirs, why, and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from huma_tripletex.models import Connection, OutboxEntry
from huma_tripletex.outbox.tables import takes_part
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import entries
from huma_tripletex.web.causes import runs_of
from huma_tripletex.web.entries import Line
from huma_tripletex.web.named import about


def people(
    runtime: Runtime,
    connection: Connection,
    *,
    among: Sequence[str] | None = None,
    before: int = 0,
    limit: int = 50,
) -> list[Line]:
    """Those whose latest parked entry is the newest come first; `before` its number, for the following page; `among`
    these alone.
    """
    latest = func.max(OutboxEntry.id)
    parked = (OutboxEntry.connection_id == connection.id, OutboxEntry.state == "parked", takes_part())
    who = select(OutboxEntry.person_id).where(*parked).group_by(OutboxEntry.person_id)
    who = who.having(latest < before) if before else who
    who = about(who, OutboxEntry.person_id, among)
    found = list(runtime.session.scalars(who.order_by(latest.desc()).limit(limit)))
    theirs: dict[str, list[OutboxEntry]] = defaultdict(list)
    rows = select(OutboxEntry).where(*parked, OutboxEntry.person_id.in_(found)).order_by(OutboxEntry.id.desc())
    for entry in runtime.session.scalars(rows) if found else ():
        theirs[entry.person_id].append(entry)
    names = entries.names_of(runtime, connection, found)
    runs = runs_of(runtime, (entry.run_id for some in theirs.values() for entry in some))
    return [_line(runtime, theirs[person], names.get(person, ""), runs) for person in found if theirs[person]]


def of_person(runtime: Runtime, rows: Sequence[OutboxEntry], name: str) -> Iterator[Line]:
    """Somebody's parked entries, one line for each reason."""
    parked = [row for row in rows if row.state == "parked"]
    runs = runs_of(runtime, (row.run_id for row in parked))
    for reason in dict.fromkeys(row.reason for row in parked):
        yield _line(runtime, [row for row in parked if row.reason == reason], name, runs)


def _line(runtime: Runtime, some: list[OutboxEntry], name: str, runs: entries.Runs) -> Line:
    """The newest of somebody's entries speaks for those that are parked for the same reason."""
    alike = [entry for entry in some if entry.reason == some[0].reason]
    return entries.line(runtime, some[0], name, runs, beside=alike[1:])
