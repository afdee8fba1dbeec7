"""The pages, with everything real around them but the processes: demo host, SQLite, simulated Tripletex on a socket."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from huma_tripletex import delivery, planning, syncing
from huma_tripletex.demo import create_app, db
from huma_tripletex.demo.models import SETTINGS_PERMISSION, User
from huma_tripletex.demo.seeding import seed_huma, seed_tripletex
from huma_tripletex.models import Connection, SyncPlan, SyncRun
from huma_tripletex.runtime import current_runtime
from huma_tripletex.simulator import Simulator, SimulatorServer
from tests.parts.watching import WatchedSimulator

PREFIX = "/settings/integrations"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody at a browser without JavaScript."""

    client: FlaskClient
    name: str
    token: str = field(default="", repr=False)

    def open(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(PREFIX + path, headers=headers)
        found = CSRF.search(answer.get_data(as_text=True))
        self.token = found[1] if found else self.token
        return answer

    def read(self, path: str) -> str:
        answer = self.open(path)
        assert answer.status_code == 200, (answer.status_code, answer.location)
        return answer.get_data(as_text=True)

    def send(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.client.post(PREFIX + path, data={"csrf_token": self.token, **(data or {})}, headers=headers)

    def follow(self, answer: TestResponse) -> str:
        assert answer.status_code == 303, (answer.status_code, answer.get_data(as_text=True)[:2000])
        assert answer.location is not None
        page = self.client.get(answer.location)
        assert page.status_code == 200, page.status_code
        return page.get_data(as_text=True)


@dataclass
class Office:
    """The host's application and what happens behind the pages, in this process and only when told to."""

    app: Flask
    simulator: Simulator
    url: str
    tokens: list[str]

    def visitor(self, name: str = "Anna Berg", locale: str = "en") -> Visitor:
        with self.app.app_context():
            user = db.session.scalars(select(User).where(User.name == name)).one()
            user.locale = locale
            db.session.commit()
            number = user.id
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["user"] = number
        return Visitor(client, name)

    def promoted(self, name: str) -> Visitor:
        """Somebody who has become an administrator."""
        with self.app.app_context():
            user = db.session.scalars(select(User).where(User.name == name)).one()
            assert user.role
            user.role.permissions = [SETTINGS_PERMISSION]
            db.session.commit()
        return self.visitor(name)

    def work(self) -> None:
        """What a worker does, until there is nothing left to do."""
        with self.app.app_context():
            runtime = current_runtime()
            for plan in runtime.session.scalars(select(SyncPlan.id).where(SyncPlan.state == "drafting")).all():
                planning.draft(runtime, plan)
            for run in runtime.session.scalars(select(SyncRun.id).where(SyncRun.state != "ended")).all():
                syncing.carry_out(runtime, run)
            for connection in runtime.session.scalars(select(Connection.id)).all():
                delivery.drain(runtime, connection)
            for run in runtime.session.scalars(select(SyncRun.id).where(SyncRun.state != "ended")).all():
                syncing.carry_out(runtime, run)

    def one(self, kind: type[Any], /, **which: object) -> Any:
        """The newest row of a kind, detached."""
        with self.app.app_context():
            row = db.session.scalars(select(kind).filter_by(**which).order_by(kind.id.desc())).first()
            db.session.expunge_all()
            return row


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Office]:
    """Fjord AS and Bre AS with their people, nothing connected."""
    simulator = WatchedSimulator(employees=0)
    with SimulatorServer(simulator) as server, pytest.MonkeyPatch.context() as patch:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        patch.setenv("DEMO_FOLDER", str(folder))
        app = create_app({"TRIPLETEX_API_URL": server.url, "REDIS_URL": "", "TESTING": True})
        with app.app_context():
            seed_huma()
        url = server.url.removesuffix("/v2")
        yield Office(app, simulator, url, seed_tripletex(url))
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        server.shutdown()
        assert not simulator.watch.deviations


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """The pages behind a real socket, for a browser."""
    with served(office.app) as url:
        yield url


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port, in a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def anna(office: Office) -> Visitor:
    """The administrator of Fjord AS."""
    return office.visitor()


@pytest.fixture
def connected(office: Office, anna: Visitor) -> Visitor:
    """Anna, with Tripletex connected."""
    return connect(office, anna)


@pytest.fixture
def compared(office: Office, connected: Visitor) -> Visitor:
    """Anna, with differences to settle."""
    return compare(office, connected)


@pytest.fixture
def synced(office: Office, compared: Visitor) -> Visitor:
    """Anna, after the first sync."""
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}/approval")
    answer = approve(compared, plan.id)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    office.work()
    return compared


def connect(office: Office, visitor: Visitor, token: str = "") -> Visitor:
    visitor.read("/tripletex/connection")
    visitor.follow(visitor.send("/tripletex/connection", {"token": token or office.tokens[0], "authority": "yes"}))
    return visitor


def compare(office: Office, visitor: Visitor) -> Visitor:
    visitor.read("/tripletex/connection")
    assert visitor.send("/tripletex/plans").status_code == 303
    office.work()
    return visitor


def approve(visitor: Visitor, plan_id: int) -> TestResponse:
    """Presses Sync users, and types the number if that is asked for."""
    answer = visitor.send(f"/tripletex/plans/{plan_id}/approval")
    if answer.status_code == 422:
        asked = re.search(r"(?:Type the number|Skriv tallet) (\d+)", answer.get_data(as_text=True))
        assert asked
        answer = visitor.send(f"/tripletex/plans/{plan_id}/approval", {"confirm": asked[1]})
    return answer
