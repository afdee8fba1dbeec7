"""What stops a plan until somebody types that they mean it. The rules are pure, and work for a firm of three.

Adding people never trips anything but the guard on shared account numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huma_tripletex.config import Settings


@dataclass(frozen=True)
class Reach:
    """What a plan would do, in people. `matched`: people in both systems. `changed`: those of whom a value would be
    replaced or cleared, in either system. `accounts`: those whose account number would be.

    `sharers`: items of people who would share an account number with somebody, where the plan writes one of them.
    `links`: people who were linked before; of those, how many each side still has.
    """

    matched: int
    changed: int
    accounts: int
    sharers: tuple[int, ...] = ()
    links: int = 0
    links_in_huma: int = 0
    links_in_tripletex: int = 0


def guards(reach: Reach, settings: Settings, *, few: bool = False) -> list[dict[str, Any]]:
    """The guards that a plan trips, the gravest first: {"guard": key, "people": n, ...facts}.

    `few`: it is tried on a few chosen people, so that their share says nothing.
    """
    found: list[dict[str, Any]] = []
    if reach.links and not reach.links_in_huma:
        found.append({"guard": "empty_huma", "people": reach.links})
    if reach.links and not reach.links_in_tripletex:
        found.append({"guard": "empty_tripletex", "people": reach.links})
    if reach.sharers:
        found.append({"guard": "same_account", "people": len(reach.sharers), "items": list(reach.sharers)})
    if reach.accounts >= settings.guard_accounts:
        found.append({"guard": "many_accounts", "people": reach.accounts})
    large = reach.changed >= settings.guard_minimum and reach.changed > settings.guard_share * reach.matched
    if large and not few:
        found.append({"guard": "share", "people": reach.changed, "of": reach.matched})
    return found


def to_type(found: list[dict[str, Any]]) -> str:
    """What confirms these guards when typed: the number of people of the gravest one; "": nothing is to be typed."""
    return str(found[0]["people"]) if found else ""
