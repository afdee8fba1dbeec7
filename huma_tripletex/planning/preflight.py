"""What cannot be written is said before and not after: which choices a difference leaves open, who cannot be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from huma_tripletex.core.employments import Ask, NewPeriod, change_for
from huma_tripletex.core.fields import EMPLOYEE_KEYS, EMPLOYMENT_KEYS, KEYS
from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.core.people import HostPerson, TripletexEmployee, Values
from huma_tripletex.models import ConnectionOptions

NEEDED: Final = frozenset({"given_name", "family_name", "date_of_birth"})
"""What nobody is added to Tripletex without."""


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


def doubles_of(people: Iterable[HostPerson]) -> frozenset[str]:
    """Employee IDs that more than one person in Huma has."""
    counted = Counter(normalise("employee_id", person.values.get("employee_id")) for person in people)
    return frozenset(number for number, times in counted.items() if number and times > 1)


def locks(company: Company, person: HostPerson, employee: TripletexEmployee, fields: Collection[str]) -> dict[str, str]:
    """Which of the differing `fields` Tripletex is known not to take from Huma for this employee, and why."""
    found = {}
    number = normalise("employee_id", person.values.get("employee_id"))
    if "employee_id" in fields and number and company.numbers.get(number, employee.id) != employee.id:
        found["employee_id"] = "employee_id_taken"
    if "date_of_birth" in fields and person.id in company.birth_locked:
        found["date_of_birth"] = "date_of_birth_locked"
    if _ageless(person, employee):
        found |= dict.fromkeys(set(fields) & EMPLOYEE_KEYS, "date_of_birth_missing")
    for key in set(fields) & EMPLOYMENT_KEYS:
        if reason := _employment_lock(company, person, employee, key):
            found[key] = reason
    return found


def blocks_adding_to_tripletex(company: Company, person: HostPerson) -> tuple[tuple[str, str], ...]:
    """Fields and reasons that keep a person from being added to Tripletex; none: they can be."""
    values = {key: normalise(key, person.values.get(key)) for key in KEYS}
    needed = {key for key in KEYS if values[key]} | NEEDED | ({"first_workday"} if values["last_workday"] else set())
    found = [(key, wrong) for key in KEYS if key in needed and (wrong := problem(key, values[key]))]
    number = values["employee_id"]
    if number and (number in company.numbers or number in company.double_numbers):
        found.append(("employee_id", "employee_id_taken"))
    return (*found, *_demanded(company, values))


def blocks_adding_to_huma(employee: TripletexEmployee) -> tuple[tuple[str, str], ...]:
    """Fields and reasons that keep an employee from being added to Huma; none: they can be."""
    missing = [key for key in ("given_name", "family_name") if not normalise(key, employee.values.get(key))]
    return tuple((key, "name_empty") for key in missing)


def _demanded(company: Company, values: Values) -> tuple[tuple[str, str], ...]:
    department = (("", "department_missing"),) if company.wants_department else ()
    division = (("first_workday", "division_missing"),) if values["first_workday"] and company.wants_division else ()
    return (*department, *division)


def _employment_lock(company: Company, person: HostPerson, employee: TripletexEmployee, key: str) -> str:
    """Why Huma's workday cannot go to this employee; both workdays together sometimes can where one cannot."""
    alone = change_for(employee.employments, person.values, {key}, company.today)
    change = change_for(employee.employments, person.values, EMPLOYMENT_KEYS, company.today)
    change = change if isinstance(alone, Ask) else alone
    if isinstance(change, Ask):
        return change.reason
    if not isinstance(change, NewPeriod):
        return ""
    if _ageless(person, employee):
        return "date_of_birth_missing"
    return "division_missing" if company.wants_division else ""


def _ageless(person: HostPerson, employee: TripletexEmployee) -> bool:
    """Tripletex wants a date of birth on every change of an employee; here neither side has one."""
    return not (person.values.get("date_of_birth") or employee.values.get("date_of_birth"))
