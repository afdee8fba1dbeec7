"""From claimed entries to work: Huma's values are read now, so they are always fresh. Two queries for a whole batch.

What needs no call is decided here: who is not linked, who left Huma, who has come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import RowMapping, select

from huma_tripletex.core.fields import EMPLOYMENT_KEYS, KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson, Values
from huma_tripletex.delivery.creation import obstacle, sent_hashes
from huma_tripletex.delivery.link_rows import change_states, read_links
from huma_tripletex.delivery.restoring import approved_reasons, values_to_restore
from huma_tripletex.delivery.terms import Terms, terms_of
from huma_tripletex.delivery.terms_approved import terms_by_run
from huma_tripletex.delivery.work import Approved, Known, Work
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.models import Connection, PersonLink, RememberedChoice
from huma_tripletex.models.link import LinkState
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.record import VERSION
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Loaded:
    """`works` need Tripletex; `idle` do not: per person the reason why there is nothing to do."""

    works: Sequence[tuple[Claimed, Work]]
    idle: Sequence[tuple[Claimed, str]] = field(default_factory=tuple)


def load(runtime: Runtime, connection: Connection, claimed: Sequence[Claimed], now: datetime) -> Loaded:
    """Reads people and links of a batch, and marks whom the next requests create. The caller commits before sending."""
    ids = [person.person_id for person in claimed]
    people = runtime.host.load_people(connection.organisation_id, ids)
    links = read_links(runtime.session(), connection.id, ids)
    terms = terms_of(connection, now)
    terms_for = terms_by_run(runtime, terms, claimed)
    works, idle = [], []
    for one in claimed:
        person, link = people.get(one.person_id), links.get(one.person_id)
        if why := _nothing_to_do(one, person, link, terms):
            idle.append((one, why))
        else:
            assert person is not None
            works.append((one, _work(runtime, connection, one, person, link, terms_for(one))))
    change_states(runtime.session(), _come_and_gone(idle, works, links))
    works = _restored(runtime, connection, works)
    works = _with_reasons(runtime, connection, works)
    works = _without_strangers(runtime, connection.id, works)
    creations = [work for _, work in works if work.known is None and work.tried is None and not obstacle(work)]
    _mark_creations(runtime, connection.id, creations, links, now)
    return Loaded(works, idle)


def _nothing_to_do(claimed: Claimed, person: HostPerson | None, link: RowMapping | None, terms: Terms) -> str:
    """The reason why nothing is sent; "": something may be."""
    if claimed.left_out:
        return "never_sync"
    if person is None or not person.takes_part:
        return "left_huma"
    if link is None or link["state"] == "archived":
        return "" if may_create(claimed, terms) else "not_linked"
    return ""


def _come_and_gone(
    idle: Iterable[tuple[Claimed, str]], works: Iterable[tuple[Claimed, Work]], links: Mapping[str, RowMapping]
) -> dict[int, LinkState]:
    """Which links have a new state: a person who left Huma keeps the link, shown apart, and may come back."""
    gone = [links.get(one.person_id) for one, why in idle if why == "left_huma"]
    here = [links.get(one.person_id) for one, _ in works]
    left: dict[int, LinkState] = {link["id"]: "left_huma" for link in gone if link and link["state"] == "linked"}
    return left | {link["id"]: "linked" for link in here if link and link["state"] == "left_huma"}


def may_create(claimed: Claimed, terms: Terms) -> bool:
    """A change of somebody without a link is never a create, unless an approved plan or the option says so."""
    return claimed.kind == "create" or (claimed.kind == "added" and terms.options.add_new_people)


def _work(
    runtime: Runtime,
    connection: Connection,
    claimed: Claimed,
    person: HostPerson,
    link: RowMapping | None,
    terms: Terms,
) -> Work:
    work = Work(
        person_id=person.id,
        values={key: normalise(key, person.values.get(key)) for key in KEYS},
        email=person.email,
        fields=frozenset(claimed.fields),
        terms=terms,
        hash_of=hash_for(runtime.vault, connection.id, person.id),
        approved=_approved(claimed),
        compared=frozenset((entry.expected or {}).get(VERSION) for entry in claimed.entries if entry.run_id),
        unsure=claimed.unsure,
        creates=may_create(claimed, terms),
        unasked=claimed.kind != "create" or claimed.by_hand,
        looks=claimed.looks,
    )
    if link is None or link["state"] == "archived":
        return replace(work, fields=frozenset(KEYS))
    if link["state"] == "creating":
        return replace(work, fields=frozenset(KEYS), tried=link["agreed"], doubt_until=link["doubt_until"])
    work = replace(work, known=_known(link), doubt_until=link["doubt_until"])
    if link["state"] == "left_huma":  # back again: what was edited in between was not sent
        work = replace(work, fields=work.fields | {key for key in link["agreed"] if not work.is_agreed(key)})
    if claimed.kind == "create":
        work = replace(work, fields=frozenset(KEYS))
    return work


def _known(link: RowMapping) -> Known:
    assert link["employee_id"] is not None
    return Known(**{name: link[name] for name in Known.__dataclass_fields__})


def _approved(claimed: Claimed) -> Approved:
    """What runs were approved with, and which other workday they saw beside one; a field that a later real-time change
    names again is that change's.
    """
    approved: dict[str, tuple[str, str]] = {}
    for entry in claimed.entries:
        beside = EMPLOYMENT_KEYS.intersection(entry.expected or ()).difference(entry.fields)
        for key in (*entry.fields, *beside):
            pair = (entry.expected or {}).get(key)
            if entry.run_id is None:
                approved.pop(key, None)
            elif pair:
                approved[key] = (pair[0], pair[1])
    return approved


def _restored(
    runtime: Runtime, connection: Connection, works: list[tuple[Claimed, Work]]
) -> list[tuple[Claimed, Work]]:
    """A run that takes back another sends the earlier values instead of Huma's."""
    earlier = values_to_restore(runtime, connection, [one for one, _ in works])
    return [
        (one, _put_back(one, work, values) if (values := earlier.get(one.person_id)) else work) for one, work in works
    ]


