"""What stops a plan until somebody types that they mean it. The rules are pure, and work for a firm of three.

Adding people never trips anything but the guard on shared account numbers. Whoever the plan was tried on counts along
with the others, and whom other plans have changed within a day, so that many small steps are as large as one. Of very
few the summary shows every value, and what others did is another matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from huma_tripletex.config import Settings

SEVERAL: Final = 2
"""One person is looked at anyway: the summary shows every value."""


@dataclass(frozen=True)
class Reach:
    """What a plan would do, in people. `matched`: people in both systems. `changed`: those of whom a value would be
    replaced or cleared, in either system. `accounts`: those whose account number would be. Of both, `tried` and
    `tried_accounts` are done already: the plan was tried on them. `earlier` and `earlier_accounts`: others, of whom one
    was by a run of the last day.

    `sharers`: items of people who would share an account number with somebody, where the plan writes one of them.
    `links`: people who were linked before; of those, how many each side still has.
    """

    matched: int
    changed: int
    accounts: int
    sharers: tuple[int, ...] = ()
    tried: int = 0
    tried_accounts: int = 0
    earlier: int = 0
    earlier_accounts: int = 0
    links: int = 0
    links_in_huma: int = 0
    links_in_tripletex: int = 0


def guards(reach: Reach, settings: Settings) -> list[dict[str, Any]]:
    """The guards that a plan trips, the gravest first: {"guard": key, "people": n, ...facts}. `tried` and `earlier`: so
    many of these people are done already.
    """
    found: list[dict[str, Any]] = []
    if reach.links and not reach.links_in_huma:
        found.append({"guard": "empty_huma", "people": reach.links})
    if reach.links and not reach.links_in_tripletex:
        found.append({"guard": "empty_tripletex", "people": reach.links})
    if reach.sharers:
        found.append({"guard": "same_account", "people": len(reach.sharers), "items": list(reach.sharers)})
    accounts = _Counted.of(reach.accounts, reach.tried_accounts, reach.earlier_accounts, SEVERAL)
    if accounts.news and _are_many_accounts(accounts.people, reach, settings):
        found.append({"guard": "many_accounts", "people": accounts.people, **accounts.facts})
    changed = _Counted.of(reach.changed, reach.tried, reach.earlier, settings.guard_minimum)
    if changed.news and _is_large_share(changed.people, reach, settings):
        found.append({"guard": "share", "people": changed.people, "of": reach.matched, **changed.facts})
    return found


@dataclass(frozen=True)
class _Counted:
    """How many `people` a guard counts, and how many are `news`: not done yet."""

    people: int
    news: int
    facts: dict[str, int]

    @classmethod
    def of(cls, planned: int, tried: int, earlier: int, least: int) -> _Counted:
        """Others are counted along where the plan still changes `least` itself."""
        news = planned - tried
        along = earlier if news >= least else 0
        facts = {key: people for key, people in (("tried", tried), ("earlier", along)) if people}
        return cls(planned + along, news, facts)


def _are_many_accounts(people: int, reach: Reach, settings: Settings) -> bool:
    """Pay goes by them: two are enough where they are a large share, and ten in the largest firm."""
    share = people >= SEVERAL and people > settings.guard_share * reach.matched
    return share or people >= settings.guard_accounts


def _is_large_share(people: int, reach: Reach, settings: Settings) -> bool:
    """In a firm that is smaller than the minimum, everybody is enough."""
    enough = min(settings.guard_minimum, max(reach.matched, SEVERAL))
    return people >= enough and people > settings.guard_share * reach.matched


def counts_people(found: Iterable[dict[str, Any]]) -> bool:
    """Whether one of these guards is about how many people are concerned."""
    return any(one["guard"] in ("many_accounts", "share") for one in found)


def to_type(found: list[dict[str, Any]]) -> str:
    """What confirms these guards when typed: the number of people of the gravest one; "": nothing is to be typed."""
    return str(found[0]["people"]) if found else ""
