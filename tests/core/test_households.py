"""Companies of families: nobody is taken for spouse, twin or father, nobody is added beside themselves, and little is
asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.matching import match
from tests.core.households import Company, company

SEEDS = range(10)


@dataclass(frozen=True)
class Found:
    """Pairs that are two people; pairs of one person who would be added on both sides; people asked about."""

    false: list[tuple[str, int]]
    doubled: list[tuple[str, int]]
    asked: int
    offered: bool


def found_in(made: Company) -> Found:
    matching = match(made.people, made.employees)
    pairs = [(one.person_id, one.employee_id) for one in matching.pairs]
    alone, alone_there = set(matching.only_in_huma), set(matching.only_in_tripletex)
    asked = [one for question in matching.uncertain for one in question.person_ids]
    return Found(
        false=[pair for pair in pairs if made.truth.get(pair[0]) != pair[1]],
        doubled=[pair for pair in made.truth.items() if pair[0] in alone and pair[1] in alone_there],
        asked=len(asked),
        offered=all(made.truth.get(one) in (None, *matching.nearest[one]) for one in asked),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_taken_for_another_nor_added_beside_themselves(seed: int) -> None:
    made = company(seed)
    found = found_in(made)
    assert (found.false, found.doubled) == ([], [])
    assert found.offered, "whoever is asked about is offered the right one"


def test_little_is_asked() -> None:
    """Per thousand people; ten of them have another one's number, and that must be asked."""
    made = [company(seed) for seed in SEEDS]
    asked = 1000 * sum(found_in(one).asked for one in made) / sum(len(one.people) for one in made)
    assert 10 < asked < 25


def test_without_employee_ids_only_those_are_confused_whom_nothing_tells_apart() -> None:
    made = [company(seed, numbered=False) for seed in SEEDS]
    found = [found_in(one) for one in made]
    for one, answer in zip(made, found, strict=True):
        assert not [pair for pair in answer.false if differing(one, *pair)]
    people = sum(len(one.people) for one in made)
    assert 1000 * sum(len(one.doubled) for one in found) / people < 0.5
    assert 1000 * sum(one.asked for one in found) / people < 50


def differing(made: Company, person_id: str, employee_id: int) -> set[str]:
    """What is known on both sides and not the same."""
    (here,) = (one for one in made.people if one.id == person_id)
    (there,) = (one for one in made.employees if one.id == employee_id)
    values = {key: (here.values[key], there.values[key]) for key in KEYS} | {"email": (here.email, there.email)}
    return {key for key, (one, other) in values.items() if one and other and one != other}
