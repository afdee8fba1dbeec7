"""Everybody of both systems while it is found out who is who: who is paired, who is still alone, what is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final, TypeVar

from huma_tripletex.core.likeness import Traits, with_birth, with_household, with_number
from huma_tripletex.core.ties import Tie

EACH: Final = 8
"""So many comparisons for each of a group, on average, are made at most. Where more have the same sign, it is looked at
in smaller groups: what hundreds share tells little of anybody.
"""
MANY: Final = 10_000
"""In a group with more possible pairs than this it is not looked at who was ruled out for whom."""

Id = TypeVar("Id", str, int)
Key = Callable[[Traits], str]
Possible = Callable[[Traits, Traits], bool]


@dataclass
class Field:
    """Everybody with their traits, and what is known so far. `held`: people and employees about whom something is
    asked, so that no weaker sign pairs them. `births_here`, `births_there`: names with dates of birth on either side.
    `namesakes`: names with what two people of one system, who are called that, share. `households_here`,
    `households_there`: names with each thing that families share. `loose_here`, `loose_there`: what
    those are called who have no namesake with the same number on the other side. `misnumbered`: whose employee ID is
    that of somebody who seems to be another. `numbers_tell`: both systems number alike.
    """

    people: Mapping[str, Traits]
    employees: Mapping[int, Traits]
    not_same: Set[tuple[str, int]] = frozenset()
    paired: dict[str, tuple[int, str]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    held: set[str | int] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)
    births_here: set[str] = field(default_factory=set)
    births_there: set[str] = field(default_factory=set)
    namesakes: set[str] = field(default_factory=set)
    households_here: set[str] = field(default_factory=set)
    households_there: set[str] = field(default_factory=set)
    loose_here: set[str] = field(default_factory=set)
    loose_there: set[str] = field(default_factory=set)
    misnumbered: set[str | int] = field(default_factory=set)
    numbers_tell: bool = True
    _apart: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._apart = {person_id for person_id, _ in self.not_same}
        self.births_here = {key for one in self.people.values() if (key := with_birth(one))}
        self.births_there = {key for one in self.employees.values() if (key := with_birth(one))}
        here, there = ({with_number(one) for one in system.values()} - {""} for system in (self.people, self.employees))
        self.loose_here = {one.called for one in self.people.values() if with_number(one) not in there}
        self.loose_there = {one.called for one in self.employees.values() if with_number(one) not in here}
        counts = [
            Counter(key for one in system.values() for key in with_household(one))
            for system in (self.people, self.employees)
        ]
        self.namesakes = {key for counted in counts for key, count in counted.items() if count > 1}
        self.households_here, self.households_there = map(set, counts)

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

    def ask_apart(self, people: list[str], employees: list[int], why: str) -> None:
        """Notes a question about all of them, but for those who were ruled out; it holds nobody back."""
        for here, there in self._without_ruled_out(people, employees):
            self.ask(here, there, why, hold=False)

    def groups(self, key: Key, among: Set[str | int] | None = None) -> Iterable[tuple[list[str], list[int]]]:
        """Those still alone who have the same key, where both sides have somebody and not all were ruled out. `among`:
        only of these.
        """
        employees = _by_key(self.employees, key, self.taken, among)
        people = _by_key(self.people, key, self.paired, among)
        for found, ids in people.items():
            if there := employees.get(found):
                yield from self._without_ruled_out(ids, there)

    def open_ties(self) -> list[Tie]:
        """The questions noted, about those who are left."""
        found = (
            (
                tuple(one for one in people if one not in self.paired),
                tuple(one for one in employees if one not in self.taken),
                why,
            )
            for people, employees, why in self.ties
        )
        return [tie for tie in found if tie[0] and tie[1]]

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


def _by_key(
    everybody: Mapping[Id, Traits], key: Key, but: Container[Id], among: Set[str | int] | None
) -> dict[str, list[Id]]:
    found: dict[str, list[Id]] = defaultdict(list)
    for one, traits in everybody.items():
        if one not in but and (among is None or one in among) and (sign := key(traits)):
            found[sign].append(one)
    return found


def ask_where(
    field: Field,
    sign: Key,
    narrower: Sequence[Key],
    possible: Possible,
    why: str,
    exact: Key | None = None,
    each: int = EACH,
) -> None:
    """Asks about those with the same sign who may be each other. Where too many have it, only those are compared who
    have one of the `narrower` signs as well; where still too many have that, it is asked about all of an `exact` one.
    `each`: how many are too many; see EACH.
    """
    many = _compare(field, sign, possible, why, each=each)
    still_many: set[str | int] = set()
    for key in narrower if many else ():
        still_many |= _compare(field, key, possible, why, many)
    if exact and still_many:
        for people, employees in field.groups(exact, still_many):
            field.ask_apart(people, employees, why)


def _compare(
    field: Field, key: Key, possible: Possible, why: str, among: Set[str | int] | None = None, each: int = EACH
) -> set[str | int]:
    """Answers who was not compared, because too many have the same key."""
    too_many: set[str | int] = set()
    for people, employees in field.groups(key, among):
        if len(people) * len(employees) > each * (len(people) + len(employees)):
            too_many.update(people, employees)
            continue
        for person_id in people:
            person = field.people[person_id]
            there = [
                one
                for one in employees
                if (person_id, one) not in field.not_same and possible(person, field.employees[one])
            ]
            if there:
                field.ask([person_id], there, why, hold=False)
    return too_many
