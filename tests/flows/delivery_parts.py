"""A host with people in memory, our tables in a real database and a simulated Tripletex, all in one process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select

from huma_tripletex.config import Settings
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson
from huma_tripletex.delivery import Clients, DrainReport, drain
from huma_tripletex.gateway import reading
from huma_tripletex.gateway.agreement import agree, agreed_hash
from huma_tripletex.gateway.opening import client_for_token
from huma_tripletex.host.port import Host
from huma_tripletex.models import Base, Connection, OutboxEntry, PersonLink
from huma_tripletex.outbox.record import VERSION, Change, RunChange, record, record_for_run
from huma_tripletex.outbox.sweep import release_expired
from huma_tripletex.runtime import Runtime
from huma_tripletex.simulator import Switches
from huma_tripletex.simulator.messages import ConnectionDropped
from huma_tripletex.simulator.simulator import Simulator
from huma_tripletex.simulator.tokens import CONSUMER_TOKEN
from huma_tripletex.simulator.wsgi import SimulatorApp
from huma_tripletex.task_queue import TaskQueue
from huma_tripletex.vault import Vault, new_key
from tests.flows.published_line import PublishedLine

FJORD = "1"
KARI = {
    "given_name": "Kari",
    "family_name": "Nordmann",
    "phone_number": "912 34 567",
    "date_of_birth": "1990-05-17",
    "bank_account_number": "1234.56.78903",
    "employee_id": "17",
    "first_workday": "2020-01-01",
    "last_workday": None,
}
NORWAY = 161


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Line(httpx.BaseTransport):
    """The way to the simulator; a dropped connection is what httpx makes of one."""

    def __init__(self, simulator: Simulator) -> None:
        self._inner = PublishedLine(httpx.WSGITransport(app=SimulatorApp(simulator)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._inner.handle_request(request)
        except ConnectionDropped:
            raise httpx.RemoteProtocolError("dropped") from None


@dataclass
class Bench:
    """What a test of delivery may use."""

    app: Flask
    runtime: Runtime
    clock: Clock
    simulator: Simulator
    people: dict[str, HostPerson]
    broken: set[str]
    """People whom the host fails to load, and whoever is asked for together with them."""
    connection_id: int = 0
    clients: Clients = field(default_factory=Clients)

    @property
    def session(self) -> Any:
        return self.runtime.session

    @property
    def connection(self) -> Connection:
        return self.session.get_one(Connection, self.connection_id, populate_existing=True)

    def person(self, person_id: str, **values: str | None) -> None:
        """Somebody in Huma, who is Kari but for `values`."""
        email = values.pop("email", None)
        self.people[person_id] = HostPerson(person_id, {**KARI, **values}, email)

    def linked(self, person_id: str, **values: str | None) -> int:
        """Somebody in both systems, agreed on in everything; returns the employee's id."""
        self.person(person_id, **values)
        (row,) = self.http("POST", "employees", json=[employee_json(self.people[person_id])])
        return self.link(person_id, row["id"])

    def link(self, person_id: str, employee_id: int) -> int:
        connection = self.connection
        with client_for_token(self.runtime, self.token) as client:
            found = reading.employee(client.employee(employee_id), reading.countries_by_id(connection))
        link = PersonLink(
            connection_id=connection.id,
            person_id=person_id,
            employee_id=employee_id,
            employee_version=found.version,
            employment_id=found.employments[0].id if found.employments else None,
            employment_version=found.employments[0].version if found.employments else None,
            employment_count=len(found.employments),
            agreed={},
            linked_at=self.clock(),
        )
        values = {key: normalise(key, self.people[person_id].values[key]) for key in KEYS}
        agree(link, self.runtime.vault, connection.id, values, KEYS)
        self.session.add(link)
        self.session.commit()
        self.http("DELETE", "requests")
        return employee_id

    def edit(self, person_id: str, kind: Any = "change", **values: str | None) -> None:
        """An edit in Huma, committed together with its entry."""
        person = self.people[person_id]
        self.people[person_id] = HostPerson(person_id, {**person.values, **values}, person.email)
        record(self.session(), [Change(FJORD, person_id, tuple(values), kind)], self.clock())
        self.session.commit()

    def approve(self, person_id: str, *fields: str, kind: Any = "change", tripletex: Mapping[str, Any] = {}) -> None:
        """An entry of a run that was approved with Huma's values over those of `tripletex`."""
        vault, person = self.runtime.vault, self.people[person_id]
        expected = {
            key: [
                agreed_hash(vault, self.connection_id, person_id, key, normalise(key, side.get(key)))
                for side in (person.values, tripletex)
            ]
            for key in fields
        }
        if link := self.link_of(person_id):
            expected[VERSION] = link.employee_version
        changes = [RunChange(person_id, fields, kind, expected)]
        record_for_run(self.session(), self.connection_id, 1, changes, self.clock())
        self.session.commit()

    def drain(self, **how: Any) -> DrainReport:
        try:
            return drain(self.runtime, self.connection_id, clients=self.clients, **how)
        finally:
            self.session.remove()

    def sweep(self) -> None:
        release_expired(self.session(), self.clock())
        self.session.commit()

    def entries(self, person_id: str | None = None) -> list[OutboxEntry]:
        chosen = select(OutboxEntry).order_by(OutboxEntry.id)
        if person_id is not None:
            chosen = chosen.where(OutboxEntry.person_id == person_id)
        return list(self.session.scalars(chosen.execution_options(populate_existing=True)))

    def entry(self, person_id: str = "p1") -> OutboxEntry:
        """The latest entry of somebody."""
        return self.entries(person_id)[-1]

    def link_of(self, person_id: str = "p1") -> PersonLink | None:
        return self.session.scalar(
            select(PersonLink).where(PersonLink.person_id == person_id).execution_options(populate_existing=True)
        )

    def http(self, method: str, what: str, **options: Any) -> Any:
        with httpx.Client(transport=Line(self.simulator), base_url="http://simulator") as client:
            answer = client.request(method, f"/_simulator/{what}", **options).raise_for_status()
            return answer.json() if answer.content else None

    def fault(self, kind: str, **how: Any) -> None:
        self.http("POST", "faults", json={"kind": kind, **how})

    @property
    def token(self) -> str:
        return str(self.http("GET", "tokens")[0]["employee_token"])

    def employee(self, employee_id: int) -> dict[str, Any]:
        (row,) = [row for row in self.http("GET", "employees") if row["id"] == employee_id]
        return dict(row)

    def named(self, family_name: str) -> list[dict[str, Any]]:
        return [row for row in self.http("GET", "employees") if row["lastName"] == family_name]

    def calls(self) -> list[str]:
        """What was asked of Tripletex, sessions apart: "PUT /employee/{id}"."""
        rows = [row for row in self.http("GET", "requests") if "/token/" not in row["path"]]
        return [f"{row['method']} {template(row['path'])}" for row in rows]


