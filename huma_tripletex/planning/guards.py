"""What stops a plan until somebody types that they mean it. The rules are pure, and work for a firm of three.

Adding people never trips anything but the guard on shared account numbers. Whoever the plan was tried on counts along
with the others, so that many small steps are as large as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from huma_tripletex.config import Settings

SEVERAL: Final = 2
"""One person is looked at anyway: the summary shows every value."""


@dataclass(frozen=True)
class Reach:
    """What a plan would do, in people. `matched`: people in both systems. `changed`: those of whom a value would be
    replaced or cleared, in either system. `accounts`: those whose account number would be. Of both, `tried` and
    `tried_accounts` are done already: the plan was tried on them.

    `sharers`: items of people who would share an account number with somebody, where the plan writes one of them.
    `links`: people who were linked before; of those, how many each side still has.
    """

    matched: int
    changed: int
    accounts: int
    sharers: tuple[int, ...] = ()
    tried: int = 0
    tried_accounts: int = 0
    links: int = 0
    links_in_huma: int = 0
    links_in_tripletex: int = 0


def guards(reach: Reach, settings: Settings) -> list[dict[str, Any]]:
    """The guards that a plan trips, the gravest first: {"guard": key, "people": n, ...facts}. `tried`: so many of these
    people are done already.
    """
    found: list[dict[str, Any]] = []
    if reach.links and not reach.links_in_huma:
        found.append({"guard": "empty_huma", "people": reach.links})
    if reach.links and not reach.links_in_tripletex:
        found.append({"guard": "empty_tripletex", "people": reach.links})
    if reach.sharers:
        found.append({"guard": "same_account", "people": len(reach.sharers), "items": list(reach.sharers)})
    if _are_many_accounts(reach, settings):
        found.append({"guard": "many_accounts", "people": reach.accounts, **_with(reach.tried_accounts)})
    if _is_large_share(reach, settings):
        found.append({"guard": "share", "people": reach.changed, "of": reach.matched, **_with(reach.tried)})
    return found


def _are_many_accounts(reach: Reach, settings: Settings) -> bool:
    """Pay goes by them: two are enough where they are a large share, and ten in the largest firm."""
    share = reach.accounts >= SEVERAL and reach.accounts > settings.guard_share * reach.matched
    return reach.accounts > reach.tried_accounts and (share or reach.accounts >= settings.guard_accounts)


def _is_large_share(reach: Reach, settings: Settings) -> bool:
    """In a firm that is smaller than the minimum, everybody is enough."""
    enough = min(settings.guard_minimum, max(reach.matched, SEVERAL))
    large = reach.changed >= enough and reach.changed > settings.guard_share * reach.matched
    return reach.changed > reach.tried and large


def _with(tried: int) -> dict[str, int]:
    return {"tried": tried} if tried else {}


def to_type(found: list[dict[str, Any]]) -> str:
    """What confirms these guards when typed: the number of people of the gravest one; "": nothing is to be typed."""
    return str(found[0]["people"]) if found else ""
