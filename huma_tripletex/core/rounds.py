"""The rounds of matching: each looks at those who are still alone, pairs the certain and ties the uncertain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from huma_tripletex.core.likeness import (
    Traits,
    births_may_agree,
    names_alike,
    same_person_is_plausible,
    with_birth,
    with_phone,
)
from huma_tripletex.core.ties import Group, Ties

MANY: Final = 10_000
"""A group with more possible pairs than this is one question, without looking at each of them."""

Key = Callable[[Traits], str]


@dataclass
class Field:
    """Everybody with their traits, and what is known so far. `held`: people and employees about whom something is
    asked, so that no weaker sign pairs them. `births_here`, `births_there`: names with dates of birth on either side.
    """

    people: Mapping[str, Traits]
    employees: Mapping[int, Traits]
    not_same: Set[tuple[str, int]] = frozenset()
    paired: dict[str, tuple[int, str]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    held: set[str | int] = field(default_factory=set)
    ties: list[tuple[tuple[str, ...], tuple[int, ...], str]] = field(default_factory=list)
    births_here: set[str] = field(default_factory=set)
    births_there: set[str] = field(default_factory=set)
    _apart: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._apart = {person_id for person_id, _ in self.not_same}
        self.births_here = {key for one in self.people.values() if (key := with_birth(one))}
        self.births_there = {key for one in self.employees.values() if (key := with_birth(one))}

    def pair(self, person_id: str, employee_id: int, why: str) -> None:
        """Pairs them, if both are here, still alone and not ruled out."""
        here = person_id in self.people and employee_id in self.employees
        alone = person_id not in self.paired and employee_id not in self.taken
        if here and alone and (person_id, employee_id) not in self.not_same:
            self.paired[person_id] = (employee_id, why)
            self.taken.add(employee_id)

    def ask(self, people: Sequence[str], employees: Sequence[int], why: str, *, hold: bool = True) -> None:
        """Notes a question; it stands only for those who are still alone in the end."""
        self.ties.append((tuple(people), tuple(employees), why))
        if hold:
            self.held.update(people, employees)

    def groups(self, key: Key) -> Iterable[tuple[list[str], list[int]]]:
        """Those still alone who have the same key, where both sides have somebody and not all were ruled out."""
        employees = defaultdict(list)
        for employee_id, traits in self.employees.items():
            if employee_id not in self.taken and (found := key(traits)):
                employees[found].append(employee_id)
        people = defaultdict(list)
        for person_id, traits in self.people.items():
            if person_id not in self.paired and (found := key(traits)) in employees:
                people[found].append(person_id)
        for found, ids in people.items():
            yield from self._without_ruled_out(ids, employees[found])

    def open_groups(self) -> list[Group]:
        """The questions that are left: those tied to each other, directly or through others."""
        open_ties = Ties()
        for people, employees, why in self.ties:
            here = [one for one in people if one not in self.paired]
            there = [one for one in employees if one not in self.taken]
            if here and there:
                open_ties.tie(here, there, why)
        return open_ties.groups()

    def _without_ruled_out(self, people: list[str], employees: list[int]) -> Iterable[tuple[list[str], list[int]]]:
        """Splits off people for whom every employee of the group, or all but one, was ruled out."""
        if self._apart.isdisjoint(people) or len(people) * len(employees) > MANY:
            yield people, employees
            return
        possible = {one: {e for e in employees if (one, e) not in self.not_same} for one in people}
        while possible:
            first, reach = possible.popitem()
            group = [first]
            while near := [one for one, found in possible.items() if found & reach]:
                for one in near:
                    group.append(one)
                    reach = reach | possible.pop(one)
            if reach:
                yield sorted(group, key=people.index), sorted(reach, key=employees.index)


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


def ask_where(
    field: Field,
    people: list[str],
    employees: list[int],
    possible: Callable[[Traits, Traits], bool],
    why: str,
) -> None:
    """Asks about each pair of a group that nothing speaks against; about all at once where they are very many."""
    if len(people) * len(employees) > MANY:
        return field.ask(people, employees, why, hold=False)
    alone = len(people) == len(employees) == 1 and why == "same_name"
    for person_id in people:
        for employee_id in employees:
            if (person_id, employee_id) in field.not_same:
                continue
            if possible(field.people[person_id], field.employees[employee_id]):
                field.ask([person_id], [employee_id], "name_only" if alone else why, hold=False)
    return None


def _by_number(one: Traits, other: Traits) -> bool:
    return same_person_is_plausible(one, other, by="employee_id")


def _by_email(one: Traits, other: Traits) -> bool:
    return same_person_is_plausible(one, other, by="email")
