"""What cannot be written is said before and not after: which choices a difference leaves open, and beside which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from huma_tripletex.core.employments import Ask, CorrectPeriod, NewPeriod, change_for
from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.planning.company import Company

OTHER_WORKDAY: Final = {"first_workday": "last_workday", "last_workday": "first_workday"}


@dataclass(frozen=True)
class Condition:
    """A field that has to go to Tripletex too, and one that must not, for a value from Huma to be taken there."""

    needs: str = ""
    excludes: str = ""


FREE: Final = Condition()


def locks(company: Company, person: HostPerson, employee: TripletexEmployee, fields: Collection[str]) -> dict[str, str]:
    """Which of the differing `fields` Tripletex is known not to take from Huma for this employee, and why."""
    found = {}
    if "employee_id" in fields and (why := _number_lock(company, person, employee)):
        found["employee_id"] = why
    if "date_of_birth" in fields and person.id in company.birth_locked:
        found["date_of_birth"] = "date_of_birth_locked"
    if _has_no_birth(employee) and not _can_give_birth(company, person):
        found |= dict.fromkeys(set(fields) - {"date_of_birth"}, "date_of_birth_missing")
    for key in set(fields) & EMPLOYMENT_KEYS - found.keys():
        alone, together = _workday_locks(company, person, employee, key, fields)
        if alone and (together or _has_no_birth(employee)):
            found[key] = together or alone
    return found


def conditions(
    company: Company, person: HostPerson, employee: TripletexEmployee, fields: Collection[str]
) -> dict[str, Condition]:
    """On which other choices it depends whether Huma's value of these `fields` can go to Tripletex, where it does."""
    found = {}
    for key in fields:
        birth = "date_of_birth" if _has_no_birth(employee) and key != "date_of_birth" else ""
        needs, excludes = birth, ""
        if key in EMPLOYMENT_KEYS:
            alone, together = _workday_locks(company, person, employee, key, fields)
            needs = OTHER_WORKDAY[key] if alone else birth
            excludes = OTHER_WORKDAY[key] if together and not alone else ""
        if needs or excludes:
            found[key] = Condition(needs, excludes)
    return found


def _number_lock(company: Company, person: HostPerson, employee: TripletexEmployee) -> str:
    number = normalise("employee_id", person.values.get("employee_id"))
    if not number or company.numbers.get(number) == employee.id:
        return ""
    if number in company.numbers:
        return "employee_id_taken"
    return "employee_id_twice" if number in company.double_numbers else ""  # the first to come would get it


def _workday_locks(
    company: Company, person: HostPerson, employee: TripletexEmployee, key: str, fields: Collection[str]
) -> tuple[str, str]:
    """Why Huma's workday cannot go to this employee alone, and why not together with the other one, if that differs
    too: sometimes one can where the other cannot.
    """
    alone = _employment_lock(company, person, employee, {key})
    both = OTHER_WORKDAY[key] in fields
    return alone, _employment_lock(company, person, employee, EMPLOYMENT_KEYS) if both else alone


def _employment_lock(company: Company, person: HostPerson, employee: TripletexEmployee, keys: Collection[str]) -> str:
    change = change_for(employee.employments, person.values, keys, company.today)
    if isinstance(change, Ask):
        return change.reason
    is_new = isinstance(change, NewPeriod)
    bare = isinstance(change, CorrectPeriod) and _has_no_division(employee, change.id)
    return "division_missing" if company.wants_division and (is_new or bare) else ""


def _has_no_division(employee: TripletexEmployee, employment_id: int) -> bool:
    return any(one.id == employment_id and one.division_id is None for one in employee.employments)


def _has_no_birth(employee: TripletexEmployee) -> bool:
    """Tripletex wants a date of birth with every change of an employee."""
    return not employee.values.get("date_of_birth")


def _can_give_birth(company: Company, person: HostPerson) -> bool:
    """Whether Huma has a date of birth that Tripletex may take."""
    return not problem("date_of_birth", person.values.get("date_of_birth")) and person.id not in company.birth_locked
