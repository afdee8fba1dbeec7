"""Carries out the next few people of a run, in one transaction that the caller began and will commit.

Somebody for whom Huma is written has a transaction of their own, so that a run can be stopped between people; all
others go by the hundreds, in a number of statements that does not grow with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import same
from huma_tripletex.core.people import HostPerson
from huma_tripletex.gateway.left_out import never_synced
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.outbox.record import Change, RunChange, record, record_for_run
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import huma, outcomes
from huma_tripletex.syncing.approved import Step, steps
from huma_tripletex.syncing.handing_over import for_tripletex
from huma_tripletex.syncing.linking import Links
from huma_tripletex.syncing.looking import Sight
from huma_tripletex.syncing.obstacles import Obstacles

AT_ONCE: Final = 500


def carry_next(runtime: Runtime, run: SyncRun, connection: Connection, after: int, sight: Sight) -> int | None:
    """Carries out the people that follow position `after`, who were looked at; returns the last one's position, None:
    nobody is left.
    """
    chosen = _next(runtime, run, after)
    if not chosen:
        return None
    batch = steps(runtime, run, connection, [result_id for result_id, _ in chosen])
    _carry_out(runtime, run, connection, batch, sight)
    return chosen[-1][1]


def _next(runtime: Runtime, run: SyncRun, after: int) -> list[tuple[int, int]]:
    """Ids and positions: one person for whom Huma is written, or as many as follow each other without."""
    columns = (SyncResult.id, SyncResult.position, SyncResult.action, SyncResult.huma_fields)
    rows = runtime.session.execute(
        select(*columns)
        .where(
            SyncResult.run_id == run.id,
            SyncResult.position > after,
            SyncResult.outcome == "planned",
            SyncResult.tripletex_outcome == "",
        )
        .order_by(SyncResult.position)
        .limit(AT_ONCE)
    )
    chosen: list[tuple[int, int]] = []
    for result_id, position, action, huma_fields in rows:
        writes_huma = bool(huma_fields) or action == "add_to_huma"
        if writes_huma and chosen:
            break
        chosen.append((result_id, position))
        if writes_huma:
            break
    return chosen


def _carry_out(runtime: Runtime, run: SyncRun, connection: Connection, batch: Sequence[Step], sight: Sight) -> None:
    now = runtime.clock()
    links = Links(runtime, connection, batch)
    ids = [step.person_id for step in batch if step.result.person_id]
    people = runtime.host.load_people(connection.organisation_id, ids) if ids else {}
    obstacles = Obstacles(batch, people, links, never_synced(runtime, connection.id, ids), sight)
    going: list[RunChange] = []
    edited: list[Change] = []
    for step in batch:
        if why := obstacles.of(step):
            outcomes.skip(step.result, now, why)
            continue
        edited += _link_and_write(runtime, connection, step, people, links, sight)
        going += for_tripletex(runtime, connection, step)
    links.save()
    record_for_run(runtime.session(), connection.id, run.id, going, now)
    if edited:
        record(runtime.session(), edited, now)
    for step in batch:
        outcomes.settle(step.result, now)


def _link_and_write(
    runtime: Runtime,
    connection: Connection,
    step: Step,
    people: Mapping[str, HostPerson],
    links: Links,
    sight: Sight,
) -> list[Change]:
    """Links the person and writes Huma. Returns what the host made of it, and what was edited in Huma since the plan
    was drawn, of somebody who was not linked until now and whose edits therefore went nowhere.
    """
    try:
        if step.result.action == "add_to_huma":
            return huma.add(runtime, connection, step, links)
        person, now = people[step.person_id], runtime.clock()
        news = step.employee is not None and links.join(person.id, step.employee, step.approved.matched_by, now)
        if step.employee is not None:
            links.note(person.id, step.approved.agreed)
        changes = huma.write(runtime, connection, step, person, links, *sight.unsafe(step))
        return changes + _edited_meanwhile(connection, step, person) if news else changes
    except huma.RefusedByHuma:
        outcomes.in_huma(step.result, "failed", reason="huma_failed")
        return []


def _edited_meanwhile(connection: Connection, step: Step, person: HostPerson) -> list[Change]:
    seen = step.compared.person
    known = {*step.approved.huma, *step.approved.tripletex}
    fields = tuple(
        key for key in KEYS if seen and key not in known and not same(key, person.values.get(key), seen.values.get(key))
    )
    return [Change(connection.organisation_id, person.id, fields)] if fields else []
