"""The client as an attempt uses it: it reads whole employees, and before each write checks that the person is
still ours to write and notes the time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.core.people import EmploymentPeriod, TripletexEmployee
from huma_tripletex.delivery.progress import Progress, known_of
from huma_tripletex.delivery.terms import Terms
from huma_tripletex.delivery.work import Work
from huma_tripletex.gateway import reading
from huma_tripletex.tripletex import shapes


class LeaseLost(Exception):
    """The person may be somebody else's by now: nothing more is written, and nothing settled."""


class Api(Protocol):
    """What delivery asks of the Tripletex client."""

    def request_id(self) -> str: ...
    def checked(self, check: Callable[[], None]) -> AbstractContextManager[None]: ...
    def employee(self, employee_id: int) -> shapes.Employee: ...
    def find_employees(
        self, *, employee_number: str = "", email: str = "", first_name: str = "", last_name: str = ""
    ) -> tuple[shapes.Employee, ...]: ...
    def employees(self) -> tuple[shapes.Employee, ...]: ...
    def departments(self) -> tuple[shapes.Department, ...]: ...
    def divisions(self) -> tuple[shapes.Division, ...]: ...
    def create_employee(self, body: Mapping[str, Any]) -> shapes.Employee: ...
    def create_employees(self, bodies: Iterable[Mapping[str, Any]]) -> tuple[shapes.Employee, ...]: ...
    def update_employee(self, employee_id: int, body: Mapping[str, Any]) -> shapes.Employee: ...
    def create_employment(self, body: Mapping[str, Any]) -> shapes.Employment: ...
    def update_employment(self, employment_id: int, body: Mapping[str, Any]) -> shapes.Employment: ...


class Share(Protocol):
    """People who are made in one call."""

    def take(self, asking: Asking, work: Work) -> tuple[TripletexEmployee | None, str]: ...
    def resembles(self, work: Work) -> bool: ...


@dataclass
class Asking:
    """One attempt's conversation with Tripletex.

    `seen` is the employee as last read; a write makes it stale. `sent` are the properties of the last write's body.
    `share`: somebody new is made together with others.
    """

    api: Api
    terms: Terms
    may_write: Callable[[], bool]
    clock: Callable[[], datetime]
    share: Share | None = None
    seen: TripletexEmployee | None = None
    sent_at: datetime | None = None
    sent: Collection[str] | None = None

    def look(self, progress: Progress) -> TripletexEmployee:
        """Reads the employee with employments, and notes versions and ids."""
        assert progress.known is not None
        self.seen = self._read(self.api.employee(progress.known.employee_id))
        progress.known = known_of(self.seen, progress.known.agreed)
        return self.seen

    def find(self, **what: str) -> Sequence[TripletexEmployee]:
        """Employees that have this; see `Tripletex.find_employees`."""
        return [self._read(found) for found in self.api.find_employees(**what)]

    def everybody(self) -> Sequence[TripletexEmployee]:
        """All employees of the company."""
        return [self._read(found) for found in self.api.employees()]

    def create_employee(self, body: Mapping[str, Any]) -> TripletexEmployee:
        self._about_to_write(body)
        return self._read(self.api.create_employee(body))

    def create_employees(self, bodies: Sequence[Mapping[str, Any]]) -> Sequence[TripletexEmployee]:
        self._about_to_write(bodies[0])
        return [self._read(made) for made in self.api.create_employees(bodies)]

    def update_employee(self, employee_id: int, body: Mapping[str, Any]) -> TripletexEmployee:
        self._about_to_write(body)
        answer = self._read(self.api.update_employee(employee_id, body))
        self.seen = with_employments_of(self.seen, answer) if self.seen else None
        return answer

    def create_employment(self, body: Mapping[str, Any]) -> EmploymentPeriod:
        self._about_to_write(body)
        period = reading.period(self.api.create_employment(body))
        self.seen = None
        return period

    def update_employment(self, employment_id: int, body: Mapping[str, Any]) -> EmploymentPeriod:
        self._about_to_write(body)
        period = reading.period(self.api.update_employment(employment_id, body))
        self.seen = None
        return period

    def check(self) -> None:
        """Whether anything may be sent still. Raises LeaseLost."""
        if not self.may_write():
            raise LeaseLost

    def _about_to_write(self, body: Mapping[str, Any]) -> None:
        self.check()
        self.sent = body.keys()
        self.sent_at = self.clock()

    def _read(self, answer: shapes.Employee) -> TripletexEmployee:
        return reading.employee(answer, self.terms.country_names, self.terms.bank_hidden)


def with_employments_of(before: TripletexEmployee, answer: TripletexEmployee) -> TripletexEmployee:
    """What a change of an employee was answered with names the employments only; they are still as they were before."""
    workdays = {key: before.values.get(key) for key in EMPLOYMENT_KEYS}
    return replace(answer, values={**answer.values, **workdays}, employments=before.employments)
