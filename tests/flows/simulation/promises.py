"""What must hold when everything has come to rest: everything arrived, nobody twice, in order, and nothing is stuck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import HostPerson
from huma_tripletex.gateway import reading
from huma_tripletex.models import OutboxEntry
from tests.flows.simulation.remote import Remote


class Violation(AssertionError):
    """A promise was broken."""


@dataclass(frozen=True)
class Promises:
    """The end of a run. `history`: every canonical value that a field of a person had in Huma, in order."""

    session: Session
    remote: Remote
    people: Mapping[str, HostPerson]
    history: Mapping[tuple[str, str], Sequence[str | None]]

    def check(self) -> None:
        parked = self.session.execute(
            select(OutboxEntry.person_id, OutboxEntry.reason).where(OutboxEntry.state == "parked")
        ).all()
        if parked:
            raise Violation(f"parked without need: {parked}")
        employees = self._employees()
        for person in self.people.values():
            found = employees[person.values["date_of_birth"] or ""]
            if len(found) != 1:
                raise Violation(f"{person.id} has {len(found)} employees")
            self._check_values(person, found[0])
            self._check_order(person, found[0].id)

    def _employees(self) -> dict[str, list[Any]]:
        by_birth: dict[str, list[Any]] = defaultdict(list)
        for employee in self.remote.employees.values():
            by_birth[employee.date_of_birth or ""].append(employee)
        return by_birth

    def _check_values(self, person: HostPerson, employee: Any) -> None:
        if len(employee.employments) != 1:
            raise Violation(f"{person.id} has {len(employee.employments)} employments")
        values = reading.employee(employee, {161: "NO"}).values
        for key in KEYS:
            if not same(key, person.values.get(key), values.get(key)):
                raise Violation(f"{person.id} {key} is {values.get(key)!r}, not {person.values.get(key)!r}")

    def _check_order(self, person: HostPerson, employee_id: int) -> None:
        """What Tripletex held never goes back to a value that Huma had left behind, unless Huma went back to it."""
        for key, name in (("phone_number", "phone_number_mobile"), ("given_name", "first_name")):
            places = iter(self.history[(person.id, key)])
            stored = [
                normalise(key, value) for number, n, value in self.remote.stored if (number, n) == (employee_id, name)
            ]
            for value in _without_repeats(stored):
                if not any(place == value for place in places):
                    raise Violation(f"{person.id} {key}: {stored} is out of the order {self.history[(person.id, key)]}")


def _without_repeats(values: list[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if place == 0 or values[place - 1] != value]
