"""One pair of person and employee becomes its differences, each with the choices it leaves and the one preselected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from huma_tripletex.core.diff import Difference, differences
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.gateway.agreement import HashOf
from huma_tripletex.planning.company import Company
from huma_tripletex.planning.memory import Left, Memory
from huma_tripletex.planning.preflight import FREE, Condition, conditions, locks

NO_MEMORY = Memory()


@dataclass(frozen=True)
class Settled:
    """One difference, ready to become a Conflict."""

    field: str
    kind: str
    changed_by: str
    choice: str | None
    chosen: str
    only: tuple[str, ...]
    locked: str
    condition: Condition
    hash_huma: str
    hash_tripletex: str


@dataclass(frozen=True)
class Pairing:
    """`agreed` has the hashes of the fields in which both sides are equal."""

    differences: tuple[Settled, ...]
    agreed: dict[str, str] = field(repr=False)


def pair(
    person: HostPerson,
    employee: TripletexEmployee,
    agreed: Mapping[str, str],
    hash_of: HashOf,
    company: Company,
    memory: Memory = NO_MEMORY,
) -> Pairing:
    """Compares one person with one employee; `agreed` are the hashes of what both sides last held."""
    found = differences(person, employee, agreed, hash_of)
    fields = {one.field for one in found}
    locked = locks(company, person, employee, fields) if found else {}
    if locked:
        found = differences(person, employee, agreed, hash_of, locked)
    held = conditions(company, person, employee, {one.field for one in found if "huma" in one.only}) if found else {}
    settled = tuple(
        _settled(one, memory, (person.id, employee.id, one.field), held.get(one.field, FREE)) for one in found
    )
    return Pairing(settled, _equal(person, employee, fields, hash_of))


def _settled(one: Difference, memory: Memory, where: Left, condition: Condition) -> Settled:
    """What somebody chose to leave as it is stays so; of what was put back by an undo, no side is preferred to it."""
    hashes = (one.hash_huma, one.hash_tripletex)
    remembered, undone = memory.left.get(where) == hashes, memory.undone.get(where) == hashes
    choice = "leave" if remembered else None if undone else one.preselect
    chosen = "remembered" if remembered else "preselected" if choice else ""
    changed_by = "undone" if undone else one.changed_by
    return Settled(one.field, one.kind, changed_by, choice, chosen, one.only, one.locked, condition, *hashes)


def _equal(person: HostPerson, employee: TripletexEmployee, different: set[str], hash_of: HashOf) -> dict[str, str]:
    """Hashes of what both sides agree on. What the token may not see is not agreed on."""
    agreed = {}
    for key in KEYS:
        value = normalise(key, person.values.get(key))
        hidden = key in employee.unseen and value
        if key not in different and not hidden:
            agreed[key] = hash_of(key, value)
    return agreed
