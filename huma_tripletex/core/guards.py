"""Guards: what is so large or odd about a plan that it asks for a typed confirmation. They work for a firm of three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Guard:
    """One thing to confirm. `key` is one of `core.reasons`; `count` of `total` people or values."""

    key: str
    count: int = 0
    total: int = 0
    system: str = ""

    def as_json(self) -> dict[str, object]:
        return {"guard": self.key, "count": self.count, "total": self.total, "system": self.system}


@dataclass(frozen=True)
class Limits:
    """From the settings: the share of people, below how many people it is not looked at, how many account numbers."""

    share: float = 0.3
    minimum: int = 3
    accounts: int = 10


@dataclass(frozen=True)
class Reach:
    """What a plan would do to one system. `changed`: people there with a value replaced or cleared; filling empty ones
    and adding people is never counted. `people`: everybody matched. `accounts`: account numbers replaced or cleared.
    """

    system: Literal["huma", "tripletex"]
    changed: int
    people: int
    accounts: int


def reach_guards(reaches: Iterable[Reach], limits: Limits) -> tuple[Guard, ...]:
    """Guards against doing too much at once, for each system by itself."""
    guards = []
    for reach in reaches:
        if reach.changed >= limits.minimum and reach.changed > limits.share * reach.people:
            guards.append(Guard("guard_share", reach.changed, reach.people, reach.system))
        if reach.accounts >= limits.accounts:
            guards.append(Guard("guard_accounts", reach.accounts, reach.people, reach.system))
    return tuple(guards)


def empty_guards(huma: int, tripletex: int, linked: int) -> tuple[Guard, ...]:
    """Guards against a side that is empty now although `linked` people were found on both sides before."""
    sides = (("guard_empty_huma", huma, "huma"), ("guard_empty_tripletex", tripletex, "tripletex"))
    return tuple(Guard(key, 0, linked, system) for key, found, system in sides if linked and not found)


def same_accounts(after: Mapping[str, str | None], written: Set[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of people who would share an account number, where the plan writes it to at least one of them.

    `after`: everybody's canonical account number in one system once the plan is carried out.
    """
    owners: dict[str, list[str]] = {}
    for who, account in after.items():
        if account:
            owners.setdefault(account, []).append(who)
    return tuple(tuple(group) for group in owners.values() if len(group) > 1 and not written.isdisjoint(group))
