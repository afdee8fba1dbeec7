"""Delivers what is due for a connection: claim, load, attempt, settle, and again until nothing is left or time is up.

The calling thread owns the database session; HTTP is done by the lanes. A claim is committed before anything is sent;
its lease is prolonged while work goes on, and a drain that has lost it writes nothing more.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import SystemRandom

from huma_tripletex.delivery.batch import Batch
from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.health import Health, note_health
from huma_tripletex.delivery.in_hand import Answer, InHand, Ticket
from huma_tripletex.delivery.lanes import Lanes
from huma_tripletex.delivery.loading import Loaded
from huma_tripletex.delivery.remembered import Remembered
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.settling import Attempted, settle_people
from huma_tripletex.delivery.stops import Stops
from huma_tripletex.delivery.taking import Taken, read, take, take_unread
from huma_tripletex.delivery.told import tell_parked
from huma_tripletex.delivery.transaction import PASSING, in_transaction
from huma_tripletex.delivery.verdict import Retrying, idle_settlements, internal_settlements
from huma_tripletex.gateway.opening import keep_session
from huma_tripletex.models import Connection
from huma_tripletex.models.called import called
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.settle import Settlement
from huma_tripletex.outbox.wait import wake
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

TOGETHER = 100
"""Answers that are settled at once at the end: each settlement is a handful of statements."""
GLANCE = 0.25
"""Seconds between looks at the clock while answers are awaited; a longer wait for the rate limit ends the drain."""
random = SystemRandom().random


class Drain:
    """One drain of one connection, used once; each step may be another thread's. The lanes and the client are the
    caller's to close.
    """

    def __init__(
        self,
        runtime: Runtime,
        remembered: Remembered,
        lanes: Lanes[Ticket, Answer],
        may_go_on: Callable[[], bool],
        jitter: Callable[[], float] = random,
        stops: Stops | None = None,
    ) -> None:
        self._runtime = runtime
        self._remembered = remembered
        self._connection_id = remembered.row.id
        self._client = remembered.client
        self._hand = InHand(runtime, remembered.client, lanes)
        self._may_go_on = may_go_on
        self._jitter = jitter
        self._stops = stops or Stops(runtime, remembered.row.id)
        self._health = Health.of(remembered.row)
        self._answers: list[Answer] = []
        self._nothing_left = False
        self._counts: Counter[str] = Counter()
        self._runs: set[int] = set()

    def run(self) -> DrainReport:
        """Works until nothing is due or `may_go_on` says no, and hands back what was not begun."""
        try:
            while self.step():
                pass
        finally:
            self.leave()
        return self.report()

    def report(self) -> DrainReport:
        """What was done, once it has ended."""
        # A snooze has a jitter of up to a second, see `note_health`
        wait = self._health.wait + 1 if self._health.wait else self._client.budget.wait_seconds()
        return DrainReport(
            delivered=self._counts["delivered"],
            parked=self._counts["parked"],
            later=self._counts["later"],
            more=not self._nothing_left or bool(self._health.wait),
            runs=frozenset(self._runs),
            again_at=self._runtime.clock() + timedelta(seconds=wait) if wait else None,
        )

    @property
    def has_room(self) -> bool:
        """Whether the lanes could do with more people."""
        return self._hand.has_room

    def look_again(self) -> None:
        """Something was committed since the last claim. Called between two steps."""
        self._nothing_left = False

    def step(self) -> bool:
        """One round; False when there is nothing more to do now. More people are claimed before those who have their
        answers are settled, so that the lanes go on.
        """
        self._stops.heed(self._withdraw)
        if self._stops.closed:
            self._hand.halt()
        beginning = self._may_begin()
        if not beginning:
            self._withdraw()
        elif not self._nothing_left and self.has_room:
            self._claim()
        self._settle()
        self._consider(self._hand.gather(GLANCE, TOGETHER if self._nothing_left else None))
        self._hand.give_signs_of_life()
        return bool(self._hand.open or self._answers) or (beginning and not self._nothing_left)

    def _may_begin(self) -> bool:
        """Whether somebody new may be tried: there is time, the connection is open and well and the rate limit leaves
        room.
        """
        may_send = not (self._stops.closed or self._health.ill)
        return may_send and self._may_go_on() and self._client.budget.wait_seconds() <= GLANCE

    def _claim(self) -> None:
        settings, runtime = self._runtime.settings, self._runtime
        limit = 1 if self._health.probing and not self._health.well else settings.batch
        if limit == 1 and self._hand.open:
            return  # one person goes first
        batch = Batch.begin(self._connection_id, settings.lease_time, runtime.clock)
        taken: list[Taken] = []
        if why := unforeseen(lambda: taken.append(take(runtime, batch, limit, self._remembered))):
            runtime.session.rollback()
            log.error("loading people failed for a reason of our own: %s", why)
            claimed = take_unread(runtime, batch, limit)
        else:
            claimed = taken[0][0]
        self._nothing_left = len(claimed) < limit
        if claimed:
            self._hand.add(batch, [one.person_id for one in claimed])
        if taken:
            self._begin(batch, taken[0][1])
        else:
            self._begin_one_by_one(batch, claimed)

    def _begin_one_by_one(self, batch: Batch, claimed: Sequence[Claimed]) -> None:
        """Whoever cannot be loaded is put off, so that one cannot hold up others; where nobody can be, everybody."""
        found = read(self._runtime, batch, claimed)
        for loaded in found.loaded:
            self._begin(batch, loaded)
        if not found.theirs:
            self._health.cannot_load()
        if found.failed:
            retrying = self._retrying()
            put_off = [internal_settlements(one, retrying, theirs=found.theirs) for one in found.failed]
            self._settle_batch(batch, [], [settlement for own in put_off for settlement in own], found.failed)

    def _begin(self, batch: Batch, loaded: Loaded) -> None:
        """Hands people to the lanes, and settles whom there is nothing to do for."""
        self._stops.watching |= any(entry.run_id for one, _ in loaded.works for entry in one.entries)
        self._hand.submit(batch, loaded.works)
        if loaded.idle:
            idle = [settlement for one, why in loaded.idle for settlement in idle_settlements(one, why)]
            self._settle_batch(batch, [], idle)

    def _consider(self, answers: Sequence[Answer]) -> None:
        """Notes what the answers say of the connection."""
        self._answers += answers
        for _, attempted in sorted(answers, key=lambda answer: answer[1].progress.error is not None):
            self._health.consider(attempted.progress)
        if self._health.ill:
            self._hand.halt()

    def _settle(self) -> None:
        """Settles the answers that have come, batch by batch."""
        answers, self._answers = self._answers, []
        if any(attempted.work.tried is not None or attempted.progress.starts_over for _, attempted in answers):
            self._nothing_left = False  # they were looked for, or at, and now there is something to do
        for batch, attempted in self._hand.by_batch(answers):
            self._settle_batch(batch, attempted, [])

    def _settle_batch(
        self,
        batch: Batch,
        attempted: Sequence[Attempted],
        idle: Sequence[Settlement],
        failed: Sequence[Claimed] = (),
    ) -> None:
        """`failed`: whose settlements are among the idle ones although nothing could be made of them."""

        def step() -> tuple[list[Settlement], bool]:
            retrying = self._retrying()
            found = settle_people(self._runtime, batch, attempted, idle, retrying)
            self._note_connection(retrying.now)
            return found

        settled, are_newer = in_transaction(self._runtime, step)
        claimed = [*(one.claimed for one in attempted), *failed]
        tell_parked(settled, {entry.id: entry.fields for one in claimed for entry in one.entries})
        self._counts.update(settlement.outcome for settlement in settled)
        if are_newer:
            self._nothing_left = False  # whoever was told of these edits found their people held
        self._runs |= {entry.run_id for one in attempted for entry in one.claimed.entries if entry.run_id}
        self._hand.let_go(batch, [*(one.claimed.person_id for one in attempted), *(one.person_id for one in idle)])

    def _note_connection(self, now: datetime) -> None:
        connection = self._connection()
        if note_health(self._runtime.session(), connection, self._health, now, self._jitter()):
            wake(self._runtime.session(), connection.id, now)
            self._nothing_left = False
        keep_session(self._runtime, connection, self._client)

    def _withdraw(self) -> None:
        if self._hand.withdraw():
            self._nothing_left = self._nothing_left and bool(self._health.ill)  # they want another turn

    def leave(self) -> None:
        """Nothing more is sent. After an error some answers may never be settled: their leases run out."""
        self._hand.halt()
        try:
            self._hand.withdraw(leaving=True)
        except PASSING as error:
            self._runtime.session.rollback()
            log.warning("could not hand back what was not begun (%s); its lease will run out", called(error))

    def _connection(self) -> Connection:
        return self._runtime.session.get_one(Connection, self._connection_id)

    def _retrying(self) -> Retrying:
        now, hours = self._runtime.clock(), self._runtime.settings.retry_hours
        return Retrying(now, timedelta(hours=hours), self._jitter, self._connection().flowing_since or now)
