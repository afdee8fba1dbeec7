"""What a comparison found, counted while it goes: for the page, for the drift watch, and for the guard on accounts."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.planning.comparison import Item
from huma_tripletex.planning.preflight import FREE

GROUPS: Final = 200
"""So many shared account numbers are looked at; more is no longer a list but a broken import."""


class Findings:
    """Collects from one item after the other."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._differences = 0
        self._conditional = 0
        self._drift_fields = 0
        self._drift_people = 0
        self._accounts: dict[str, set[int]] = defaultdict(set)

    def see(self, item: Item, position: int = 0) -> None:
        """Counts one item. What was left on purpose, and what is on its way from Huma, has not drifted."""
        self._kinds[item.kind] += 1
        self._differences += len(item.differences)
        self._conditional += sum(one.condition != FREE for one in item.differences)
        drifted = [one for one in item.differences if one.chosen != "remembered" and one.changed_by != "huma"]
        self._drift_fields += len(drifted)
        self._drift_people += bool(drifted)
        for values in (item.content.huma, item.content.tripletex, *(c.values for c in item.content.candidates)):
            self._see_account(values, position)

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "differences": self._differences,
            "conditional": self._conditional,
            "matched": self._kinds["matched"],
            "uncertain": self._kinds["uncertain"],
            "only_in_huma": self._kinds["only_in_huma"],
            "only_in_tripletex": self._kinds["only_in_tripletex"],
        }

    @property
    def drift(self) -> dict[str, Any]:
        return {"fields": self._drift_fields, "people": self._drift_people}

    @property
    def same_account(self) -> list[list[int]]:
        """Positions of items that hold one account number in either system: whom the guard has to look at."""
        return sorted(sorted(group) for group in self._accounts.values() if len(group) > 1)[:GROUPS]

    def _see_account(self, values: Values, position: int) -> None:
        account = normalise("bank_account_number", values.get("bank_account_number"))
        if account:
            self._accounts[account].add(position)
