"""The tiny host with the extension really mounted, a simulated Tripletex in the same process, and a mailbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy import select, text

from huma_tripletex import delivery, planning, syncing
from huma_tripletex.delivery import Clients
from huma_tripletex.host.port import Email, HostUser
from huma_tripletex.models import OutboxEntry, PersonLink, SyncPlan, SyncResult, SyncRun
from huma_tripletex.runtime import NAME
from huma_tripletex.simulator import CONSUMER_TOKEN, create_simulator
from huma_tripletex.task_queue import TaskQueue
from tests.flows.host_parts import Clock, Person, db, make_host_app, runtime_of
from tests.flows.planning_parts import ANNA, ORGANISATION, SEEDS, Stand, facts
from tests.flows.published_line import PublishedLine

DATES = ("date_of_birth", "first_workday", "last_workday")


@dataclass
class Desk(Stand):
    """What a test of runs may use. People are rows of the host; what is captured is really captured."""

    app: Flask = field(default=None)  # type: ignore[assignment]
    mails: list[Email] = field(default_factory=list)
    administrators: list[HostUser] = field(default_factory=lambda: [ANNA])
    mail_is_down: bool = False
    clients: Clients = field(default_factory=Clients)

    def person(self, number: int, **values: Any) -> Person:  # type: ignore[override]
        """Somebody in Huma, like nobody else, complete unless told otherwise."""
        row = Person(id=number, organisation_id=int(ORGANISATION), **_typed({**facts(number), **values}))
        db.session.add(row)
        if db.engine.dialect.name == "postgresql":  # whoever is added later gets a number of their own
            db.session.execute(text("SELECT setval('person_id_seq', (SELECT max(id) FROM person))"))
        db.session.commit()
        return row

    def change(self, number: int, **values: Any) -> None:
        """An edit anywhere in the host."""
        person = db.session.get_one(Person, number)
        for key, value in _typed(values).items():
            setattr(person, key, value)
        db.session.commit()

    def both(self, number: int, **tripletex: Any) -> int:
        """Somebody in both systems, who differs in Tripletex by `tripletex`."""
        self.person(number)
        return self.employee(number, **tripletex)

    def read(self, number: int) -> Person:
        return db.session.get_one(Person, number, populate_existing=True)

    def in_tripletex(self, employee_id: int) -> dict[str, Any]:
        (row,) = [row for row in self.http("GET", "employees") if row["id"] == employee_id]
        return dict(row)

    def named(self, family_name: str) -> list[dict[str, Any]]:
        return [row for row in self.http("GET", "employees") if row["lastName"] == family_name]

    def approve(self, prefer: str = "huma", *, add: bool = False, by: HostUser | None = ANNA) -> SyncRun:
        """A run of a new plan in which one side wins, ready to be carried out. `add`: everybody is added to the other
        side, also the owners of the tokens, who are employees in Tripletex.
        """
        plan = self.plan()
        planning.choose_for_all(self.runtime, plan, prefer)
        for kind in ("only_in_huma", "only_in_tripletex"):
            planning.choose_everybody(self.runtime, plan, kind, "add" if add else None)
        self.session.commit()
        return self.start(plan, by)

    def start(self, plan: SyncPlan, by: HostUser | None = ANNA) -> SyncRun:
        self.session.commit()  # what was chosen: a request of its own
        try:
            run = planning.approve(self.runtime, plan, by, link="https://huma.example/tripletex/runs/1")
        except planning.NeedsConfirmation as asked:
            self.session.rollback()
            run = planning.approve(
                self.runtime, plan, by, link="https://huma.example/tripletex/runs/1", typed=asked.to_type
            )
        self.session.commit()
        return run

    def carry_out(self, run: SyncRun, **how: Any) -> bool:
        return syncing.carry_out(self.runtime, run.id, **how)

    def drain(self) -> None:
        delivery.drain(self.runtime, self.connection().id, clients=self.clients)

    def finish(self, run: SyncRun) -> SyncRun:
        """Hands over, delivers and takes in, as a worker does."""
        self.carry_out(run)
        self.drain()
        assert self.carry_out(run), "the run has not ended"
        return self.session.get_one(SyncRun, run.id, populate_existing=True)

    def result(self, run: SyncRun, number: int) -> SyncResult:
        """What came of a person."""
        chosen = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.person_id == str(number))
        return self.session.scalars(chosen.execution_options(populate_existing=True)).one()

    def outcomes(self, run: SyncRun) -> list[str]:
        chosen = select(SyncResult.outcome).where(SyncResult.run_id == run.id).order_by(SyncResult.position)
        return list(self.session.scalars(chosen))

    def links(self) -> dict[str, PersonLink]:
        chosen = select(PersonLink).execution_options(populate_existing=True)
        return {link.person_id: link for link in self.session.scalars(chosen)}

    def entries(self) -> list[OutboxEntry]:
        chosen = select(OutboxEntry).order_by(OutboxEntry.id)
        return list(self.session.scalars(chosen.execution_options(populate_existing=True)))


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    from datetime import date

    return {key: date.fromisoformat(value) if key in DATES and value else value for key, value in values.items()}


def desk_on(url: str, *, has_tables: bool = False, config: Mapping[str, Any] = {}, **settings: Any) -> Iterator[Desk]:
    """A desk. `config`: of the host's application; `settings`: of ours."""
    clock = Clock()
    app = make_host_app(url, clock=clock, has_tables=has_tables, **config)
    simulator = create_simulator(employees=0, clock=clock, seed=next(SEEDS), rate_limit=0)
    plain = runtime_of(app)
    desk = Desk(plain, clock, simulator, app=app)  # type: ignore[arg-type]

    def send(email: Email) -> None:
        if desk.mail_is_down:
            raise ConnectionRefusedError("no mail server")
        desk.mails.append(email)

    host = replace(plain.host, send_email=send, settings_administrators=lambda _: desk.administrators)
    addresses = {"api_url": "http://simulator/v2", "consumer_token": CONSUMER_TOKEN}
    desk.runtime = app.extensions[NAME] = replace(
        plain,
        settings=replace(plain.settings, **addresses, **settings),
        host=host,
        queue=TaskQueue(""),
        transport=PublishedLine(httpx.WSGITransport(app=simulator)),
    )
    with app.app_context():
        yield desk
        desk.clients.close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def desk(tables_url: str) -> Iterator[Desk]:
    """On each of the two databases."""
    yield from desk_on(tables_url, has_tables=True)


@pytest.fixture
def quick_desk(sqlite_tables_url: str) -> Iterator[Desk]:
    """On SQLite, for what does not depend on the database."""
    yield from desk_on(sqlite_tables_url, has_tables=True)
