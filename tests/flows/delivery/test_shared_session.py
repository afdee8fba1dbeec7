"""Several processes that need another session of the same connection at once: one makes it, all use it."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text, update

from huma_tripletex.clock import utc_now
from huma_tripletex.errors import NoAnswer
from huma_tripletex.gateway import sessions
from huma_tripletex.gateway.opening import OpenClient, keep_session, open_client
from huma_tripletex.gateway.sessions import kept_session, seal_session
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex import EmployeeTokenSession, Session
from huma_tripletex.vault import Vault, new_key
from tests.flows.host_parts import db, make_connection, make_host_app, make_tables, runtime_of
from tests.parts.processes import eventually
from tests.parts.tripletex import SimulatedTripletex, watched

CREATE = "/v2/token/session/:create"
PROCESSES = 3


@dataclass(frozen=True)
class Place:
    """What a process needs to know."""

    database_url: str
    api_url: str
    consumer_token: str
    key: str


@contextmanager
def standing(place: Place) -> Iterator[tuple[Runtime, Connection]]:
    """The runtime of one process, and the connection if there is one."""
    app = make_host_app(place.database_url, has_tables=True)
    plain = runtime_of(app)
    settings = replace(plain.settings, api_url=place.api_url, consumer_token=place.consumer_token)
    runtime = replace(plain, settings=settings, vault=Vault.from_settings(place.key), clock=utc_now)
    with app.app_context():
        yield runtime, db.session.query(Connection).one_or_none() or make_connection()
        db.session.remove()
        db.engine.dispose()


def work(place: Place, meeting: Path, threads: int) -> list[int]:
    """One process: opens its client, and when all have done so, all of its threads call at once."""
    with standing(place) as (runtime, connection), open_client(runtime, connection) as client:
        db.session.commit()
        (meeting / str(os.getpid())).touch()
        eventually(lambda: len(list(meeting.iterdir())) == PROCESSES, 120)
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda _: len(client.departments()), range(threads)))


@pytest.fixture
def company() -> Iterator[SimulatedTripletex]:
    """Slow enough for others to come while a session is being made."""
    with watched("--employees", "0", "--rate-limit", "0", "--latency", "0.2") as company:
        yield company


@pytest.fixture
def place(postgres_url: str, company: SimulatedTripletex) -> Place:
    make_tables(postgres_url)
    return Place(postgres_url, company.api_url, company.tokens()[0]["consumer_token"], new_key("k1"))


@pytest.fixture
def stand(place: Place, company: SimulatedTripletex) -> Iterator[tuple[Runtime, Connection]]:
    with standing(place) as (runtime, connection):
        token = company.token
        connection.sealed_token = runtime.vault.seal(token.encode(), "1", connection.id, "token")
        connection.token_fingerprint = runtime.vault.keyed_hash("token", token)
        db.session.commit()
        yield runtime, connection


def ended(company: SimulatedTripletex, place: Place) -> Session:
    """A session that looks alive and is over in Tripletex."""
    session = EmployeeTokenSession(place.api_url, place.consumer_token, company.token).mint(utc_now())
    httpx.delete(f"{place.api_url}/token/session/{session.token}", auth=("0", session.token)).raise_for_status()
    return session


def calls(company: SimulatedTripletex, path: str, method: str = "POST") -> int:
    return sum(row["path"].startswith(path) and row["method"] == method for row in company.requests())


@pytest.mark.parametrize("kept", [False, True])
def test_of_many_processes_one_makes_a_session(
    stand: tuple[Runtime, Connection], place: Place, company: SimulatedTripletex, tmp_path: Path, kept: bool
) -> None:
    runtime, connection = stand
    if kept:
        seal_session(runtime.vault, connection, ended(company, place))
        db.session.commit()
        company.forget_requests()
    (meeting := tmp_path / "meeting").mkdir()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        answers = [pool.submit(work, place, meeting, 4) for _ in range(PROCESSES)]
        assert [answer.result() for answer in answers] == [[1] * 4] * PROCESSES
    assert calls(company, CREATE) == 1
    assert calls(company, "/v2/token/session/", "DELETE") == 0
    statuses = [row["status"] for row in company.requests() if row["path"] == "/v2/department"]
    assert statuses.count(200) == 12
    assert PROCESSES <= statuses.count(401) <= 12 if kept else 401 not in statuses
    db.session.refresh(connection)
    assert (found := kept_session(runtime.vault, connection)) is not None
    assert httpx.get(f"{place.api_url}/department", auth=("0", found.token)).status_code == 200


def test_a_session_of_another_that_has_ended_too_is_made_anew(
    stand: tuple[Runtime, Connection], place: Place, company: SimulatedTripletex
) -> None:
    runtime, connection = stand
    seal_session(runtime.vault, connection, ended(company, place))
    with open_client(runtime, connection) as client:
        seal_session(runtime.vault, connection, ended(company, place))
        db.session.commit()
        company.forget_requests()
        assert client.departments()
    assert [row["status"] for row in company.requests()] == [401, 401, 201, 200]


def test_a_row_that_is_held_does_not_hold_up_who_needs_a_session(
    stand: tuple[Runtime, Connection], place: Place, company: SimulatedTripletex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the transaction of this very process has changed the row and waits for this call."""
    monkeypatch.setattr(sessions, "ROW", "300ms")
    runtime, connection = stand
    with open_client(runtime, connection) as client:
        db.session.commit()
        db.session.execute(update(Connection).values(failures=1))
        began = time.monotonic()
        assert client.departments()
        assert time.monotonic() - began < 3
        assert client.unkept_session
        assert keep_session(runtime, connection, client)
        db.session.commit()
    assert calls(company, CREATE) == 1
    assert calls(company, "/v2/token/session/", "DELETE") == 0


