"""What a comparison found, counted while it goes: for the page and for the drift watch.

One definition, here and wherever plans are counted: a difference is a field in which somebody who is in both systems
differs by meaning. It is open unless it was left so in an earlier sync and neither side has changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from typing import Any

from huma_tripletex.planning.comparison import Item
from huma_tripletex.planning.pairing import Settled
from huma_tripletex.planning.preflight import FREE


class Findings:
    """Collects from one item after the other."""

    def __init__(self, on_the_way: Mapping[str, Set[str]]) -> None:
        """`on_the_way`: fields by person that are being sent from Huma."""
        self._on_the_way = on_the_way
        self._kinds: Counter[str] = Counter()
        self._differences = 0
        self._conditional = 0
        self._drift: Counter[str] = Counter(dict.fromkeys(("fields", "people", "on_the_way", "left", "alone"), 0))

    def see(self, item: Item) -> None:
        """Counts one item. Open differences have drifted, but for those that are on their way from Huma."""
        self._kinds[item.kind] += 1
        self._differences += len(item.differences)
        self._conditional += sum(one.condition != FREE for one in item.differences)
        left = sum(one.chosen == "remembered" for one in item.differences)
        on_the_way = sum(self._is_on_the_way(item, one) for one in item.differences)
        drifted = len(item.differences) - left - on_the_way
        self._drift.update(fields=drifted, people=bool(drifted), on_the_way=on_the_way, left=left)
        self._drift["alone"] += item.kind not in ("matched", "left_out") and not item.remembered

    def _is_on_the_way(self, item: Item, one: Settled) -> bool:
        person = item.content.person.id if item.content.person else ""
        return one.chosen != "remembered" and one.field in self._on_the_way.get(person, ())

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
        """`fields` of `people` differ; `on_the_way` and `left` differ too, and nobody needs to look at them. `alone`:
        people to be asked about who are not simply in both systems.
        """
        return dict(self._drift)
