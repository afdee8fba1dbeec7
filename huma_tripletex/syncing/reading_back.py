"""What both systems hold of a few people after a sync: read again, for somebody to see before the others follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as having
from typing import Final

from sqlalchemy import select

from huma_tripletex.core.employments import FIRST, about
from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.gateway.opening import reading_client
from huma_tripletex.gateway.reading import countries_by_id, employee, hides_accounts
from huma_tripletex.models import Connection, PersonLink, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import Writes, opened

MOST: Final = 10
"""People who are read back: a list to look through, and one call."""


@dataclass(frozen=True)
class ReadBack:
    """One value that was to be written in `system`. `now`: what is there; `hidden`: the token may not see it."""

    field: str
    system: str
    wanted: str | None = having(repr=False)
    now: str | None = having(repr=False)
    hidden: bool = False

    @property
    def is_right(self) -> bool:
        return not self.hidden and same(self.field, self.wanted, self.now)


@dataclass(frozen=True)
class PersonReadBack:
    """One person of a run."""

    name: str = having(repr=False)
    values: tuple[ReadBack, ...]


def read_back(runtime: Runtime, run: SyncRun, connection: Connection) -> Sequence[PersonReadBack]:
    """Reads what the run was to write, in both systems. Commits before it asks Tripletex.

    Raises:
        TripletexError: Tripletex cannot be read just now.
        NotReadable: the key that sealed the values or the token is gone.
    """
    chosen = select(SyncResult).where(SyncResult.run_id == run.id).order_by(SyncResult.position).limit(MOST)
    results = [(one, opened(runtime, connection, one)) for one in runtime.session.scalars(chosen)]
    numbers = _employee_ids(runtime, connection, [one for one, _ in results])
    ids = [one.person_id for one, _ in results if one.person_id]
    people = runtime.host.load_people(connection.organisation_id, ids)
    employees = _read(runtime, connection, list(numbers.values()))
    for one, _ in results:
        person, employee = people.get(one.person_id or ""), employees.get(numbers.get(one.id, 0))
        if person and employee:
            first = normalise(FIRST, person.values.get(FIRST))
            employees[employee.id] = about(employee, first, runtime.clock().date())
    return [
        PersonReadBack(
            was.name,
            (
                *_values("huma", was.huma, people.get(one.person_id or "")),
                *_values("tripletex", was.tripletex, employees.get(numbers.get(one.id, 0))),
            ),
        )
        for one, was in results
        if was.huma or was.tripletex
    ]


def _values(system: str, writes: Writes, there: HostPerson | TripletexEmployee | None) -> Iterator[ReadBack]:
    for key, (_, wanted) in writes.items():
        now = there.values.get(key) if there else None
        hidden = isinstance(there, TripletexEmployee) and key in there.unseen
        yield ReadBack(key, system, wanted, now, hidden)


def _employee_ids(runtime: Runtime, connection: Connection, results: Sequence[SyncResult]) -> dict[int, int]:
    """By result. Whoever was added to Tripletex is known by their link."""
    people = [one.person_id for one in results if one.person_id]
    links = select(PersonLink.person_id, PersonLink.employee_id).where(
        PersonLink.connection_id == connection.id, PersonLink.person_id.in_(people)
    )
    linked = {row.person_id: row.employee_id for row in runtime.session.execute(links)}
    found = ((one.id, one.employee_id or linked.get(one.person_id or "")) for one in results)
    return {result_id: number for result_id, number in found if number}


def _read(runtime: Runtime, connection: Connection, ids: Sequence[int]) -> dict[int, TripletexEmployee]:
    if not ids:
        return {}
    countries, hidden = countries_by_id(connection), hides_accounts(connection)
    with reading_client(runtime, connection) as client:
        return {one.id: employee(one, countries, hidden) for one in client.employees_with_ids(ids)}
