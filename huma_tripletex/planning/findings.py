"""What a comparison found, counted while it goes: for the page and for the drift watch."""

from __future__ import annotations

from collections import Counter
from typing import Any

from huma_tripletex.planning.comparison import Item
from huma_tripletex.planning.preflight import FREE


class Findings:
    """Collects from one item after the other."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._differences = 0
        self._conditional = 0
        self._drift_fields = 0
        self._drift_people = 0

    def see(self, item: Item) -> None:
        """Counts one item. What was left on purpose, and what is on its way from Huma, has not drifted."""
        self._kinds[item.kind] += 1
        self._differences += len(item.differences)
        self._conditional += sum(one.condition != FREE for one in item.differences)
        drifted = [one for one in item.differences if one.chosen != "remembered" and one.changed_by != "huma"]
        self._drift_fields += len(drifted)
        self._drift_people += bool(drifted)

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "differences": self._differences,
            "conditional": self._conditional,
            "matched": self._kinds["matched"],
            "uncertain": self._kinds["uncertain"],
            "only_in_huma": self._kinds["only_in_huma"],
            "only_in_tripletex": self._kinds["only_in_tripletex"],
            "left_out": self._kinds["left_out"],
        }

    @property
    def drift(self) -> dict[str, Any]:
        return {"fields": self._drift_fields, "people": self._drift_people}
