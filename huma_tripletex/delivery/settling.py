"""From an attempt's findings to rows: the link's new knowledge and each entry's outcome, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select

from huma_tripletex.core.doubt import seconds_in_doubt
from huma_tripletex.delivery.batch import Batch
from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.link_rows import drop_links, put_in_doubt, read_links, write_links
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.verdict import Retrying, internal_settlements, settlements
from huma_tripletex.delivery.work import Known, Work
from huma_tripletex.errors import NotFound, TripletexError
from huma_tripletex.gateway.put_back import PutBack, note_put_back
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.settle import Settlement, held, settle
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempted:
    """One person, what was to be done and what was found out."""

    claimed: Claimed
    work: Work
    progress: Progress


def settle_people(
    runtime: Runtime,
    batch: Batch,
    attempted: Sequence[Attempted],
    idle: Sequence[Settlement],
    retrying: Retrying,
) -> tuple[list[Settlement], bool]:
    """Settles whom the batch still holds; of the others nothing is noted at all, for somebody else may have them by now
    and know better. Returns the settlements, and whether one of their people was edited meanwhile. The caller commits.
    """
    people = [one.claimed.person_id for one in attempted] + [one.person_id for one in idle]
    ours = held(runtime.session(), batch.token, people)
    mine = [one for one in attempted if one.claimed.person_id in ours]
    if mine:
        update_links(runtime, batch.connection_id, mine, retrying.now)
        _keep_facts(runtime, batch.connection_id, mine)
        note_put_back(runtime.session(), batch.connection_id, list(_put_back(mine)), retrying.now)
    settled = [settlement for settlement in idle if settlement.person_id in ours]
    for one in mine:
        settled += _settlements(one, retrying)
    return settled, settle(runtime.session(), batch.token, settled, retrying.now).are_newer


def _settlements(one: Attempted, retrying: Retrying) -> list[Settlement]:
    found: list[Settlement] = []
    if why := unforeseen(lambda: found.extend(settlements(one.claimed, one.work, one.progress, retrying))):
        log.error("settling a person failed for a reason of our own: %s", why)
        return internal_settlements(one.claimed, retrying)
    return found


def unmark_creations(runtime: Runtime, batch: Batch, works: Sequence[Work]) -> None:
    """Of creates that have not begun: nothing was sent, so nobody has to look. The caller commits."""
    people = [work.person_id for work in works if work.known is None and work.tried is None]
    ours = held(runtime.session(), batch.token, people) if people else set()
    links = read_links(runtime.session(), batch.connection_id, sorted(ours)) if ours else {}
    drop_links(runtime.session(), [link["id"] for link in links.values() if link["state"] == "creating"])


def update_links(runtime: Runtime, connection_id: int, attempted: Sequence[Attempted], now: datetime) -> None:
    """Writes what the attempts learnt about links. An employee who is somebody else's already parks the person."""
    links = read_links(runtime.session(), connection_id, [one.claimed.person_id for one in attempted])
    taken = _taken(runtime, connection_id, attempted, links)
    learnt, absent, doubts = [], [], {}
    for one in attempted:
        link, known = links.get(one.claimed.person_id), one.progress.known
        if link is None:
            continue
        if known and known.employee_id in taken - {link["employee_id"]}:
            one.progress.parked(one.work.fields, "found_several")
        elif known:
            taken.add(known.employee_id)
            learnt.append(_learnt(link, known, one, now))
        elif one.work.known is None and _is_absent(one):
            absent.append(link["id"])
        elif until := _doubt_until(one, now):
            doubts[link["id"]] = until
    drop_links(runtime.session(), absent)
    put_in_doubt(runtime.session(), doubts)
    write_links(runtime.session(), learnt)


def _put_back(attempted: Iterable[Attempted]) -> Iterator[PutBack]:
    """What an undo has put back in Tripletex. Huma still holds what the run that is taken back had written there."""
    for one in attempted:
        work, known = one.work, one.progress.known
        for key in sorted(work.restores & one.progress.agreed):
            earlier, ours = work.approved[key]
            number = known.employee_id if known else None
            yield PutBack(work.person_id, number, key, hash_huma=ours, hash_tripletex=earlier)


def _keep_facts(runtime: Runtime, connection_id: int, attempted: Iterable[Attempted]) -> None:
    """Divisions and departments that had to be read anew, so that the next ones know of them."""
    facts = {name: rows for one in attempted for name, rows in one.progress.facts.items()}
    if facts:
        connection = runtime.session.get_one(Connection, connection_id)
        connection.company_facts = {**connection.company_facts, **facts}


def _taken(
    runtime: Runtime, connection_id: int, attempted: Iterable[Attempted], links: Mapping[str, RowMapping]
) -> set[int]:
    """Which of the employees found or made are linked to somebody."""
    new = [
        one.progress.known.employee_id
        for one in attempted
        if one.progress.known and (link := links.get(one.claimed.person_id)) and link["employee_id"] is None
    ]
    if not new:
        return set()
    chosen = select(PersonLink.employee_id).where(
        PersonLink.connection_id == connection_id, PersonLink.employee_id.in_(new)
    )
    return {number for number in runtime.session.execute(chosen).scalars() if number is not None}


def _learnt(link: RowMapping, known: Known, one: Attempted, now: datetime) -> dict[str, Any]:
    progress = one.progress
    forgotten = progress.forgotten | (one.work.restores & progress.agreed)
    before = link["agreed"] if link["employee_id"] is not None else {}
    hashes = {key: one.work.hash_of(key, one.work.values.get(key)) for key in progress.agreed - one.work.restores}
    state = "left_tripletex" if _is_gone(progress.error) else "linked"
    return {
        "id": link["id"],
        "employee_id": known.employee_id,
        "state": "left_huma" if link["state"] == "left_huma" else state,
        "employee_version": known.employee_version,
        "employment_id": known.employment_id,
        "employment_version": known.employment_version,
        "employment_count": known.employment_count,
        "agreed": {key: seal for key, seal in before.items() if key not in forgotten} | hashes,
        "doubt_until": _doubt_until(one, now),
    }


def _doubt_until(one: Attempted, now: datetime) -> datetime | None:
    """Until when what was sent, now or before, may still be carried out. Of a create that is over when it is found; of
    changes by the versions alone, so a look that was not answered clears nothing.
    """
    before = one.work.doubt_until if one.work.known else None
    lost = now + timedelta(seconds=seconds_in_doubt(one.progress.error)) if one.progress.unsure else None
    return max(filter(None, (before, lost)), default=None)


def _is_gone(error: TripletexError | None) -> bool:
    return isinstance(error, NotFound) and error.operation.endswith("/employee/{id}")


def _is_absent(one: Attempted) -> bool:
    """Nobody was created: it was never sent, or refused, or looked for and not found."""
    return one.progress.absent if one.work.tried is not None else not one.progress.unsure
