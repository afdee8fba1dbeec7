"""Reads both systems, and what is remembered of them, into one frozen value that the comparison works on.

Tripletex is read in pages of 1,000, with no call per person; nothing of the database is held open meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.core.rights import may_see_salary
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.gateway.opening import reading_client
from huma_tripletex.gateway.reading import employee
from huma_tripletex.models import Connection, ConnectionOptions, OutboxEntry, PersonLink
from huma_tripletex.outbox.wait import heard
from huma_tripletex.planning import memory
from huma_tripletex.planning.company import Company, double_emails_of, double_numbers_of, emails_of, numbers_of
from huma_tripletex.planning.comparison import Both, Link
from huma_tripletex.planning.progress import Progress
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex import Employee


@dataclass(frozen=True)
class Remote:
    """Tripletex as it was read."""

    employees: tuple[TripletexEmployee, ...] = field(repr=False)
    countries: Mapping[str, int]
    facts: Mapping[str, Any]


def read_both(runtime: Runtime, connection_id: int, progress: Progress) -> Both:
    """Both systems, read now; the connection's countries, departments and divisions are brought up to date.

    Raises:
        TripletexError: Tripletex could not be read.
        NotReadable: the token's key is gone.
    """
    connection = runtime.session.get_one(Connection, connection_id)
    progress.step("huma")
    people = list(runtime.host.list_people(connection.organisation_id))
    # Asked before Tripletex is read: what arrives there meanwhile does not differ
    on_the_way = _on_the_way(runtime, connection_id)
    progress.step("tripletex", huma=len(people))
    remote = _read_tripletex(runtime, connection, progress)
    heard(runtime.session(), connection_id, runtime.clock())
    connection.countries, connection.company_facts = dict(remote.countries), dict(remote.facts)
    return replace(_together(runtime, connection, people, remote), on_the_way=on_the_way)


def _on_the_way(runtime: Runtime, connection_id: int) -> Mapping[str, Set[str]]:
    """What was changed in Huma, and is delivered unless something stops it."""
    rows = select(OutboxEntry.person_id, OutboxEntry.fields).where(
        OutboxEntry.connection_id == connection_id, OutboxEntry.state.in_(("waiting", "in_flight"))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for person_id, fields in runtime.session.execute(rows):
        found[person_id].update(fields)
    return found


def _read_tripletex(runtime: Runtime, connection: Connection, progress: Progress) -> Remote:
    rights, facts = list(connection.rights), dict(connection.company_facts)
    with reading_client(runtime, connection) as client:
        countries = {country.iso_alpha2: country.id for country in client.countries() if country.iso_alpha2}
        facts["departments"] = [{"id": d.id, "name": d.name} for d in client.departments() if not d.is_inactive]
        facts["divisions"] = [{"id": d.id, "name": d.name} for d in client.divisions()]
        found = client.employees(lambda so_far: progress.so_far(tripletex=so_far))
    facts["accounts_hidden"] = _accounts_hidden(found, rights)
    return Remote(_employees(found, countries, facts["accounts_hidden"]), countries, facts)


def _accounts_hidden(found: Sequence[Employee], rights: Sequence[str]) -> bool:
    """Tripletex shows hidden account numbers as empty. One that is seen proves that they are not hidden."""
    return not any(one.bank_account_number for one in found) and not may_see_salary(rights)


def _employees(found: Sequence[Employee], countries: Mapping[str, int], hidden: bool) -> tuple[TripletexEmployee, ...]:
    iso = {number: code for code, number in countries.items()}
    return tuple(employee(one, iso, hidden) for one in found)


def _together(runtime: Runtime, connection: Connection, people: list[HostPerson], remote: Remote) -> Both:
    connection_id, vault = connection.id, runtime.vault
    company = Company(
        today=runtime.clock().date(),
        departments=tuple(one["id"] for one in remote.facts["departments"]),
        divisions=tuple(one["id"] for one in remote.facts["divisions"]),
        options=ConnectionOptions.read(connection.options),
        numbers=numbers_of(remote.employees),
        double_numbers=double_numbers_of(people),
        emails=emails_of(remote.employees),
        double_emails=double_emails_of(people),
        birth_locked=birth_locked(runtime, connection_id),
    )
    return Both(
        people=people,
        employees=remote.employees,
        links=_links(runtime, connection_id),
        memory=memory.load(runtime, connection_id),
        company=company,
        hash_for=lambda person_id: hash_for(vault, connection_id, person_id),
        whole_hash=lambda who, somebody: memory.whole_hash(vault, connection_id, who, somebody.values),
    )


def _links(runtime: Runtime, connection_id: int) -> dict[str, Link]:
    rows = runtime.session.execute(
        select(PersonLink.person_id, PersonLink.employee_id, PersonLink.agreed).where(
            PersonLink.connection_id == connection_id,
            PersonLink.employee_id.is_not(None),
            PersonLink.state.in_(("linked", "left_huma", "left_tripletex")),
        )
    )
    return {person_id: Link(employee_id, agreed) for person_id, employee_id, agreed in rows}


def birth_locked(runtime: Runtime, connection_id: int) -> frozenset[str]:
    """Whose date of birth Tripletex refused to change, after an a-melding: it will refuse again."""
    refused = select(OutboxEntry.person_id).where(
        OutboxEntry.connection_id == connection_id,
        OutboxEntry.state.in_(("parked", "dismissed")),
        OutboxEntry.reason == "date_of_birth_locked",
    )
    return frozenset(runtime.session.scalars(refused))
