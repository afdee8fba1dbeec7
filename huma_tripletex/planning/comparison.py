"""Everybody of both systems becomes an item of the plan: matched, uncertain, or only on one side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

from huma_tripletex.core.employments import FIRST, about, ending, shown
from huma_tripletex.core.matching import Matching, match
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.gateway.agreement import HashOf
from huma_tripletex.planning.additions import blocks_adding_to_huma, blocks_adding_to_tripletex
from huma_tripletex.planning.alphabet import sort_key
from huma_tripletex.planning.company import Company
from huma_tripletex.planning.memory import Memory
from huma_tripletex.planning.pairing import Settled, pair
from huma_tripletex.planning.sealed import Content

MANY: Final = "may_be_in_huma"
"""Somebody who may be so many people that not each of them is offered them: found by name, and not added unasked."""


@dataclass(frozen=True)
class Link:
    """What is remembered of one person: who they are in Tripletex, and the hashes of what both sides last held."""

    employee_id: int
    agreed: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Both:
    """Both systems as they were read, and what is remembered of them. `links` by person; `on_the_way`: fields by person
    that were being sent from Huma when Tripletex was read.
    """

    people: Sequence[HostPerson] = field(repr=False)
    employees: Sequence[TripletexEmployee] = field(repr=False)
    links: Mapping[str, Link] = field(repr=False)
    memory: Memory = field(repr=False)
    company: Company
    hash_for: Callable[[str], HashOf]
    whole_hash: Callable[[str, HostPerson | TripletexEmployee], str]
    on_the_way: Mapping[str, Set[str]] = field(default_factory=dict)

    @cached_property
    def lists_ended(self) -> bool:
        """Whether Tripletex certainly lists people whose employments are over, which is not documented: one is seen."""
        return any(_over(self, employee) for employee in self.employees)


@dataclass(frozen=True)
class Item:
    """One person, ready to become a PlanItem with its Conflicts."""

    kind: str
    content: Content = field(repr=False)
    matched_by: str = ""
    why: str = ""
    choice: str | None = None
    remembered: bool = False
    blocked: tuple[tuple[str, str], ...] = ()
    differences: tuple[Settled, ...] = ()


def match_both(both: Both) -> Matching:
    """Who is who. People who take no part are matched too, so that their employees are not taken for strangers."""
    people, employees = {person.id for person in both.people}, {employee.id for employee in both.employees}
    links = {
        person_id: link.employee_id
        for person_id, link in both.links.items()
        if person_id in people and link.employee_id in employees
    }
    return match(both.people, both.employees, links, both.memory.not_same)


def links_found(both: Both) -> dict[str, int]:
    """How many people were linked before, and how many of them each side still has: for the guard on an empty side."""
    people, employees = {person.id for person in both.people}, {employee.id for employee in both.employees}
    return {
        "links": len(both.links),
        "links_in_huma": sum(person_id in people for person_id in both.links),
        "links_in_tripletex": sum(link.employee_id in employees for link in both.links.values()),
    }


def items(both: Both, matching: Matching) -> Iterator[tuple[int, Item]]:
    """Every item with its position, in the order of the names."""
    makers = sorted(_everybody(both, matching), key=lambda one: one[0])
    for position, (_, make) in enumerate(makers):
        yield position, make()


def count(both: Both, matching: Matching) -> int:
    """How many items there will be."""
    return sum(1 for _ in _everybody(both, matching))


Maker = tuple[tuple[str, str], Callable[[], Item]]


def _everybody(both: Both, matching: Matching) -> Iterator[Maker]:
    people = {person.id: person for person in both.people if _takes_part(both, person)}
    never = {person.id: person for person in both.people if person.takes_part and person.id in both.memory.never}
    employees = {employee.id: employee for employee in both.employees}
    for found in matching.pairs:
        if person := people.get(found.person_id):
            employee = employees[found.employee_id]
            yield _place(person), partial(_matched, both, person, employee, found.matched_by)
    unsure = ((person_id, group.why) for group in matching.uncertain for person_id in group.person_ids)
    for person_id, why in unsure:
        if person := people.get(person_id):
            yield (
                _place(person),
                partial(_uncertain, both, person, _offered(person, matching, employees), why),
            )
    for person_id in matching.only_in_huma:
        if person := people.get(person_id):
            yield _place(person), partial(_only_in_huma, both, person)
    partners = {found.person_id: employees[found.employee_id] for found in matching.pairs if found.person_id in never}
    for person_id, person in never.items():
        yield _place(person), partial(_left_out, person, partners.get(person_id))
    gone = _gone(both)
    for employee_id in matching.only_in_tripletex:
        employee = employees[employee_id]
        yield _place(employee), partial(_only_in_tripletex, both, employee, "left_huma" if employee.id in gone else "")
    for employee_id in matching.too_many_to_offer:
        yield _place(employees[employee_id]), partial(_only_in_tripletex, both, employees[employee_id], MANY)


def _left_out(person: HostPerson, employee: TripletexEmployee | None) -> Item:
    """Nothing is compared; but the account of a sync names whoever had no part in it."""
    return Item("left_out", Content(person, employee), choice="never")


def _takes_part(both: Both, person: HostPerson) -> bool:
    return person.takes_part and person.id not in both.memory.never


def _gone(both: Both) -> set[int]:
    """Employees whose person is no longer in Huma."""
    people = {person.id for person in both.people}
    return {link.employee_id for person_id, link in both.links.items() if person_id not in people}


def _place(somebody: HostPerson | TripletexEmployee) -> tuple[str, str]:
    return sort_key(somebody.name), str(somebody.id)


def _matched(both: Both, person: HostPerson, employee: TripletexEmployee, matched_by: str) -> Item:
    link = both.links.get(person.id)
    agreed = link.agreed if link and link.employee_id == employee.id else {}
    employee = about(employee, normalise(FIRST, person.values.get(FIRST)), both.company.today)
    found = pair(person, employee, agreed, both.hash_for(person.id), both.company, both.memory)
    news = any(agreed.get(key) != now for key, now in found.agreed.items())
    why = ending(person.values, shown(employee), both.company.options.end_reason)
    content = Content(person, employee, agreed=found.agreed if news else {}, end_reason=why)
    return Item("matched", content, matched_by, "agree" if news else "", differences=found.differences)


def _offered(
    person: HostPerson, matching: Matching, employees: Mapping[int, TripletexEmployee]
) -> tuple[TripletexEmployee, ...]:
    """Whom an administrator has ruled out is not offered again, though others are still asked about them."""
    return tuple(employees[one] for one in matching.nearest[person.id])


def _uncertain(both: Both, person: HostPerson, candidates: tuple[TripletexEmployee, ...], why: str) -> Item:
    if not candidates:
        return _only_in_huma(both, person)
    why_it_ends = ending(person.values, (), both.company.options.end_reason)
    return Item("uncertain", Content(person, candidates=candidates, end_reason=why_it_ends), why=why)


def _only_in_huma(both: Both, person: HostPerson) -> Item:
    blocked = blocks_adding_to_tripletex(both.company, person)
    content = Content(person, end_reason=ending(person.values, (), both.company.options.end_reason))
    if both.memory.people_not_added.get(person.id) == both.whole_hash(person.id, person):
        return Item("only_in_huma", content, choice="leave", remembered=True, blocked=blocked)
    why = "left_tripletex" if person.id in both.links else _over_in_huma(both, person)
    choice = None if blocked or why else "add"
    return Item("only_in_huma", content, why=why, choice=choice, blocked=blocked)


def _over_in_huma(both: Both, person: HostPerson) -> str:
    """An employee ID would be refused a second time. Somebody without one would be there twice, unseen."""
    if not _over(both, person):
        return ""
    numbered = normalise("employee_id", person.values.get("employee_id"))
    return "employment_ended" if numbered or both.lists_ended else "may_be_unlisted"


def _only_in_tripletex(both: Both, employee: TripletexEmployee, why: str) -> Item:
    """`why`: what is known already; see `MANY`."""
    blocked = blocks_adding_to_huma(employee)
    content = Content(employee=employee)
    if both.memory.employees_not_added.get(employee.id) == both.whole_hash(f"employee:{employee.id}", employee):
        return Item("only_in_tripletex", content, choice="leave", remembered=True, blocked=blocked)
    why = why or ("employment_ended" if _over(both, employee) else "" if employee.employments else "no_employment")
    return Item("only_in_tripletex", content, why=why, choice=None if blocked or why else "add", blocked=blocked)


def _over(both: Both, somebody: HostPerson | TripletexEmployee) -> bool:
    last = normalise("last_workday", somebody.values.get("last_workday"))
    return bool(last and last < both.company.today.isoformat())
