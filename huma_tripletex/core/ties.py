"""What ties people to employees without deciding anything: the open questions that matching ends with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

Person = tuple[str, str | int]
Tie = tuple[tuple[str, ...], tuple[int, ...], str]
"""People and employees of whom some may be each other, and why."""
RANK: Final = (
    "employee_id_contradicted",
    "employee_id_twice",
    "email_contradicted",
    "name_and_birth_twice",
    "name_and_phone_contradicted",
    "name_and_phone_twice",
    "email_twice",
    "same_name",
    "similar_name_and_birth",
    "similar_name_and_account",
    "similar_name_and_phone",
    "birth_and_account",
    "birth_and_phone",
    "name_and_near_birth",
    "name_only",
    "similar_name",
)
"""Why a match is uncertain, the weightiest first: the one that a group of several is explained by."""


@dataclass(frozen=True)
class Group:
    """One question: some of these people may be some of these employees."""

    people: tuple[str, ...]
    employees: tuple[int, ...]
    why: str


def groups_of(ties: Iterable[Tie]) -> list[Group]:
    """The questions: those tied to each other, directly or through others."""
    found = Ties()
    for people, employees, why in ties:
        found.tie(people, employees, why)
    return found.groups()


@dataclass
class Ties:
    """Open ties, as a union of sets: whoever is tied, even through others, belongs to one question."""

    _above: dict[Person, Person] = field(default_factory=dict)
    _why: dict[Person, set[str]] = field(default_factory=lambda: defaultdict(set))

    def tie(self, people: Iterable[str], employees: Iterable[int], why: str) -> None:
        """Ties all of these to each other."""
        ends: list[Person] = [("person", one) for one in people]
        ends += [("employee", one) for one in employees]
        tops = {self._top(end) for end in ends}
        chosen = self._top(ends[0])
        for top in tops - {chosen}:
            self._above[top] = chosen
            self._why[chosen] |= self._why.pop(top, set())
        self._why[chosen].add(why)

    def groups(self) -> list[Group]:
        """The questions, in the order in which they were first tied."""
        members: dict[Person, list[Person]] = defaultdict(list)
        for end in list(self._above):
            members[self._top(end)].append(end)
        return [self._group(top, ends) for top, ends in members.items()]

    def _group(self, top: Person, ends: Sequence[Person]) -> Group:
        people = tuple(one for _, one in ends if isinstance(one, str))
        employees = tuple(one for _, one in ends if isinstance(one, int))
        return Group(people, employees, min(self._why[top], key=RANK.index))

    def _top(self, end: Person) -> Person:
        above = self._above.setdefault(end, end)
        while above != (higher := self._above[above]):
            self._above[end] = above = higher
        return above
