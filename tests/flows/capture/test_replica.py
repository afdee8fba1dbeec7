"""Hosts whose sessions read from a replica, which takes no writes and no locks, and is a little behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, has_request_context, request
from flask_sqlalchemy.session import Session as HostSession
from sqlalchemy import create_engine, delete, event, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from huma_tripletex import record_change
from huma_tripletex.models import OutboxEntry
from huma_tripletex.outbox import claim, clock, figures, settle, sweep, withdraw
from tests.flows.host_parts import NOON, Person, db, empty_tables, make_connection, make_host_app, make_person
from tests.flows.syncing_parts import Desk, desk_on

READ_ONLY = {"options": "-c default_transaction_read_only=on"}
NEW = {"organisation_id": 1, "given_name": "Ola", "family_name": "Berg", "on_payroll": True}
Way = Callable[[Session], object]


def strictly(session: Any, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
    """As SQLAlchemy's documentation does it."""
    if bind is None and not (session._flushing or isinstance(clause, UpdateBase)):
        return session._db.engines["replica"]
    return HostSession.get_bind(session, mapper, clause, bind, **more)


def as_documented(session: Any, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
    """As docs/mounting.md asks for it."""
    writes = session._flushing or isinstance(clause, UpdateBase)
    if bind is None and not writes and has_request_context() and request.blueprint != "huma_tripletex":
        return session._db.engines["replica"]
    return HostSession.get_bind(session, mapper, clause, bind, **more)


def route(monkeypatch: pytest.MonkeyPatch, get_bind: Any) -> None:
    monkeypatch.setattr(db.session.session_factory.class_, "get_bind", get_bind, raising=False)


@pytest.fixture
def host(host_postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    empty_tables(host_postgresql_url)
    binds = {"replica": {"url": host_postgresql_url, "connect_args": READ_ONLY}}
    app = make_host_app(host_postgresql_url, has_tables=True, SQLALCHEMY_BINDS=binds)
    with app.app_context():
        make_connection()
        make_person(phone_number="91234567")
        _committed()
        db.session.remove()
        route(monkeypatch, strictly)
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _committed() -> list[tuple[str, str, list[str]]]:
    """Entries that the leader has; afterwards there is none."""
    with db.engines[None].begin() as connection:
        found = connection.execute(select(OutboxEntry.person_id, OutboxEntry.kind, OutboxEntry.fields)).all()
        connection.execute(delete(OutboxEntry))
    return [(person, kind, fields) for person, kind, fields in found]


def by_flush(session: Session) -> None:
    session.get_one(Person, 1).phone_number = "22334455"


CHANGES: dict[str, Way] = {
    "flush": by_flush,
    "update": lambda session: session.execute(update(Person).where(Person.id == 1).values(phone_number="22334455")),
    "bulk": lambda session: session.bulk_update_mappings(Person.__mapper__, [{"id": 1, "phone_number": "22334455"}]),
    "upsert": lambda session: session.execute(
        upsert(Person).values(id=1, **NEW).on_conflict_do_update(index_elements=["id"], set_={"phone_number": "1"})
    ),
    "told": lambda _session: record_change(1, "phone_number", organisation_id=1),
}


@pytest.mark.parametrize("way", CHANGES)
def test_a_change_is_captured_where_it_is_written(host: Flask, way: str) -> None:
    CHANGES[way](db.session())
    db.session.commit()
    assert _committed() == [("1", "change", ["phone_number"])]


@pytest.mark.parametrize("way", CHANGES)
def test_its_entry_is_in_the_same_transaction(host: Flask, way: str) -> None:
    CHANGES[way](db.session())
    db.session.flush()
    db.session.rollback()
    assert _committed() == []


def test_moves_deletions_and_additions(host: Flask) -> None:
    db.session.execute(update(Person).where(Person.id == 1).values(organisation_id=2))
    db.session.commit()
    assert _committed() == [("1", "change", [])]
    db.session.execute(insert(Person).values(**NEW))
    db.session.commit()
    ((number, kind, _),) = _committed()
    assert kind == "added"
    db.session.execute(delete(Person).where(Person.id == int(number)))
    db.session.commit()
    assert _committed() == [(number, "change", [])]


def test_the_outbox_is_where_it_is_written(host: Flask) -> None:
    """Nothing of a worker's own round asks the replica."""
    asked: list[str] = []
    event.listen(db.engines["replica"], "before_cursor_execute", lambda _c, _cursor, text, *_: asked.append(text))
    session, later, until = db.session(), NOON + timedelta(seconds=5), NOON + timedelta(minutes=5)
    CHANGES["update"](session)
    session.commit()
    connection_id = 1
    assert sweep.due_connections(session, later) == [connection_id]
    (claimed,) = claim.claim(session, connection_id, later, until, "token", 10)
    session.commit()
    assert settle.extend(session, "token", until) == 1
    assert settle.held(session, "token", ["1"]) == {"1"}
    assert withdraw.not_ended(session, connection_id) == list(claimed.entry_ids)
    assert withdraw.withdraw_undone(session, 17, None, later)
    assert figures.figures(session, connection_id, later).in_flight == 1
    assert clock.tell(session)
    delivered = settle.Settlement(
        connection_id=connection_id, person_id="1", entry_ids=claimed.entry_ids, outcome="delivered"
    )
    assert settle.settle(session, "token", [delivered], later).entries == 1
    assert sweep.release_expired(session, until) == 0
    assert sweep.prune(session, until) == 1
    session.commit()
    assert asked == []


@pytest.fixture
def routed(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for desk in desk_on(postgres_url):
        db.engines["replica"] = create_engine(postgres_url, connect_args=READ_ONLY)
        route(monkeypatch, as_documented)
        yield desk
        db.session.remove()
        db.engines["replica"].dispose()


def test_a_host_that_is_routed_as_documented(routed: Desk) -> None:
    employee = routed.both(1, phone_number="49999999")
    routed.finish(routed.approve())
    db.session.remove()
    with routed.app.test_request_context("/people/1"):
        person = db.session.get_one(Person, 1)
        assert db.session.connection().engine is db.engines["replica"]
        person.phone_number = "48111111"
        db.session.commit()
    routed.drain()
    assert routed.in_tripletex(employee)["phoneNumberMobile"] == "48111111"
