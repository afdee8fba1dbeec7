"""Approves a plan: freezes what was shown, hashes it, and makes one planned result per person: a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Table, insert, or_

from huma_tripletex.gateway.frozen import Frozen
from huma_tripletex.gateway.new_run import is_one_going_on, new_run
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning.aftermath import free_links, remember
from huma_tripletex.planning.guards import counts_people, to_type
from huma_tripletex.planning.irrevocable import irrevocable
from huma_tripletex.planning.reach import guards_of
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.refusals import NeedsConfirmation, NotPossible
from huma_tripletex.planning.store import CHUNK
from huma_tripletex.planning.turn import take_turn
from huma_tripletex.planning.writes import (
    PersonWrites,
    Write,
    items_where,
    person_writes,
    something_to_agree,
    something_to_write,
)
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex.session import OSLO

FEW: Final = 3
RESULTS = cast(Table, SyncResult.__table__)


def approve(
    runtime: Runtime,
    plan: SyncPlan,
    by: HostUser | None,
    *,
    typed: str = "",
    mail: bool = True,
    link: str = "",
    revision: int | None = None,
    only: Collection[int] | None = None,
) -> SyncRun:
    """Makes a plan into a run; the caller commits and enqueues `task_queue.RUN`.

    `only`: the items of one to three people to try it on first. They are run alone; the rest of the plan stays open and
    is approved later, without them.

    Raises:
        Stale, SeenOtherwise: see `take_turn`.
        NotPossible: another run is going on, or `only` names too many or nobody with anything to do.
        NeedsConfirmation: a guard is tripped, and `typed` does not confirm it.
    """
    news = {"state": "approved"} if only is None else {}
    take_turn(runtime, plan, by, revision, exactly=True, **news)
    connection = _free_connection(runtime, plan)
    _confirm(runtime, plan, typed, only)
    run = new_run(runtime, connection, plan.id, by, mail=mail, link=link)
    run.confirmed = counts_people(plan.guards)
    digest, people = _freeze(runtime, plan, run, only)
    if only is not None and not 0 < people <= FEW:
        raise NotPossible("few_people")
    plan.digest = digest
    remember(runtime, plan, only)
    if only is not None:
        plan.counts = {**plan.counts, "tried": [*plan.counts.get("tried", []), *only]}
    what = "approved" if only is None else "tried"
    facts: dict[str, Any] = {"run": run.id, "plan": plan.id, "people": people, "digest": digest}
    runtime.session.add(LogLine.act(plan.connection_id, what, run.approved_at, by, **facts))
    runtime.session.flush()
    return run


def _free_connection(runtime: Runtime, plan: SyncPlan) -> Connection:
    connection = runtime.session.get_one(Connection, plan.connection_id)
    if is_one_going_on(runtime, connection.id):
        raise NotPossible("run_in_progress")
    if not connection.is_open:
        raise NotPossible("not_connected")
    return connection


def to_confirm(
    runtime: Runtime, plan: SyncPlan, typed: str, only: Collection[int] | None = None
) -> NeedsConfirmation | None:
    """What `approve` would refuse to go on without, for whoever asks before they hold anything; None: nothing."""
    found = guards_of(runtime, plan, only)
    return NeedsConfirmation(found, to_type(found)) if found and typed.strip() != to_type(found) else None


def _confirm(runtime: Runtime, plan: SyncPlan, typed: str, only: Collection[int] | None) -> None:
    found = guards_of(runtime, plan, only)
    if found and typed.strip() != to_type(found):
        raise NeedsConfirmation(found, to_type(found))
    plan.guards = found


def _freeze(runtime: Runtime, plan: SyncPlan, run: SyncRun, only: Collection[int] | None) -> tuple[str, int]:
    """Makes the results, a thousand to a statement. Answers the digest of every write and how many people there are."""
    which = or_(something_to_write(plan), something_to_agree())
    items = runtime.session.scalars(items_where(plan, which, only)).all()
    seals, frozen = seals_of(runtime, plan), Frozen()
    today = runtime.clock().astimezone(OSLO).date()
    for start in range(0, len(items), CHUNK):
        writes = list(person_writes(runtime, seals, items[start : start + CHUNK]))
        free_links(runtime, plan, writes)
        rows = [_result(runtime, seals.organisation_id, run, one, today) for one in writes]
        runtime.session.execute(insert(RESULTS), rows)
        for one in writes:
            who = (one.position, one.action, one.person_id, one.employee_id)
            frozen.add(*who, _values(one.huma), _values(one.tripletex), one.end_reasons)
    return frozen.digest(runtime.vault, plan.id, run.options), len(items)


def _result(runtime: Runtime, organisation_id: str, run: SyncRun, one: PersonWrites, today: date) -> dict[str, Any]:
    context = (organisation_id, run.connection_id, "result", run.id, one.position)
    content = {
        "name": one.name,
        "email": _email(one),
        "huma": _values(one.huma),
        "tripletex": _values(one.tripletex),
        "agreed": one.content.agreed,
        "expected": one.expected,
        "matched_by": one.matched_by,
        "end_reasons": one.end_reasons,
    }
    return {
        "run_id": run.id,
        "item_id": one.item_id,
        "position": one.position,
        "person_id": one.person_id,
        "employee_id": one.employee_id,
        "action": one.action,
        "outcome": "planned",
        "huma_outcome": "",
        "tripletex_outcome": "",
        "huma_fields": [write.field for write in one.huma],
        "tripletex_fields": [write.field for write in one.tripletex],
        "reason": "",
        "request_id": "",
        "detail": {"stays": stays} if (stays := irrevocable(one, today)) else None,
        "sealed": runtime.vault.seal(msgspec.json.encode(content), *context),
    }


def _values(writes: Iterable[Write]) -> dict[str, list[str | None]]:
    return {write.field: [write.before, write.after] for write in writes}


def _email(one: PersonWrites) -> str | None:
    if one.action == "add_to_huma":
        return one.content.employee.email if one.content.employee else None
    return one.content.person.email if one.content.person else None
