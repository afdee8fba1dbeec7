"""Tripletex, as small as delivery can do with: versions, employments, partial updates, and no uniqueness whatsoever, so
that a second employee is not prevented but seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from huma_tripletex.errors import (
    AnswerLost,
    Invalid,
    NotFound,
    NotSent,
    RateLimited,
    TimedOut,
    TripletexError,
    Unauthorised,
    Unavailable,
    VersionConflict,
)
from huma_tripletex.tripletex import shapes
from tests.flows.simulation.stage import Chance, Clock, Worker

NAMES = {
    "firstName": "first_name",
    "lastName": "last_name",
    "employeeNumber": "employee_number",
    "dateOfBirth": "date_of_birth",
    "phoneNumberMobile": "phone_number_mobile",
    "bankAccountNumber": "bank_account_number",
}


@dataclass
class Remote:
    """All employees, and the order in which values were stored."""

    employees: dict[int, shapes.Employee] = field(default_factory=dict)
    stored: list[tuple[int, str, str]] = field(default_factory=list)
    next_id: int = 100
    revoked: bool = False
    late: list[tuple[datetime, Worker, Callable[[], Any]]] = field(default_factory=list)
    """What is still to be carried out, and when, and who sent it: nobody waits for the answer."""

    def catch_up(self, now: datetime) -> None:
        """Carries out what has come to its turn meanwhile."""
        due = [act for at, _, act in self.late if at <= now]
        self.late = [one for one in self.late if one[0] > now]
        for act in due:
            with suppress(TripletexError):
                act()

    def hurry(self, worker: Worker, until: datetime) -> None:
        """Who sent it can tell nobody that it may be late: that is not promised for longer than a part of a lease."""
        self.late = [(min(at, until) if own is worker else at, own, act) for at, own, act in self.late]

    def employee(self, employee_id: int) -> shapes.Employee:
        return self.employees[employee_id]

    def touch(self, employee_id: int) -> None:
        """Somebody edits something else in Tripletex."""
        found = self.employees[employee_id]
        self.employees[employee_id] = msgspec.structs.replace(found, version=found.version + 1)

    def find(self, **asked: str) -> tuple[shapes.Employee, ...]:
        return tuple(
            found
            for found in self.employees.values()
            if all(not text or text in getattr(found, name) for name, text in asked.items())
        )

    def create(self, body: Mapping[str, Any]) -> shapes.Employee:
        self.next_id += 1
        return self._store(shapes.Employee(id=self.next_id, version=-1), body)

    def create_all(self, bodies: list[Mapping[str, Any]]) -> tuple[shapes.Employee, ...]:
        return tuple(self.create(body) for body in bodies)

    def update(self, employee_id: int, body: Mapping[str, Any]) -> shapes.Employee:
        found = self.employees.get(employee_id)
        if found is None:
            raise NotFound("gone", status=404, operation="PUT /employee/{id}")
        if body.get("version", found.version) != found.version:
            raise VersionConflict("409", status=409, code=8000, operation="PUT /employee/{id}")
        if not (body.get("dateOfBirth") or found.date_of_birth):
            raise Invalid("no birthday", status=422, operation="PUT /employee/{id}")
        return self._store(found, body)

    def _store(self, found: shapes.Employee, body: Mapping[str, Any]) -> shapes.Employee:
        changes = {NAMES[key]: value for key, value in body.items() if key in NAMES}
        self.stored += [(found.id, name, str(value)) for name, value in changes.items()]
        made = msgspec.structs.replace(found, version=found.version + 1, **changes)
        self.employees[made.id] = made
        references = tuple(shapes.Employment(one.id) for one in made.employments)
        return msgspec.structs.replace(made, employments=references)

    def create_employment(self, body: Mapping[str, Any]) -> shapes.Employment:
        self.next_id += 1
        made = shapes.Employment(self.next_id, 0, body["employee"]["id"], body["startDate"], body.get("endDate"))
        owner = self.employees[body["employee"]["id"]]
        self.employees[owner.id] = msgspec.structs.replace(owner, employments=(*owner.employments, made))
        return made

    def update_employment(self, employment_id: int, body: Mapping[str, Any]) -> shapes.Employment:
        for owner in self.employees.values():
            for one in owner.employments:
                if one.id == employment_id:
                    return self._change_employment(owner, one, body)
        raise NotFound("gone", status=404, operation="PUT /employee/employment/{id}")

    def _change_employment(
        self, owner: shapes.Employee, one: shapes.Employment, body: Mapping[str, Any]
    ) -> shapes.Employment:
        if body.get("version", one.version) != one.version:
            raise VersionConflict("409", status=409, code=8000, operation="PUT /employee/employment/{id}")
        changes = {
            ours: body[key] for key, ours in (("startDate", "start_date"), ("endDate", "end_date")) if key in body
        }
        self.stored += [(owner.id, name, str(value)) for name, value in changes.items()]
        made = msgspec.structs.replace(one, version=one.version + 1, **changes)
        others = tuple(made if other.id == one.id else other for other in owner.employments)
        self.employees[owner.id] = msgspec.structs.replace(owner, employments=others)
        return made


class NoBudget:
    """There is no rate limit but by accident."""

    def wait_seconds(self) -> float:
        return 0.0


@dataclass
class Line:
    """One worker's client: every call may be lost on the way there or back, and every answer may be no."""

    remote: Remote
    worker: Worker
    chance: Chance
    clock: Clock
    budget: NoBudget = field(default_factory=NoBudget)
    unkept_session: None = None
    _check: Callable[[], None] | None = None

    def request_id(self) -> str:
        return "r"

    @contextmanager
    def checked(self, check: Callable[[], None]) -> Iterator[None]:
        self._check = check
        try:
            yield
        finally:
            self._check = None

    def employee(self, employee_id: int) -> shapes.Employee:
        return self._call("GET /employee/{id}", lambda: self.remote.employee(employee_id))

    def employees(self) -> tuple[shapes.Employee, ...]:
        return self._call("GET /employee", lambda: tuple(self.remote.employees.values()))

    def find_employees(
        self, *, employee_number: str = "", email: str = "", first_name: str = "", last_name: str = ""
    ) -> tuple[shapes.Employee, ...]:
        asked = {"employee_number": employee_number, "email": email, "first_name": first_name, "last_name": last_name}
        return self._call("GET /employee", lambda: self.remote.find(**asked))

    def create_employee(self, body: Mapping[str, Any]) -> shapes.Employee:
        return self._call("POST /employee", lambda: self.remote.create(body))

    def create_employees(self, bodies: Iterable[Mapping[str, Any]]) -> tuple[shapes.Employee, ...]:
        wanted = list(bodies)
        if self.chance.of(0.1):  # one is not accepted, and nobody knows whether those before it are kept
            self._call("POST /employee/list", lambda: self.remote.create_all(wanted[: self.chance.random.randrange(2)]))
            raise Invalid("422", status=422, operation="POST /employee/list")
        return self._call("POST /employee/list", lambda: self.remote.create_all(wanted))

    def update_employee(self, employee_id: int, body: Mapping[str, Any]) -> shapes.Employee:
        return self._call("PUT /employee/{id}", lambda: self.remote.update(employee_id, body))

    def create_employment(self, body: Mapping[str, Any]) -> shapes.Employment:
        return self._call("POST /employee/employment", lambda: self.remote.create_employment(body))

    def update_employment(self, employment_id: int, body: Mapping[str, Any]) -> shapes.Employment:
        return self._call("PUT /employee/employment/{id}", lambda: self.remote.update_employment(employment_id, body))

    def _call(self, operation: str, act: Callable[[], Any]) -> Any:
        self.worker.step(f"before {operation}")
        self.remote.catch_up(self.clock())
        if self._check:
            self._check()
        if not operation.startswith("GET") and self.chance.of(0.05):
            self._leave_it_late(operation, act)
        if error := self._trouble(operation):
            raise error
        answer = act()
        lost = self.chance.of(0.06)
        self.clock.forward(self.chance.random.choice((0, 0, 0.1, 1, 7)) if self.chance.faulty else 0.05)
        self.worker.step(f"after {operation}")
        if lost:
            raise AnswerLost("lost", operation=operation)
        return answer

    def _leave_it_late(self, operation: str, act: Callable[[], Any]) -> None:
        """Gives up, and Tripletex does not: after a dropped connection for seconds, after silence for minutes."""
        lost, most = self.chance.random.choice(((AnswerLost, 10), (TimedOut, 120)))
        at = self.clock() + timedelta(seconds=self.chance.random.randrange(1, most))
        self.remote.late.append((at, self.worker, act))
        raise lost("lost, and late", operation=operation)

    def _trouble(self, operation: str) -> TripletexError | None:
        if self.remote.revoked:
            return Unauthorised("401", status=401, operation=operation)
        if not self.chance.of(0.12):
            return None
        return self.chance.random.choice(
            (
                AnswerLost("dropped on the way there", operation=operation),
                NotSent("refused", operation=operation),
                Unavailable("500", status=500, operation=operation),
                Unavailable("503", status=503, operation=operation),
                RateLimited("429", status=429, operation=operation, retry_after=3),
            )
        )
