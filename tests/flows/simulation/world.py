"""One run of the delivery engine under a seed: edits, workers, faults before and after every step, and what must hold at the end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
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
from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import HostPerson
from huma_tripletex.delivery.draining import Answer, Drain, Ticket
from huma_tripletex.gateway import reading
from huma_tripletex.models import Base, Connection, OutboxEntry, OutboxLease, PersonLink
from huma_tripletex.outbox.record import Change, RunChange, record, record_for_run
from huma_tripletex.outbox.sweep import due_connections, release_expired
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import TaskQueue
from huma_tripletex.vault import Vault
from tests.flows.simulation.remote import Line, Remote
from tests.flows.simulation.stage import Chance, Clock, Worker

ORGANISATION = "1"
SETTINGS = Settings(lease=20, sweep_interval=5, in_flight=2, batch=3, consumer_token="c")
VAULT = Vault({"k": b"k" * 32}, b"h" * 32)
ENGINE = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
TABLES = (OutboxLease, OutboxEntry, PersonLink, Connection)
"""One connection for all: transactions never overlap, because a worker stops only between them."""
EDITABLE = ("phone_number", "given_name", "last_workday", "bank_account_number")
ACCOUNTS = ("12345678903", "86011117947", "15032080119", "97104133219")


class Violation(AssertionError):
    """A promise was broken."""


class SteppedSession:
    """A worker's session: it stops before and after each commit, and the database may fail at either side."""

    def __init__(self, session: Session, worker: Worker, chance: Chance) -> None:
        self._session, self._worker, self._chance = session, worker, chance

    def __call__(self) -> Session:
        return self._session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def commit(self) -> None:
        if self._worker.doomed:
            self._session.rollback()
        if self._chance.of(0.02):
            raise OperationalError("before the commit", None, Exception("connection lost"))
        die = self._chance.of(0.01)
        if die:
            self._worker.doomed = True
            self._session.rollback()
            self._worker.step("died before a commit")
        self._session.commit()
        self._worker.step("after a commit")
        if self._chance.of(0.01):
            raise OperationalError("after the commit", None, Exception("connection lost"))


class InlineLanes:
    """Lanes without threads: a task runs when its result is asked for."""

    def __init__(self) -> None:
        self._tasks: list[tuple[Ticket, Any]] = []

    @property
    def open(self) -> int:
        return len(self._tasks)

    def submit(self, key: Ticket, task: Any) -> None:
        self._tasks.append((key, task))

    def gather(self, seconds: float) -> list[Answer]:
        return [self._tasks.pop(0)[1]()] if self._tasks else []

    def withdraw(self) -> list[Ticket]:
        keys, self._tasks = [key for key, _ in self._tasks], []
        return keys

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Plan:
    """How much happens in a run."""

    workers: int = 3
    linked: int = 2
    created: int = 2
    edits: int = 14
    ticks: int = 260