def _put_back(claimed: Claimed, work: Work, earlier: Values) -> Work:
    """Only where Huma still has what was sent, or the earlier value again: what somebody has edited since is as they
    want it, and goes as ever, also if it waited longer than the undo.
    """
    changed = {key for key in earlier if work.hash_of(key, work.values.get(key)) not in work.approved.get(key, ())}
    back = {key: value for key, value in earlier.items() if key not in changed}
    edited = {key for entry in claimed.entries for key in entry.fields if not entry.restores(key)}
    values = {**work.values, **back}
    return replace(work, values=values, restores=frozenset(back), fields=work.fields - (changed - edited))


def _with_reasons(
    runtime: Runtime, connection: Connection, works: list[tuple[Claimed, Work]]
) -> list[tuple[Claimed, Work]]:
    """What an administrator chose for the last workday of one person, rather than the setting for everybody."""
    reasons = approved_reasons(runtime, connection, [one for one, _ in works])
    return [(one, replace(work, approved_reason=reasons.get(one.person_id, ""))) for one, work in works]


def _without_strangers(
    runtime: Runtime, connection_id: int, works: list[tuple[Claimed, Work]]
) -> list[tuple[Claimed, Work]]:
    """Whoever looks for what an earlier create made, or for the same person, must not find an employee who is somebody
    else's, nor one whom an administrator has ruled out.
    """
    looking = {one.person_id for one, work in works if work.tried is not None or (work.known is None and work.unasked)}
    if not looking:
        return works
    linked = select(PersonLink.employee_id).where(
        PersonLink.connection_id == connection_id, PersonLink.employee_id.is_not(None)
    )
    taken = frozenset(number for number in runtime.session.execute(linked).scalars() if number is not None)
    apart = _ruled_out(runtime, connection_id, sorted(looking))
    return [
        (one, replace(work, taken=taken | apart.get(one.person_id, frozenset())) if one.person_id in looking else work)
        for one, work in works
    ]


def _ruled_out(runtime: Runtime, connection_id: int, people: Sequence[str]) -> Mapping[str, frozenset[int]]:
    """Who an administrator has said that these people are not."""
    said = select(RememberedChoice.person_id, RememberedChoice.employee_id).where(
        RememberedChoice.connection_id == connection_id,
        RememberedChoice.choice == "not_same",
        RememberedChoice.person_id.in_(people),
    )
    found: dict[str, frozenset[int]] = {}
    for person_id, number in runtime.session.execute(said):
        if person_id is not None and number is not None:
            found[person_id] = found.get(person_id, frozenset()) | {number}
    return found


def _mark_creations(
    runtime: Runtime, connection_id: int, works: Sequence[Work], links: Mapping[str, RowMapping], now: datetime
) -> None:
    """From here on, whoever finds the link looks before creating again. If we die, what is under way has a lease's
    time to end.
    """
    doubt_until = now + runtime.settings.lease_time
    known = [row["id"] for work in works if (row := links.get(work.person_id))]
    rows = {link.person_id: link for link in _rows(runtime, known)} if known else {}
    for work in works:
        link = rows.get(work.person_id) or PersonLink(connection_id=connection_id, person_id=work.person_id)
        link.state, link.matched_by, link.employee_id = "creating", "created_in_tripletex", None
        link.agreed, link.doubt_until, link.linked_at = dict(sent_hashes(work)), doubt_until, now
        runtime.session.add(link)


def _rows(runtime: Runtime, ids: Sequence[int]) -> Iterable[PersonLink]:
    chosen = select(PersonLink).where(PersonLink.id.in_(ids)).execution_options(populate_existing=True)
    return runtime.session.execute(chosen).scalars()
