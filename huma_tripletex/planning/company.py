"""What is known of a Tripletex company, and of everybody in both systems, when it is asked what can be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from huma_tripletex.core.likeness import folded_email
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.models import ConnectionOptions


@dataclass(frozen=True)
class Company:
    """What Tripletex will demand of this company's employees, and which of their values it already has."""

    today: date
    departments: tuple[int, ...] = ()
    divisions: tuple[int, ...] = ()
    options: ConnectionOptions = field(default_factory=ConnectionOptions)
    numbers: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Employee ids by employee number."""
    double_numbers: frozenset[str] = field(default=frozenset(), repr=False)
    """Employee IDs that several people in Huma have."""
    emails: Collection[str] = field(default=frozenset(), repr=False)
    """Email addresses, folded, of employees."""
    double_emails: Collection[str] = field(default=frozenset(), repr=False)
    """Email addresses, folded, that several people in Huma have."""
    birth_locked: frozenset[str] = frozenset()
    """People whose date of birth Tripletex has refused to change."""

    @property
    def wants_department(self) -> bool:
        """A company with several has used departments, so a new employee needs one; the only one is taken by itself."""
        return len(self.departments) > 1 and self.options.department_id not in self.departments

    @property
    def wants_division(self) -> bool:
        """A company that has one wants it on every employment; the only one is taken by itself."""
        return len(self.divisions) > 1 and self.options.division_id not in self.divisions


def numbers_of(employees: Iterable[TripletexEmployee]) -> dict[str, int]:
    """Employee ids by employee number."""
    numbered = ((normalise("employee_id", e.values.get("employee_id")), e.id) for e in employees)
    return {number: employee_id for number, employee_id in numbered if number}


def emails_of(employees: Iterable[TripletexEmployee]) -> frozenset[str]:
    """Everybody's email address, folded."""
    return frozenset(filter(None, (folded_email(one.email) for one in employees)))


def double_numbers_of(people: Iterable[HostPerson]) -> frozenset[str]:
    """Employee IDs that more than one person in Huma has."""
    return _several(normalise("employee_id", person.values.get("employee_id")) for person in people)


def double_emails_of(people: Iterable[HostPerson]) -> frozenset[str]:
    """Email addresses, folded, that more than one person in Huma has."""
    return _several(folded_email(person.email) for person in people)


def _several(texts: Iterable[str | None]) -> frozenset[str]:
    return frozenset(text for text, times in Counter(texts).items() if text and times > 1)
