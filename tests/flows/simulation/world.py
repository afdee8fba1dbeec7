"""One run of the delivery engine under a seed: edits, workers, and faults before and after every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import create_engine, delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from huma_tripletex.config import Settings
from huma_tripletex.core.fields import KEYS
from huma_tripletex.delivery.remembered import Remembered
from huma_tripletex.delivery.stops import Stops
from huma_tripletex.delivery.under_way import UnderWay
from huma_tripletex.models import Base, Connection, OutboxEntry, OutboxLease, PersonLink
from huma_tripletex.outbox.record import Change, RunChange, record, record_for_run
from huma_tripletex.outbox.sweep import due_connections, release_expired
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import TaskQueue
from tests.flows.simulation.huma import VAULT, Huma, linked
from tests.flows.simulation.process import InlineLanes, SteppedSession, Turn
from tests.flows.simulation.promises import Promises, Violation
from tests.flows.simulation.remote import Line, Remote
from tests.flows.simulation.stage import Chance, Clock, Worker

ORGANISATION = "1"
SETTINGS = Settings(lease=20, sweep_interval=5, in_flight=2, batch=3, consumer_token="c")
LOST_SIGHT_OF = timedelta(seconds=4)
LATEST = timedelta(hours=1)
ENGINE = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
"""One connection for all: transactions never overlap, because a worker stops only between them."""
TABLES = (OutboxLease, OutboxEntry, PersonLink, Connection)


@dataclass
class Plan:
    """How much happens in a run."""

    workers: int = 3
    linked: int = 2
    created: int = 2
    edits: int = 14
    ticks: int = 260

    @classmethod
    def of(cls, seed: int) -> Plan:
        """Now and then all that happens happens to one."""
        return cls() if seed % 4 else cls(workers=2, linked=1, created=0)


class World:
    """Everything there is in one run."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.seed = seed
        self.plan = plan or Plan.of(seed)
        self.chance = Chance(Random(seed))
        self.clock = Clock()
        self.remote = Remote()
        self.huma = Huma()
        self.workers: list[Worker] = []
        self.under_way: list[UnderWay] = []
        self.open = False
        self.session = Session(ENGINE)

    def run(self) -> None:
        """The whole run. Raises Violation, with the seed."""
        self._prepare()
        try:
            self._live()
            self._come_to_rest()
            self.remote.catch_up(self.clock() + LATEST)  # what was settled stays as it is, whatever comes now
            Promises(self.session, self.remote, self.huma.people, self.huma.history).check()
        except Violation as broken:
            raise Violation(f"seed {self.seed}: {broken}") from None
        finally:
            self._end()

    # -- the beginning --------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        Base.metadata.create_all(ENGINE, checkfirst=True)
        for table in TABLES:
            self.session.execute(delete(table))
        now = self.clock()
        self.session.add(
            Connection(
                id=1,
                organisation_id=ORGANISATION,
                state_since=now,
                company_id=1,
                company_name="Fjord AS",
                owner_employee_id=1,
                owner_name="Anna",
                rights=["ROLE_ADMINISTRATOR", "AUTH_WAGE_ADMINISTRATOR"],
                countries={"NO": 161},
                connected_at=now,
                capturing_since=now,
                activated_at=now,
            )
        )
        for number in range(self.plan.linked):
            self.session.add(linked(self.huma.add(number), self.remote, self.clock))
        for number in range(self.plan.linked, self.plan.linked + self.plan.created):
            person = self.huma.add(number)
            changes = [RunChange(person.id, KEYS, "create", None)]
            record_for_run(self.session, 1, 1, changes, now)
        self.session.commit()
        self.workers = [self._worker(f"w{number}") for number in range(self.plan.workers)]
        self.open = True

    # -- the workers ----------------------------------------------------------------------------------------------

    def _worker(self, name: str) -> Worker:
        return Worker(name, self._work)

    def _work(self, worker: Worker) -> None:
        """What a worker process does: sweep now and then, drain what is due."""
        while True:
            worker.step("idle")
            if not self.open:
                return
            session = Session(ENGINE)
            try:
                self._take_a_turn(worker, self._runtime(worker, session))
            except OperationalError:
                pass  # the sweep logs it and tries again
            finally:
                session.rollback()
                session.close()

    def _take_a_turn(self, worker: Worker, runtime: Runtime) -> None:
        if self.chance.random.random() < 0.5 or not self.chance.faulty:
            release_expired(runtime.session(), self.clock())
            runtime.session.commit()
        if 1 not in due_connections(runtime.session(), self.clock()):
            return
        connection = runtime.session.get_one(Connection, 1)
        line = Line(self.remote, worker, self.chance, self.clock)
        remembered = Remembered(connection, None, cast(Any, line))
        drain = UnderWay(
            runtime,
            1,
            cast(Any, SimpleNamespace(remembered=lambda _: remembered)),
            cast(Any, InlineLanes(self.chance.random.randrange(1, 4))),
            cast(Any, Turn(self.chance.random.randrange(1, 30) if self.chance.faulty else 10**6)),
            Stops(runtime, 1),
            self.chance.random.random,
        )
        self.under_way.append(drain)
        try:
            while drain.step():
                pass
        finally:
            self.under_way.remove(drain)
            drain.end()

    def _runtime(self, worker: Worker, session: Session) -> Runtime:
        stepped = SteppedSession(session, worker, self.chance)
        host = SimpleNamespace(
            db=SimpleNamespace(session=stepped),
            load_people=lambda _, ids: {one: self.huma.people[one] for one in ids if one in self.huma.people},
        )
        return Runtime(settings=SETTINGS, host=cast(Any, host), vault=VAULT, queue=TaskQueue(""), clock=self.clock)

    # -- the middle and the end -----------------------------------------------------------------------------------

    def _live(self) -> None:
        random = self.chance.random
        edits = self.plan.edits
        for _ in range(self.plan.ticks):
            self.clock.forward(random.choice((0, 0.05, 0.5, 2)))
            draw = random.random()
            if edits and draw < 0.12:
                edits -= 1
                self._edit()
            elif draw < 0.14:
                self.remote.touch(random.choice(list(self.remote.employees)))
            elif draw < 0.15:
                self.clock.forward(random.choice((5, 30, 70)))
            elif draw < 0.16:
                self.remote.revoked = not self.remote.revoked and random.random() < 0.5
            else:
                self._let_somebody_work()
        while edits:
            edits -= 1
            self._edit()

    def _edit(self) -> None:
        person_id, key = self.huma.edit(self.chance.random)
        record(self.session, [Change(ORGANISATION, person_id, (key,))], self.clock())
        self.session.commit()
        if self.under_way and self.chance.random.random() < 0.7:  # a nudge may be lost
            self.chance.random.choice(self.under_way).look_again()

    def _let_somebody_work(self) -> None:
        random = self.chance.random
        awake = [w for w in self.workers if w.asleep_until is None or w.asleep_until <= self.clock()]
        if not awake:
            return
        worker = random.choice(awake)
        worker.asleep_until = None
        if worker.place != "begin" and self.chance.of(0.03):
            worker.doomed = True  # SIGKILL
        elif self.chance.of(0.03):
            worker.asleep_until = self.clock() + timedelta(seconds=random.choice((5, 25, 90)))
            self.remote.hurry(worker, self.clock() + LOST_SIGHT_OF)
            return
        self._resume(worker)

    def _resume(self, worker: Worker) -> None:
        worker.resume()
        if worker.error is not None:
            raise worker.error
        if worker.dead:
            self.remote.hurry(worker, self.clock() + LOST_SIGHT_OF)
            self.workers[self.workers.index(worker)] = self._worker(worker.name + "'")

    def _come_to_rest(self) -> None:
        """Everything is well again: what is left must be delivered by itself, and soon."""
        self.chance.faulty = False
        self.remote.revoked = False
        for _ in range(400):
            for worker in list(self.workers):
                worker.asleep_until = None
                self._resume(worker)
            self.clock.forward(2)
            if not self._unsettled() and self._finish_turns():
                return
        raise Violation(f"stuck: {self._unsettled()}")

    def _finish_turns(self) -> bool:
        """Lets everybody end what they are at; a worker that slept through it all may still do something."""
        for worker in list(self.workers):
            while worker.place not in ("idle", "begin") and not worker.dead:
                self._resume(worker)
        return not self._unsettled()

    def _unsettled(self) -> list[Any]:
        chosen = select(OutboxEntry.id, OutboxEntry.person_id, OutboxEntry.state, OutboxEntry.reason)
        found = self.session.execute(chosen.where(OutboxEntry.state.in_(("waiting", "in_flight")))).all()
        leases = self.session.execute(select(OutboxLease.person_id)).all()
        self.session.rollback()
        return [*found, *leases]

    def _end(self) -> None:
        self.open = False
        for worker in self.workers:
            while worker.is_alive:
                worker.doomed = True
                worker.resume()
        self.session.rollback()
        self.session.close()