class World:
    """Everything there is in one run."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.seed = seed
        self.plan = plan or Plan()
        self.chance = Chance(Random(seed))
        self.clock = Clock()
        self.remote = Remote()
        self.people: dict[str, HostPerson] = {}
        self.history: dict[tuple[str, str], list[str | None]] = defaultdict(list)
        self.workers: list[Worker] = []
        self.open = False
        self.session = Session(ENGINE)

    def run(self) -> None:
        """The whole run. Raises Violation, with the seed."""
        self._prepare()
        try:
            self._live()
            self._come_to_rest()
            self._check()
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
                rights=["ROLE_ADMINISTRATOR"],
                countries={"NO": 161},
                connected_at=now,
                capturing_since=now,
                activated_at=now,
            )
        )
        for number in range(self.plan.linked):
            self._link(self._person(number))
        for number in range(self.plan.linked, self.plan.linked + self.plan.created):
            person = self._person(number)
            changes = [RunChange(person.id, KEYS, "create", None)]
            record_for_run(self.session, 1, 1, changes, now)
        self.session.commit()
        self.workers = [self._worker(f"w{number}") for number in range(self.plan.workers)]
        self.open = True

    def _person(self, number: int) -> HostPerson:
        values = {
            "given_name": f"Given{number}",
            "family_name": f"Family{number}",
            "phone_number": f"4100{number}000",
            "date_of_birth": f"19{60 + number}-01-01",
            "bank_account_number": ACCOUNTS[number % len(ACCOUNTS)],
            "employee_id": str(number) if number % 2 else None,
            "first_workday": "2020-01-01",
            "last_workday": None,
        }
        person = HostPerson(f"p{number}", values)
        self._write(person)
        return person

    def _write(self, person: HostPerson) -> None:
        self.people[person.id] = person
        for key, value in person.values.items():
            history, canonical = self.history[(person.id, key)], normalise(key, value)
            if not history or history[-1] != canonical:
                history.append(canonical)

    def _link(self, person: HostPerson) -> None:
        values = {key: normalise(key, value) or "" for key, value in person.values.items()}
        body = {
            "firstName": values["given_name"],
            "lastName": values["family_name"],
            "phoneNumberMobile": values["phone_number"].removeprefix("+47"),
            "dateOfBirth": values["date_of_birth"],
            "bankAccountNumber": values["bank_account_number"],
            "employeeNumber": values["employee_id"],
        }
        made = self.remote.create(body)
        job = self.remote.create_employment({"employee": {"id": made.id}, "startDate": values["first_workday"]})
        hashes = {
            key: VAULT.keyed_hash("agreement", 1, person.id, key, normalise(key, value))
            for key, value in person.values.items()
        }
        self.session.add(
            PersonLink(
                connection_id=1,
                person_id=person.id,
                employee_id=made.id,
                employee_version=made.version,
                employment_id=job.id,
                employment_version=job.version,
                employment_count=1,
                agreed=hashes,
                linked_at=self.clock(),
            )
        )

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
        patience = self.chance.random.randrange(1, 30) if self.chance.faulty else 10**6
        Drain(
            runtime,
            connection,
            cast(Any, line),
            cast(Any, InlineLanes()),
            _Patience(patience),
            self.chance.random.random,
        ).run()

    def _runtime(self, worker: Worker, session: Session) -> Runtime:
        stepped = SteppedSession(session, worker, self.chance)
        host = SimpleNamespace(
            db=SimpleNamespace(session=stepped),
            load_people=lambda _, ids: {one: self.people[one] for one in ids if one in self.people},
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
        random = self.chance.random
        person = self.people[random.choice(list(self.people))]
        key = random.choice(EDITABLE)
        past = self.history[(person.id, key)]
        value = random.choice(past) if random.random() < 0.4 else self._new_value(key)
        self._write(replace(person, values={**person.values, key: value}))
        record(self.session, [Change(ORGANISATION, person.id, (key,))], self.clock())
        self.session.commit()

    def _new_value(self, key: str) -> str | None:
        random = self.chance.random
        choices: dict[str, list[str | None]] = {
            "phone_number": [f"4{random.randrange(10**6):07}", None],
            "given_name": [f"Name{random.randrange(1000)}"],
            "last_workday": [f"203{random.randrange(10)}-12-31", None],
            "bank_account_number": [random.choice(ACCOUNTS), None],
        }
        return random.choice(choices[key])

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
            return
        self._resume(worker)

    def _resume(self, worker: Worker) -> None:
        worker.resume()
        if worker.error is not None:
            raise worker.error
        if worker.dead:
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
            while worker._thread is not None and not worker.dead:
                worker.doomed = True
                worker.resume()
        self.session.rollback()
        self.session.close()

    # -- the promises ---------------------------------------------------------------------------------------------

    def _check(self) -> None:
        parked = self.session.execute(
            select(OutboxEntry.person_id, OutboxEntry.reason).where(OutboxEntry.state == "parked")
        ).all()
        if parked:
            raise Violation(f"parked without need: {parked}")
        employees = self._employees()
        for person in self.people.values():
            found = employees[person.values["date_of_birth"] or ""]
            if len(found) != 1:
                raise Violation(f"{person.id} has {len(found)} employees")
            self._check_values(person, found[0])
            self._check_order(person, found[0].id)

    def _employees(self) -> dict[str, list[Any]]:
        by_birth: dict[str, list[Any]] = defaultdict(list)
        for employee in self.remote.employees.values():
            by_birth[employee.date_of_birth or ""].append(employee)
        return by_birth

    def _check_values(self, person: HostPerson, employee: Any) -> None:
        if len(employee.employments) != 1:
            raise Violation(f"{person.id} has {len(employee.employments)} employments")
        values = reading.employee(employee, {161: "NO"}).values
        for key in KEYS:
            if not same(key, person.values.get(key), values.get(key)):
                raise Violation(f"{person.id} {key} is {values.get(key)!r}, not {person.values.get(key)!r}")

    def _check_order(self, person: HostPerson, employee_id: int) -> None:
        """What Tripletex held never goes back to a value that Huma had left behind, unless Huma went back to it."""
        for key, name in (("phone_number", "phone_number_mobile"), ("given_name", "first_name")):
            places = iter(self.history[(person.id, key)])
            stored = [normalise(key, value) for number, n, value in self.remote.stored if (number, n) == (employee_id, name)]
            for value in _without_repeats(stored):
                if not any(place == value for place in places):
                    raise Violation(f"{person.id} {key}: {stored} is out of the order {self.history[(person.id, key)]}")


class _Patience:
    """May go on so many times: a slice that ends in the middle."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self) -> bool:
        self._left -= 1
        return self._left > 0


def _without_repeats(values: list[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if place == 0 or values[place - 1] != value]
