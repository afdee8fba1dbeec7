"""Everybody of both systems while it is found out who is who: who is paired, who is still alone, what is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from huma_tripletex.core.likeness import Traits, with_birth
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
