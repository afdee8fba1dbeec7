"""A small host with people in memory, our tables in a real database, and a simulated Tripletex in the same process."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from huma_tripletex import connecting, planning
from huma_tripletex.config import Settings
from huma_tripletex.core.people import HostPerson
from huma_tripletex.host.port import Host, HostUser
from huma_tripletex.models import Base, Connection, SyncPlan
from huma_tripletex.runtime import Runtime
from huma_tripletex.simulator import CONSUMER_TOKEN, Switches, create_simulator
from huma_tripletex.simulator.wsgi import SimulatorApp
from huma_tripletex.task_queue import TaskQueue
from huma_tripletex.vault import Vault
from tests.flows.published_line import PublishedLine

ORGANISATION = "7"
ANNA = HostUser("1", "Anna Berg", "anna@fjord.example", "nb")
ODA = HostUser("2", "Oda Vik", "oda@fjord.example")
NORWAY = 161
WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
SEEDS = count(1)
KEYS = "k1:" + base64.urlsafe_b64encode(b"k" * 32).decode()


@dataclass
class Clock:
    """Stands still unless told to move."""

    now: datetime = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Stand:
    """What a test of the flows may use."""

    runtime: Runtime
    clock: Clock
    simulator: SimulatorApp
    people: dict[str, HostPerson] = field(default_factory=dict)

    @property
    def session(self) -> Any:
        return self.runtime.session

    def http(self, method: str, what: str, **options: Any) -> Any:
        with httpx.Client(transport=httpx.WSGITransport(app=self.simulator), base_url="http://simulator") as client:
            answer = client.request(method, f"/_simulator/{what}", **options).raise_for_status()
            return answer.json() if answer.content else None

    def token(self, rights: str = "all", company: int = 0) -> str:
        rows = self.http("GET", "tokens")
        companies = sorted({row["company"] for row in rows}, key=[row["company"] for row in rows].index)
        (row,) = [row for row in rows if row["rights"] == rights and row["company"] == companies[company]]
        return str(row["employee_token"])

    def fault(self, kind: str, **how: Any) -> None:
        self.http("POST", "faults", json={"kind": kind, **how})

    def requests(self) -> list[tuple[str, str]]:
        return [(row["method"], row["path"]) for row in self.http("GET", "requests")]

    def person(self, number: int, **values: Any) -> HostPerson:
        """Somebody in Huma, complete unless told otherwise; `email` and `takes_part` may be given too."""
        email, takes_part = values.pop("email", None), values.pop("takes_part", True)
        person = HostPerson(str(number), {**facts(number), **values}, email, takes_part)
        self.people[person.id] = person
        return person

    def change(self, number: int, **values: Any) -> None:
        person = self.people[str(number)]
        self.people[person.id] = replace(person, values={**person.values, **values})

    def employee(self, number: int, **values: Any) -> int:
        """Their employee in Tripletex; answers the id."""
        merged = {**facts(number), **values}
        employment = {"startDate": merged["first_workday"], "endDate": merged["last_workday"]}
        row = {
            "firstName": merged["given_name"] or "",
            "lastName": merged["family_name"] or "",
            "employeeNumber": merged["employee_id"] or "",
            "dateOfBirth": merged["date_of_birth"],
            "email": merged.get("email") or "",
            "phoneNumberMobile": merged["phone_number"] or "",
            "phoneNumberMobileCountry": {"id": NORWAY},
            "bankAccountNumber": merged["bank_account_number"] or "",
            "employments": [employment] if merged["first_workday"] else [],
        }
        (made,) = self.http("POST", "employees", json=[row])
        return int(made["id"])

    def connect(self) -> Connection:
        connection = connecting.connect(self.runtime, ORGANISATION, self.token(), ANNA)
        self.session.commit()
        return connection

    def plan(self, connection: Connection | None = None, purpose: Any = "sync") -> SyncPlan:
        """A plan, drafted here and now."""
        connection = connection or self.connection()
        plan = planning.begin(self.runtime, connection, ANNA, purpose)
        self.session.commit()
        planning.draft(self.runtime, plan.id)
        self.session.refresh(plan)
        return plan

    def connection(self) -> Connection:
        found = self.session.query(Connection).filter(Connection.state != "disconnected").one_or_none()
        return found or self.connect()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collects every statement sent to the database within."""
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(str(arguments[2]))

        engine = self.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)


def facts(number: int) -> dict[str, str | None]:
    """A person that differs from every other in everything."""
    return {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "phone_number": f"4{number:07d}",
        "date_of_birth": f"19{60 + number % 40}-0{1 + number % 9}-1{number % 10}",
        "bank_account_number": account(number),
        "employee_id": str(1000 + number),
        "first_workday": "2020-01-01",
        "last_workday": None,
    }


def account(number: int) -> str:
    """A Norwegian account number whose check digit is right, another for every number."""
    start = 1_503_000_000 + number * 7
    while True:
        digits = f"{start:010d}"
        check = -sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
        start += 7_000_000


def host(database: SQLAlchemy, people: dict[str, HostPerson]) -> Host:
    return Host(
        db=database,
        models=[],
        current_organisation=lambda: ORGANISATION,
        organisation_name=lambda _: "Fjord AS",
        current_user=lambda: ANNA,
        may_change_settings=lambda: True,
        settings_administrators=lambda _: [ANNA],
        send_email=lambda _: None,
        list_people=lambda _: list(people.values()),
        load_people=lambda _, ids: {one: people[one] for one in ids if one in people},
        write_person=lambda *_: None,
        add_person=lambda *_: "",
    )


def stand(url: str, *, has_tables: bool = False, **options: Any) -> Iterator[Stand]:
    app, database = Flask("host"), SQLAlchemy()
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    database.init_app(app)
    clock, people = Clock(), {}
    settings = options.pop("settings", {})
    # Another seed means other tokens, and so a rate budget of its own: one test's 429 holds up no other
    simulator = create_simulator(employees=0, clock=clock, seed=next(SEEDS), **options)
    runtime = Runtime(
        settings=Settings(api_url="http://simulator/v2", consumer_token=CONSUMER_TOKEN, keys=KEYS, **settings),
        host=host(database, people),
        vault=Vault.from_settings(KEYS),
        queue=TaskQueue(""),
        clock=clock,
        transport=PublishedLine(httpx.WSGITransport(app=simulator)),
    )
    with app.app_context():
        if not has_tables:
            Base.metadata.create_all(database.engine)
        yield Stand(runtime, clock, simulator, people)
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def flows(tables_url: str) -> Iterator[Stand]:
    """On each of the two databases."""
    yield from stand(tables_url, has_tables=True)


@pytest.fixture
def quick(sqlite_tables_url: str) -> Iterator[Stand]:
    """On SQLite, for what does not depend on the database."""
    yield from stand(sqlite_tables_url, has_tables=True)


@pytest.fixture
def blind(sqlite_tables_url: str) -> Iterator[Stand]:
    """With a token that does not see account numbers."""
    yield from stand(sqlite_tables_url, has_tables=True, switches=Switches(salary_rights=False))


@pytest.fixture
def hurried(sqlite_tables_url: str) -> Iterator[Stand]:
    """With leases of less than half a second."""
    yield from stand(sqlite_tables_url, has_tables=True, settings={"lease": 0.4})
