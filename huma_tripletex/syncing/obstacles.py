"""Why nothing can be done for somebody of a run although it was approved: what has come in between, found out for a
batch at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huma_tripletex.core.people import HostPerson
from huma_tripletex.syncing.approved import Step
from huma_tripletex.syncing.linking import Links
from huma_tripletex.syncing.looking import Sight


class Obstacles:
    """What stands in the way of each person of a batch."""

    def __init__(
        self,
        batch: Sequence[Step],
        people: Mapping[str, HostPerson],
        links: Links,
        left_out: set[str],
        sight: Sight,
    ) -> None:
        self._doubles = sight.newcomers.doubles(batch)
        self._people = people
        self._links = links
        self._left_out = left_out
        self._sight = sight

    def of(self, step: Step) -> str:
        """A key of `core.reasons`; "": nothing is in the way."""
        if not step.readable:
            return "internal"
        if self._links.is_taken(step):
            return "found_several"
        if step.result.action != "add_to_huma":
            person = self._people.get(step.person_id)
            if person is None or not person.takes_part:
                return "left_huma"
            if person.id in self._left_out:
                return "never_sync"
        return self._doubles.get(step.result.id) or self._sight.obstacle(step)