def template(path: str) -> str:
    parts = ["{id}" if part.isdigit() else part for part in path.removeprefix("/v2").split("/")]
    return "/".join(parts)


def employee_json(person: HostPerson) -> dict[str, Any]:
    """The employee who is this person, as the simulator stores it."""
    values = {key: normalise(key, person.values.get(key)) for key in KEYS}
    why = "EMPLOYMENT_END_EMPLOYEE" if values["last_workday"] else None
    employment = {
        "startDate": values["first_workday"],
        "endDate": values["last_workday"],
        "employmentEndReason": why,
    }
    return {
        "firstName": values["given_name"],
        "lastName": values["family_name"],
        "phoneNumberMobile": (values["phone_number"] or "").removeprefix("+47"),
        "phoneNumberMobileCountry": {"id": NORWAY},
        "dateOfBirth": values["date_of_birth"],
        "bankAccountNumber": values["bank_account_number"] or "",
        "employeeNumber": values["employee_id"] or "",
        "email": person.email or "",
        "employments": [employment] if values["first_workday"] else [],
    }


def load(people: Mapping[str, HostPerson], broken: set[str], ids: Iterable[str]) -> dict[str, HostPerson]:
    if broken & set(ids):
        raise ZeroDivisionError("a secret value")
    return {one: people[one] for one in ids if one in people}


@contextmanager
def bench(
    url: str = "sqlite://", switches: Switches | None = None, clock: Any = None, **settings: Any
) -> Iterator[Bench]:
    """A bench with an active connection to the first company, which has no employees but the owners of tokens."""
    clock = clock or Clock()
    simulator = Simulator(employees=0, switches=switches, clock=clock)
    app = Flask("bench")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy()
    db.init_app(app)
    people: dict[str, HostPerson] = {}
    broken: set[str] = set()
    host = Host(
        db=db,
        models=[],
        current_organisation=lambda: FJORD,
        organisation_name=lambda _: "Fjord AS",
        current_user=lambda: None,
        may_change_settings=lambda: True,
        settings_administrators=lambda _: [],
        send_email=lambda _: None,
        list_people=lambda _: list(people.values()),
        load_people=lambda _, ids: load(people, broken, ids),
        write_person=lambda *_: None,
        add_person=lambda *_: "",
    )
    runtime = Runtime(
        settings=Settings(api_url="http://simulator/v2", consumer_token=CONSUMER_TOKEN, **settings),
        host=host,
        vault=Vault.from_settings(new_key("k1")),
        queue=TaskQueue(""),
        clock=clock,
        transport=Line(simulator),
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
        stand = Bench(app, runtime, clock, simulator, people, broken)
        connect(stand)
        try:
            yield stand
        finally:
            stand.clients.close()
            db.session.remove()
            db.engine.dispose()


def connect(stand: Bench) -> None:
    """The connection as connecting would have left it, and activated."""
    runtime, now = stand.runtime, stand.clock()
    with client_for_token(runtime, stand.token) as client:
        who = client.who_am_i()
        connection = Connection(
            organisation_id=FJORD,
            state_since=now,
            company_id=who.company_id,
            company_name=who.company_name,
            owner_employee_id=who.employee_id,
            owner_name=who.owner_name,
            rights=[right.name for right in client.entitlements(who.employee_id)],
            countries={country.iso_alpha2: country.id for country in client.countries()},
            company_facts={
                "departments": [{"id": d.id, "name": d.name} for d in client.departments()],
                "divisions": [{"id": d.id, "name": d.name} for d in client.divisions()],
            },
            connected_at=now,
            capturing_since=now,
            activated_at=now,
        )
    runtime.session.add(connection)
    runtime.session.flush()
    sealed = runtime.vault.seal(stand.token.encode(), FJORD, connection.id, "token")
    connection.sealed_token = sealed
    runtime.session.commit()
    stand.connection_id = connection.id
    stand.http("DELETE", "requests")


@contextmanager
def statements(stand: Bench) -> Iterator[Counter[str]]:
    """Counts the statements of a block by their first word."""
    counted: Counter[str] = Counter()
    engine = stand.runtime.host.db.engine

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted[statement.split()[0].upper()] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", note)
