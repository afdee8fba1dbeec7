"""People whose keys are not the text that the database makes of them, with values in a second model."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Dialect, ForeignKey, Integer, Uuid, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from huma_tripletex import PersonModel
from huma_tripletex.runtime import NAME
from tests.flows.host_parts import Statements
from tests.flows.own_hosts import own_host, told_in

FIVE, COMPANY = UUID(int=5), UUID(int=77)


class Prefixed(TypeDecorator[str]):
    """A UUID in the database, letters in Python."""

    impl = Uuid
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(value.removeprefix("prs_"))

    def process_result_value(self, value: UUID | None, _dialect: Dialect) -> str | None:
        return None if value is None else f"prs_{value.hex}"


class Numbered(TypeDecorator[str]):
    """A number in the database, letters in Python."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> int | None:
        return None if value is None else int(value.removeprefix("prs_"))

    def process_result_value(self, value: int | None, _dialect: Dialect) -> str | None:
        return None if value is None else f"prs_{value}"


@pytest.mark.parametrize(("kind", "key"), [(Uuid(), FIVE), (Prefixed(), f"prs_{FIVE.hex}"), (Numbered(), "prs_5")])
@pytest.mark.parametrize(("home_kind", "home"), [(Integer(), 1), (Uuid(), COMPANY), (Numbered(), "prs_1")])
def test_an_edit_of_a_second_model(database_url: str, kind: Any, key: Any, home_kind: Any, home: Any) -> None:
    db = SQLAlchemy()

    class Rows(DeclarativeBase):
        metadata = db.metadata

    class Person(Rows):
        __tablename__ = "person"
        id = mapped_column(kind, primary_key=True)
        organisation_id = mapped_column(home_kind)
        given_name: Mapped[str]

    class Account(Rows):
        __tablename__ = "account"
        id: Mapped[int] = mapped_column(primary_key=True)
        person_id = mapped_column(kind, ForeignKey("person.id"))
        number: Mapped[str | None]

    accounts = PersonModel(
        model=Account, fields={"bank_account_number": "number"}, person_id="person_id", organisation_id=""
    )
    models = [PersonModel(model=Person, fields={"given_name": "given_name"}), accounts]
    with own_host(database_url, db, models, str(home)) as app:
        db.session.add(Person(id=key, organisation_id=home, given_name="Kari"))
        db.session.flush()
        db.session.add(Account(person_id=key))
        db.session.commit()
        told_in(db)
        db.session.scalars(select(Account)).one().number = "12345678903"
        statements = Statements().listen(db.engine)
        db.session.commit()
        asks = database_url.startswith("sqlite") or not isinstance(kind, Uuid) or isinstance(home_kind, Numbered)
        assert len(statements.texts) == (3 if asks else 2)
        assert all(not text.startswith("SELECT") or "FROM person" in text for text in statements.texts)
        assert told_in(db) == [(str(key), "change", ["bank_account_number"])]
        load, write = (app.extensions[NAME].host.__dict__[name] for name in ("load_people", "write_person"))
        loaded = load(str(home), [str(key), "nobody"])
        assert loaded[str(key)].values == {"given_name": "Kari", "bank_account_number": "12345678903"}
        db.session.delete(db.session.scalars(select(Account)).one())
        db.session.commit()
        write(str(home), str(key), {"bank_account_number": "15100000072"})
        assert db.session.scalars(select(Account)).one().person_id == key


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Uuid(), (FIVE, COMPANY)),
        (Uuid(as_uuid=False), (str(FIVE), str(COMPANY))),
        (Prefixed(), (f"prs_{FIVE.hex}", f"prs_{COMPANY.hex}")),
        (Numbered(), ("prs_5", "prs_77")),
    ],
)
def test_an_upsert(database_url: str, kind: Any, keys: tuple[Any, Any]) -> None:
    db = SQLAlchemy()

    class Rows(DeclarativeBase):
        metadata = db.metadata

    class Person(Rows):
        __tablename__ = "person"
        id = mapped_column(kind, primary_key=True)
        organisation_id: Mapped[int]
        given_name: Mapped[str]

    with own_host(database_url, db, [PersonModel(model=Person, fields={"given_name": "given_name"})]):
        db.session.add(Person(id=keys[0], organisation_id=1, given_name="Kari"))
        db.session.commit()
        told_in(db)
        insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(Person)
        rows = [{"id": key, "organisation_id": 1, "given_name": "Ada"} for key in reversed(keys)]
        adding = insert.values(rows)
        db.session.execute(
            adding.on_conflict_do_update(index_elements=[Person.id], set_={"given_name": adding.excluded.given_name})
        )
        db.session.commit()
        assert sorted(told_in(db)) == sorted(
            [(str(keys[0]), "change", ["given_name"]), (str(keys[1]), "added", ["given_name"])]
        )
