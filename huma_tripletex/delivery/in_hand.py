"""The people whom a drain has claimed and not settled: they wait for a lane, are in one, or have their answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from huma_tripletex.core.doubt import HANGS
from huma_tripletex.core.retry import breaks_after
from huma_tripletex.delivery.attempt import attempt
from huma_tripletex.delivery.batch import Batch
from huma_tripletex.delivery.lanes import Lanes
from huma_tripletex.delivery.settling import Attempted, unmark_creations
from huma_tripletex.delivery.together import Together, groups
from huma_tripletex.delivery.transaction import in_transaction
from huma_tripletex.delivery.work import Work
from huma_tripletex.gateway.opening import OpenClient
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.settle import hand_back
from huma_tripletex.runtime import Runtime

AHEAD: Final = 6
"""People left per lane when more are claimed: enough that no lane waits for the database meanwhile."""

Ticket = tuple[Batch, Work]
Answer = tuple[Batch, Attempted]


class InHand:
    """Of one drain. The lanes are the caller's to close."""

    def __init__(self, runtime: Runtime, client: OpenClient, lanes: Lanes[Ticket, Answer]) -> None:
        self._runtime = runtime
        self._client = client
        self._lanes = lanes
        self._few = runtime.settings.in_flight * AHEAD
        self._batches: list[Batch] = []
        self._submitted: dict[str, tuple[Together | None, Callable[[], Answer]]] = {}
        self._begun: dict[str, tuple[datetime, Work]] = {}
        """Who is in a lane, and since when; the lanes write it."""

    @property
    def open(self) -> int:
        """How many have no answer yet that was gathered."""
        return self._lanes.open

    @property
    def has_room(self) -> bool:
        """Whether the lanes could do with more people."""
        return self._lanes.open <= self._few

    def add(self, batch: Batch, people: Iterable[str]) -> None:
        """These people have just been claimed."""
        batch.people = set(people)
        self._batches.append(batch)

    def submit(self, batch: Batch, works: Sequence[tuple[Claimed, Work]]) -> None:
        """Lets the lanes send what there is to do for them."""
        together = groups([work for _, work in works])
        for one, work in works:
            share = together.get(work.person_id)
            task = self._task(batch, one, work, share)
            self._submitted[work.person_id] = share, task  # instead of those of an earlier claim
            self._lanes.submit((batch, work), task)

    def gather(self, seconds: float, most: int | None = None) -> list[Answer]:
        """The answers that have come; waits for `most`, or until the lanes could do with more people."""
        return self._lanes.gather(seconds, most or max(1, self._lanes.open - self._few))

    def by_batch(self, answers: Sequence[Answer]) -> list[tuple[Batch, list[Attempted]]]:
        """Answers by the claims that they belong to."""
        theirs = [(batch, [attempted for own, attempted in answers if own is batch]) for batch in self._batches]
        return [(batch, attempted) for batch, attempted in theirs if attempted]

    def let_go(self, batch: Batch, people: Iterable[str]) -> None:
        """They are settled or handed back, so nothing is held for them any more."""
        batch.people.difference_update(people)
        self._batches = [one for one in self._batches if one.people]

    def withdraw(self, *, leaving: bool = False) -> bool:
        """Hands back at once whom no lane has begun with; whom another lane has sent together with others goes on, but
        not when `leaving`. Returns whether there was anybody.
        """
        tickets = self._lanes.withdraw()
        sent = {work.person_id for _, work in tickets if (one := self._submitted[work.person_id][0]) and one.sent(work)}
        goes_on = set() if leaving else sent
        for batch, work in tickets:
            if work.person_id in goes_on:
                self._lanes.submit((batch, work), self._submitted[work.person_id][1])
        for batch in self._batches:
            if works := [work for own, work in tickets if own is batch and work.person_id not in goes_on]:
                in_transaction(self._runtime, lambda b=batch, w=works: self._hand_back(b, w, sent))  # type: ignore[misc]
                self.let_go(batch, {work.person_id for work in works})
        return any(work.person_id not in goes_on for _, work in tickets)

    def halt(self) -> None:
        """Nothing more is sent."""
        for batch in self._batches:
            batch.halted.set()

    def give_signs_of_life(self) -> None:
        """Prolongs the leases; a batch whose lease ran out before that, or was taken, writes nothing more."""
        for batch in self._batches:
            if batch.is_due(now := self._runtime.clock()) and not batch.halted.is_set():
                batch.prolong(self._runtime, now, self._hanging(batch, now))

    def _hanging(self, batch: Batch, now: datetime) -> dict[str, frozenset[str]]:
        """Whose answers have been awaited for long, and who is made in one call with them."""
        long_ago = now - timedelta(seconds=HANGS)
        found = {person: work.fields for person, (since, work) in self._begun.copy().items() if since <= long_ago}
        for share in {share for person in found if (share := self._submitted[person][0])}:
            found |= dict.fromkeys(share.members - found.keys(), frozenset[str]())
        return {person: fields for person, fields in found.items() if person in batch.people}

    def _task(self, batch: Batch, claimed: Claimed, work: Work, share: Together | None) -> Callable[[], Answer]:
        clock = self._runtime.clock

        def task() -> Answer:
            self._begun[work.person_id] = clock(), work
            progress = attempt(self._client, work, may_write=batch.may_write, clock=clock, share=share)
            self._begun.pop(work.person_id, None)
            if progress.error and breaks_after(progress.error) == 1:
                self.halt()  # everybody would meet the same answer; whoever settles it looks closer
            return batch, Attempted(claimed, work, progress)

        return task

    def _hand_back(self, batch: Batch, works: Sequence[Work], sent: set[str]) -> None:
        unmark_creations(self._runtime, batch, [work for work in works if work.person_id not in sent])
        hand_back(self._runtime.session(), batch.token, [work.person_id for work in works])
