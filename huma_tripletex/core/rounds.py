"""The rounds of matching: each looks at those who are still alone, pairs the certain and ties the uncertain."""

from __future__ import annotations

from collections.abc import Callable

from huma_tripletex.core.likeness import (
    Traits,
    births_may_agree,
    names_alike,
    same_person_is_plausible,
    with_birth,
    with_phone,
)
from huma_tripletex.core.search import Field, Key, ask_where


def sure_rounds(field: Field) -> None:
    """The four signs by which people are paired, the surest first."""
    _round(field, "employee_id", lambda one: one.employee_id, _by_number)
    _round_but_zeros(field)
    _round(field, "email", lambda one: one.email, _by_email, hold=False)
    _round(field, "name_and_birth", with_birth, lambda _one, _other: True)
    _round(field, "name_and_phone", with_phone, births_may_agree)


def _round(field: Field, why: str, key: Key, plausible: Callable[[Traits, Traits], bool], hold: bool = True) -> None:
    for people, employees in field.groups(key):
        if len(people) > 1 or len(employees) > 1:
            if hold:
                field.ask(people, employees, f"{why}_twice")
            else:
                ask_where(field, people, employees, plausible, f"{why}_twice")
        elif _is_another(field, people[0], employees[0]) or not plausible(
            field.people[people[0]], field.employees[employees[0]]
        ):
            field.ask(people, employees, f"{why}_contradicted")
        elif field.held.isdisjoint((*people, *employees)):
            field.pair(people[0], employees[0], why)
        else:
            field.ask(people, employees, f"{why}_twice")


def _round_but_zeros(field: Field) -> None:
    """Spreadsheets take the zeros from 0042: of people who are called the same, where nobody has exactly the number."""
    for people, employees in field.groups(lambda one: one.number):
        if len(people) == len(employees) == 1 and field.held.isdisjoint((*people, *employees)):
            person, employee = field.people[people[0]], field.employees[employees[0]]
            if names_alike(person, employee) and births_may_agree(person, employee):
                field.pair(people[0], employees[0], "employee_id")


def _is_another(field: Field, person_id: str, employee_id: int) -> bool:
    """Whether one of the two is another one by name and date of birth: twins whose numbers were mixed up."""
    person, employee = field.people[person_id], field.employees[employee_id]
    if person.name == employee.name:
        return False
    return with_birth(person) in field.births_there or with_birth(employee) in field.births_here


def _by_number(one: Traits, other: Traits) -> bool:
    return same_person_is_plausible(one, other, by="employee_id")


def _by_email(one: Traits, other: Traits) -> bool:
    return same_person_is_plausible(one, other, by="email")
