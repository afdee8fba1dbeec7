"""The rounds of matching: each looks at those who are still alone, pairs the certain and ties the uncertain."""

from __future__ import annotations

from huma_tripletex.core.doubts import is_another, may_be_another, may_be_the_namesake
from huma_tripletex.core.evidence import births, names
from huma_tripletex.core.likeness import (
    Traits,
    birth_and_account,
    birth_and_phone,
    with_birth,
    with_household,
    with_phone,
)
from huma_tripletex.core.search import Field, Key
from huma_tripletex.core.verdicts import ALIKE, is_believed


def sure_rounds(field: Field) -> None:
    """The four signs by which people are paired, the surest first. A mailbox of several is left to `core.weak_signs`,
    and holds nobody back from being recognised otherwise.
    """
    _round(field, "employee_id", lambda one: one.employee_id)
    _round_but_zeros(field)
    _round(field, "email", lambda one: one.email, alone=True)
    _round(field, "name_and_birth", with_birth)
    for key in (birth_and_phone, birth_and_account):
        _round_of_alike(field, key)
    _round(field, "name_and_phone", with_phone)


def _round(field: Field, why: str, key: Key, alone: bool = False) -> None:
    for people, employees in field.groups(key):
        if len(people) > 1 or len(employees) > 1:
            if not alone:
                field.ask(people, employees, f"{why}_twice")
        elif not _is_believed(field, why, people[0], employees[0]):
            field.ask(people, employees, f"{why}_contradicted", hold=not alone)
            if why == "employee_id":
                field.misnumbered.update(people, employees)
        elif field.held.isdisjoint((*people, *employees)):
            field.pair(people[0], employees[0], why)
        else:
            field.ask(people, employees, f"{why}_twice")


def _is_believed(field: Field, why: str, person_id: str, employee_id: int) -> bool:
    if why == "name_and_birth":
        return True
    person, employee = field.people[person_id], field.employees[employee_id]
    if is_another(field, person, employee):
        return False
    if why == "employee_id":
        return not may_be_another(field, person, employee) and is_believed(why, person, employee)
    if births(person, employee) == "?" and _has_namesake(field, person, employee):
        return False
    return is_believed(why, person, employee) and not may_be_the_namesake(field, why, person, employee)


def _has_namesake(field: Field, *who: Traits) -> bool:
    """Whether one of them shares name and mailbox, phone or account with another in the same system: father and son."""
    return any(key in field.namesakes for one in who for key in with_household(one))


def _round_but_zeros(field: Field) -> None:
    """Spreadsheets take the zeros from 0042: of people who are called the same, where nobody has exactly the number."""
    for people, employees in field.groups(lambda one: one.number):
        if len(people) == len(employees) == 1 and field.held.isdisjoint((*people, *employees)):
            person, employee = field.people[people[0]], field.employees[employees[0]]
            alike = names(person, employee) in ALIKE and births(person, employee) in "=~?"
            if alike and not is_another(field, person, employee) and not may_be_another(field, person, employee):
                field.pair(people[0], employees[0], "employee_id")


def _round_of_alike(field: Field, key: Key) -> None:
    """Of people born on one day who share a phone or an account: whose given names are the same. Twins have two."""
    for people, employees in field.groups(key):
        alone = len(people) == len(employees) == 1 and field.held.isdisjoint((*people, *employees))
        if alone and names(field.people[people[0]], field.employees[employees[0]]) in ALIKE:
            field.pair(people[0], employees[0], "name_and_birth")
