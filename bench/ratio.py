"""A ratio of two things that were measured in turn, with its spread and its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """`pairs` are (ours, theirs) of one round each; `target` is at least (`>=`) or at most (`<=`) so much, None: it is
    only told.
    """

    name: str
    unit: str
    pairs: Sequence[tuple[float, float]]
    target: float | None
    at_least: bool

    @property
    def values(self) -> list[float]:
        return sorted(ours / theirs for ours, theirs in self.pairs)

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def holds(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "ratio": round(self.value, 3),
            "spread": [round(self.values[0], 3), round(self.values[-1], 3)],
            "ours": round(median(ours for ours, _ in self.pairs), 4),
            "theirs": round(median(theirs for _, theirs in self.pairs), 4),
            "target": "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target}",
            "holds": self.holds,
        }

    def __str__(self) -> str:
        facts = self.as_json()
        verdict = f", target {self.target}: {'holds' if self.holds else 'MISSED'}" if self.target else ""
        return (
            f"{self.name}: {facts['ratio']} ({facts['spread'][0]} to {facts['spread'][1]}){verdict}; "
            f"{facts['ours']} against {facts['theirs']} {self.unit}"
        )


def in_turn(rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> list[tuple[float, float]]:
    """Measures both, one after the other, so that a busy moment of the machine meets both."""
    return [(ours(), theirs()) for _ in range(rounds)]
