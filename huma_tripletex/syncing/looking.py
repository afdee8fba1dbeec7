"""Looks at Tripletex once more before its values go to Huma: nobody has seen what changed there since the comparison.
And, where the run adds somebody, at who has come to either system since then.

Whose turn is next is read in lists of ids, hundreds in a call. What was read serves one turn of a run; the next one
looks again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from huma_tripletex.core.employments import FIRST, about
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.likeness import folded_email
from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.errors import NotReadable, TripletexError
from huma_tripletex.gateway.opening import reading_client
from huma_tripletex.gateway.reading import countries_by_id, employee, hides_accounts
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.outbox.wait import heard
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import Step
from huma_tripletex.syncing.newcomers import Newcomers, came_to_huma, known_in_tripletex

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
CHANGED, GONE, NOT_SEEN = "changed_in_tripletex", "not_in_tripletex", "not_looked_again"
Seen = Mapping[int, TripletexEmployee | None]


class Sight:
    """What one turn of a run has seen in Tripletex, of those whose values go to Huma.

    `upto`: the position as far as which everybody was looked at; None: to the end.
    """

    def __init__(
        self, seen: Seen, upto: int | None, newcomers: Newcomers | None = None, today: date = date.min
    ) -> None:
        self._seen = seen
        self._upto = upto
        self._today = today
        self.newcomers = newcomers or Newcomers()

    def reaches_beyond(self, position: int) -> bool:
        """Whether whoever follows this position was looked at."""
        return self._upto is None or self._upto > position

    def obstacle(self, step: Step) -> str:
        """Why nothing can be done for this person at all: a key of `core.reasons`, or ""."""
        if not _is_concerned(step):
            return ""
        number, adds = step.result.employee_id or 0, step.result.action == "add_to_huma"
        if number not in self._seen:
            return NOT_SEEN if adds else ""
        now = self._seen[number]
        if now is None:
            return GONE
        return CHANGED if adds and _is_somebody_else(step, now) else ""

    def unsafe(self, step: Step) -> tuple[Sequence[str], str]:
        """The fields that must not be written to Huma, as Tripletex no longer holds what was approved, and why."""
        if not _is_concerned(step):
            return (), ""
        now = self._seen.get(step.result.employee_id or 0)
        if now is None:
            return list(step.approved.huma), NOT_SEEN
        first = step.compared.person.values.get(FIRST) if step.compared.person else None
        now = about(now, normalise(FIRST, first), self._today)
        wanted = step.approved.huma.items()
        return [key for key, (_, after) in wanted if not _still_holds(step, now, key, after)], CHANGED


def look(runtime: Runtime, run: SyncRun, connection: Connection, after: int) -> Sight | None:
    """Reads the next of those who follow position `after`; None: Tripletex cannot be read, and may be a little later.

    Once nothing has come of a run for as long as it waits for its entries, nobody is seen any more, and it goes on with
    what needs no look. Commits, before it asks Tripletex too.
    """
    if run.undoes is not None:
        return Sight({}, None)
    rows = _next(runtime, run, after)
    upto = rows[-1][0] if len(rows) == AT_ONCE else None
    people, known = came_to_huma(runtime, run, connection), known_in_tripletex(runtime, run, connection)
    try:
        seen, came = _read(runtime, connection, [number for _, number in rows if number], known)
        return Sight(seen, upto, Newcomers(came, people), runtime.clock().date())
    except (TripletexError, NotReadable) as error:
        runtime.session.rollback()
        log.warning("run %s could not look at Tripletex again: %s", run.id, error)
    return Sight({}, None) if _has_waited_long(runtime, run) else None


def _has_waited_long(runtime: Runtime, run: SyncRun) -> bool:
    latest = runtime.session.scalar(select(func.max(SyncResult.settled_at)).where(SyncResult.run_id == run.id))
    began = run.started_at or run.approved_at
    since = max(began, latest) if latest else began
    return runtime.clock() >= since + timedelta(seconds=runtime.settings.run_wait)


def _next(runtime: Runtime, run: SyncRun, after: int) -> Sequence[tuple[int, int | None]]:
    written: ColumnElement[bool] = or_(SyncResult.action == "add_to_huma", cast(SyncResult.huma_fields, Text) != "[]")
    rows = runtime.session.execute(
        select(SyncResult.position, SyncResult.employee_id)
        .where(
            SyncResult.run_id == run.id,
            SyncResult.position > after,
            SyncResult.outcome == "planned",
            SyncResult.tripletex_outcome == "",
            written,
        )
        .order_by(SyncResult.position)
        .limit(AT_ONCE)
    )
    return [(position, number) for position, number in rows]


def _read(
    runtime: Runtime, connection: Connection, ids: Sequence[int], known: set[int] | None
) -> tuple[Seen, Sequence[TripletexEmployee]]:
    """Those of `ids`, and, where somebody is to be added, who is not known."""
    if not ids and known is None:
        return {}, ()
    countries = countries_by_id(connection)
    hidden = (connection.company_facts or {}).get("accounts_hidden", hides_accounts(connection))
    with reading_client(runtime, connection) as client:
        found = client.employees_with_ids(ids)
        came = [one for one in client.employees() if one.id not in known] if known is not None else []
    heard(runtime.session(), connection.id, runtime.clock())
    hidden = hidden and not any(one.bank_account_number for one in found)
    seen = {one.id: employee(one, countries, hidden) for one in found}
    return {**dict.fromkeys(ids), **seen}, [employee(one, countries, hidden) for one in came]


def _is_concerned(step: Step) -> bool:
    """Whether Tripletex's values go to Huma. An earlier value that is put back is Huma's own."""
    return not step.takes_back and (bool(step.approved.huma) or step.result.action == "add_to_huma")


def _is_somebody_else(step: Step, now: TripletexEmployee) -> bool:
    """Somebody to be added is added as approved or not at all: half a person would be asked about again and again."""
    approved = {key: after for key, (_, after) in step.approved.huma.items()}
    return folded_email(step.approved.email) != folded_email(now.email) or any(
        not _still_holds(step, now, key, approved.get(key)) for key in KEYS
    )


def _still_holds(step: Step, now: TripletexEmployee, key: str, approved: str | None) -> bool:
    """What the token may not see says nothing, and is nothing if it was not to be seen before."""
    if key in now.unseen:
        return approved is None and step.employee is not None and key in step.employee.unseen
    return same(key, now.values.get(key), approved)
