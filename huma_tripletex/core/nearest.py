"""Whom of a question somebody is offered: of very many only those who are tied to them most closely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import islice
from typing import Final

from huma_tripletex.core.ties import Group, Tie

KEPT: Final = 10
"""So many employees are offered to one person. Hundreds who are called the same are looked for by name instead."""


def nearest(ties: Sequence[Tie], groups: Iterable[Group], not_same: Set[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """At most KEPT employees for everybody in a question, without those who were ruled out."""
    found: dict[str, dict[int, None]] = {}
    large: set[str] = set()
    for group in groups:
        if len(group.employees) <= KEPT:
            found |= {one: dict.fromkeys(_possible(one, group.employees, not_same)) for one in group.people}
        else:
            large.update(group.people)
    for people, employees, _why in sorted(ties, key=lambda tie: len(tie[1])) if large else ():
        for one in people:
            if one in large and len(kept := found.setdefault(one, {})) < KEPT:
                more = (employee for employee in _possible(one, employees, not_same) if employee not in kept)
                kept.update(dict.fromkeys(islice(more, KEPT - len(kept))))
    return {one: tuple(kept) for one, kept in found.items()}


def _possible(person_id: str, employees: Iterable[int], not_same: Set[tuple[str, int]]) -> Iterable[int]:
    return (employee for employee in employees if (person_id, employee) not in not_same)