def test_a_turn_that_does_not_come_is_not_waited_for(
    stand: tuple[Runtime, Connection], place: Place, company: SimulatedTripletex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TURN", "300ms")
    runtime, connection = stand
    engine = create_engine(place.database_url)
    with engine.begin() as frozen, open_client(runtime, connection) as client:
        frozen.execute(text("SELECT pg_advisory_xact_lock(:lock, :key)"), {"lock": sessions.LOCK, "key": connection.id})
        assert client.departments()
        assert client.unkept_session
    engine.dispose()
    assert calls(company, "/v2/token/session/", "DELETE") == 1  # nobody kept it, so it was ended


@pytest.mark.parametrize("change", ["another token", "disconnected"])
def test_a_session_of_a_token_that_is_gone_does_not_reach_the_row(
    stand: tuple[Runtime, Connection], company: SimulatedTripletex, change: str
) -> None:
    runtime, connection = stand
    with open_client(runtime, connection) as client:
        if change == "disconnected":
            connection.sealed_token = None
        else:
            connection.token_fingerprint = "another"
        db.session.commit()
        assert client.departments()
    db.session.refresh(connection)
    assert connection.sealed_session is None
    assert calls(company, "/v2/token/session/", "DELETE") == 1


def test_a_failed_login_lets_the_next_have_a_turn(
    stand: tuple[Runtime, Connection], company: SimulatedTripletex
) -> None:
    runtime, connection = stand
    company.fault("drop_before", path=CREATE, times=1)
    with open_client(runtime, connection) as first, open_client(runtime, connection) as second:
        with pytest.raises(NoAnswer):
            first.departments()
        assert second.departments()
        assert first.departments()
    assert [row["status"] for row in company.requests() if row["path"] == CREATE] == [None, 201]


class TestOnSqlite:
    """There every client makes its own session; the first is kept, and the others are ended with their clients."""

    @pytest.fixture
    def place(self, sqlite_url: str, company: SimulatedTripletex) -> Place:
        make_tables(sqlite_url)
        return Place(sqlite_url, company.api_url, company.tokens()[0]["consumer_token"], new_key("k1"))

    def test_a_session_that_lost_is_ended(
        self, stand: tuple[Runtime, Connection], place: Place, company: SimulatedTripletex
    ) -> None:
        runtime, connection = stand
        first, second = open_client(runtime, connection), open_client(runtime, connection)
        assert first.departments()
        assert second.departments()
        assert self.kept(runtime, connection, first)
        won = kept_session(runtime.vault, connection)
        assert not self.kept(runtime, connection, second)
        assert second.departments()  # its own session serves it until the end
        first.close()
        second.close()
        assert calls(company, "/v2/token/session/", "DELETE") == 1
        assert won is not None
        assert httpx.get(f"{place.api_url}/department", auth=("0", won.token)).status_code == 200

    def kept(self, runtime: Runtime, connection: Connection, client: OpenClient) -> bool:
        kept = keep_session(runtime, connection, client)
        db.session.commit()
        return kept
