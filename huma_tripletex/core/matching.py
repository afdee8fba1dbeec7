"""Who is who: people of Huma and employees of Tripletex, paired where it is certain and asked about where it is not.

Remembered links come first, then employee ID, email, name with date of birth, name with phone number. A match that is
double or contradicted is never guessed: `core.verdicts` has the rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from huma_tripletex.core.likeness import traits_of
from huma_tripletex.core.nearest import KEPT, nearest
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.core.rounds import sure_rounds
from huma_tripletex.core.search import Field
from huma_tripletex.core.ties import groups_of
from huma_tripletex.core.weak_signs import weak_rounds

REASONS: Final = ("link", "employee_id", "email", "name_and_birth", "name_and_phone")
"""Why a pair is believed to be one person, the surest first."""


@dataclass(frozen=True)
class Pair:
    """This person is that employee; `matched_by` is one of REASONS."""

    person_id: str
    employee_id: int
    matched_by: str


@dataclass(frozen=True)
class Uncertain:
    """Some of these people may be some of these employees. `why` is a key of `core.reasons`."""

    person_ids: tuple[str, ...]
    employee_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Matching:
    """Everybody who takes part, once: in a pair, in a question, or on one side only. Each in the order given.

    `nearest`: whom everybody in a question is offered, those only who may be them most; see `core.nearest`.
    """

    pairs: tuple[Pair, ...] = ()
    uncertain: tuple[Uncertain, ...] = ()
    only_in_huma: tuple[str, ...] = ()
    only_in_tripletex: tuple[int, ...] = ()
    nearest: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)

    @property
    def too_many_to_offer(self) -> tuple[int, ...]:
        """Employees in questions so large that not each of them is offered: somebody looks for them by name."""
        return tuple(one for group in self.uncertain if len(group.employee_ids) > KEPT for one in group.employee_ids)


def match(
    people: Sequence[HostPerson],
    employees: Sequence[TripletexEmployee],
    links: Mapping[str, int] | None = None,
    not_same: Set[tuple[str, int]] = frozenset(),
) -> Matching:
    """Matches everybody. `links`: what is remembered, employee id by person id; `not_same`: pairs that an administrator
    has ruled out.

    People who take no part are matched as well, so that their employees are not taken for strangers; they and their
    employees are then left out of the answer.
    """
    everybody = Field(
        {person.id: traits_of(person.values, person.email) for person in people},
        {employee.id: traits_of(employee.values, employee.email) for employee in employees},
        not_same,
    )
    for person_id, employee_id in (links or {}).items():
        everybody.pair(person_id, employee_id, "link")
    sure_rounds(everybody)
    weak_rounds(everybody)
    return _answer(people, employees, everybody)


def _answer(people: Sequence[HostPerson], employees: Sequence[TripletexEmployee], found: Field) -> Matching:
    taking_part = {person.id for person in people if person.takes_part}
    ties = found.open_ties()
    groups = groups_of(ties)
    asked_people = {one for group in groups for one in group.people}
    asked_employees = {one for group in groups for one in group.employees}
    alone = [one.id for one in people if one.id not in found.paired and one.id not in asked_people]
    return Matching(
        pairs=tuple(Pair(one.id, *found.paired[one.id]) for one in people if one.takes_part and one.id in found.paired),
        uncertain=tuple(
            Uncertain(here, group.employees, group.why)
            for group in groups
            if (here := tuple(one for one in group.people if one in taking_part))
        ),
        only_in_huma=tuple(one for one in alone if one in taking_part),
        only_in_tripletex=tuple(
            one.id for one in employees if one.id not in found.taken and one.id not in asked_employees
        ),
        nearest=nearest(ties, groups, found.not_same),
    )
