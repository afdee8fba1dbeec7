"""A tiny host: organisations of people, one with accounts in a table of their own; no pages, no login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Date, Dialect, ForeignKey, create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from huma_tripletex import Host, HumaTripletex, PersonModel
from huma_tripletex.core.fields import KEYS
from huma_tripletex.host.models import from_models
from huma_tripletex.models import Base, Connection, OutboxEntry, schema
from huma_tripletex.runtime import NAME, Runtime
from huma_tripletex.vault import new_key

db = SQLAlchemy()
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


class Day(TypeDecorator[date]):
    """A date that may be given as text too, as a form or an import would."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | str | None, _dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Rows(DeclarativeBase):
    metadata = db.metadata


class Person(Rows):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int]
    given_name: Mapped[str]
    family_name: Mapped[str]
    phone_number: Mapped[str | None]
    date_of_birth: Mapped[date | None]
    bank_account_number: Mapped[str | None]
    employee_id: Mapped[str | None]
    first_workday: Mapped[date | None]
    last_workday: Mapped[date | None] = mapped_column(Day)
    email: Mapped[str | None]
    on_payroll: Mapped[bool] = mapped_column(default=True)
    shoe_size: Mapped[int | None]


class Worker(Rows):
    """The main model of the other host, whose attributes are not called as their columns are."""

    __tablename__ = "worker"

    number: Mapped[str] = mapped_column("worker_no", primary_key=True)
    company: Mapped[str]
    first: Mapped[str] = mapped_column("first_name")
    last: Mapped[str] = mapped_column("last_name")
    account: Mapped[Account | None] = relationship(back_populates="worker", cascade="all, delete-orphan")


class Account(Rows):
    """Where a worker's pay goes: a table of its own, which does not know the company."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_number: Mapped[str] = mapped_column(ForeignKey("worker.worker_no"))
    number: Mapped[str | None]
    opened: Mapped[date | None]
    bank: Mapped[str | None]
    worker: Mapped[Worker] = relationship(back_populates="account")


PEOPLE = [PersonModel(model=Person, fields={key: key for key in KEYS}, email="email", takes_part="on_payroll")]
WORKERS = [
    PersonModel(
        model=Worker,
        fields={"given_name": "first", "family_name": "last"},
        person_id="number",
        organisation_id="company",
    ),
    PersonModel(
        model=Account,
        fields={"bank_account_number": "number", "first_workday": "opened"},
        person_id="worker_number",
        organisation_id="",
    ),
]


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Nudges:
    """Stands where the queue stands and remembers who was nudged; Redis itself is tested elsewhere."""

    given: list[int] = field(default_factory=list)
    url: str = ""

    def nudge(self, *connection_ids: int) -> bool:
        self.given += connection_ids
        return True


@dataclass
class Statements:
    """The statements that an engine carried out, as text."""

    texts: list[str] = field(default_factory=list)

    def listen(self, engine: Any) -> Statements:
        event.listen(engine, "before_cursor_execute", self._note)
        return self

    def _note(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.texts.append(" ".join(statement.split()))

    def clear(self) -> None:
        self.texts.clear()

    @property
    def ours(self) -> list[str]:
        return [text for text in self.texts if "huma_tripletex_" in text]


@contextmanager
def listening(target: Any, name: str, listener: Callable[..., Any], **options: Any) -> Iterator[None]:
    """Within, the host has a listener of its own."""
    event.listen(target, name, listener, **options)
    try:
        yield
    finally:
        event.remove(target, name, listener)


def make_host_app(
    database_url: str,
    models: list[PersonModel] = PEOPLE,
    clock: Clock | None = None,
    *,
    has_tables: bool = False,
    **config: Any,
) -> Flask:
    """The host with the extension mounted, and its tables made unless the database has them."""
    if not has_tables:
        make_tables(database_url)
    app = Flask("host")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database_url, SECRET_KEY="test", HUMA_TRIPLETEX_KEYS=new_key("k1"), **config
    )
    db.init_app(app)
    HumaTripletex(make_host(models)).init_app(app, clock=clock or Clock())
    return app


def make_tables(database_url: str) -> None:
    """The host's tables by `create_all`, ours by their migrations."""
    engine = create_engine(database_url)
    db.metadata.create_all(engine)
    schema.upgrade(engine)
    engine.dispose()


def empty_tables(database_url: str) -> None:
    """Nothing is left of the test before."""
    engine = create_engine(database_url)
    tables = [table for metadata in (Base.metadata, db.metadata) for table in reversed(metadata.sorted_tables)]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"TRUNCATE {', '.join(table.name for table in tables)} RESTART IDENTITY"))
        else:
            for table in tables:
                connection.execute(table.delete())
    engine.dispose()


def make_host(models: list[PersonModel]) -> Host:
    return Host(
        db=db,
        models=models,
        current_organisation=lambda: "1",
        organisation_name=lambda organisation_id: f"Organisation {organisation_id}",
        current_user=lambda: None,
        may_change_settings=lambda: True,
        settings_administrators=lambda organisation_id: [],
        send_email=lambda email: None,
        **from_models(db, models),
    )


def make_connection(organisation_id: str = "1", **values: Any) -> Connection:
    """A connection that captures and is active, unless `values` say otherwise."""
    usual: dict[str, Any] = {"state": "connected", "company_id": 1, "company_name": "Fjord AS"}
    usual |= {"owner_employee_id": 1, "owner_name": "Anna Berg", "state_since": NOON, "connected_at": NOON}
    usual |= {"capturing_since": NOON, "activated_at": NOON}
    connection = Connection(organisation_id=organisation_id, **{**usual, **values})
    db.session.add(connection)
    db.session.commit()
    return connection


def make_person(organisation_id: int = 1, **values: Any) -> Person:
    person = Person(**{"organisation_id": organisation_id, "given_name": "Kari", "family_name": "Nordmann", **values})
    db.session.add(person)
    db.session.commit()
    return person


def entries(**which: Any) -> list[OutboxEntry]:
    """All entries, oldest first, as they are in the database now."""
    db.session.expire_all()
    return list(db.session.execute(select(OutboxEntry).filter_by(**which).order_by(OutboxEntry.id)).scalars())


def forget() -> None:
    """Begins anew with an empty outbox."""
    for entry in entries():
        db.session.delete(entry)
    db.session.commit()


def runtime_of(app: Flask) -> Runtime:
    runtime: Runtime = app.extensions[NAME]
    return runtime
