"""People who are a base class and a class derived from it, in a table each or in the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, delete, func, insert, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from huma_tripletex import PersonModel
from huma_tripletex.capture import UncapturedChange
from huma_tripletex.errors import ConfigurationError
from tests.flows.host_parts import Statements
from tests.flows.own_hosts import mount, own_host, told_in

BASE = {"given_name": "given_name", "phone_number": "phone"}
SUB = {"bank_account_number": "account"}
PHONE, ACCOUNT = "phone_number", "bank_account_number"


class Family:
    """The two classes, and one employee of organisation 1."""

    def __init__(self, joined: bool) -> None:
        self.db = db = SQLAlchemy()

        class Rows(DeclarativeBase):
            metadata = db.metadata

        class Person(Rows):
            __tablename__ = "person"
            __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "person"}
            id: Mapped[int] = mapped_column(primary_key=True)
            organisation_id: Mapped[int]
            given_name: Mapped[str]
            phone: Mapped[str | None]
            kind: Mapped[str]

        class Employee(Person):
            if joined:
                __tablename__ = "employee"
                id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
            __mapper_args__: ClassVar = {"polymorphic_identity": "employee"}
            account: Mapped[str | None] = mapped_column("account_no", nullable=True)

        self.person: Any = Person
        self.employee: Any = Employee

    def models(self, shape: str) -> list[PersonModel]:
        if shape == "the derived class alone":
            return [PersonModel(model=self.employee, fields=BASE | SUB)]
        person = PersonModel(model=self.person, fields=BASE)
        if shape == "one class twice":
            whole = PersonModel(model=self.employee, fields=BASE)
            return [whole, PersonModel(model=self.employee, fields=SUB, organisation_id="")]
        return [person, PersonModel(model=self.employee, fields=SUB, organisation_id="")]

    def execute(self, statement: Any, *rows: Any) -> None:
        self.db.session.execute(statement, *rows)

    def on_a_connection(self, statement: Any) -> None:
        self.db.session.commit()
        with self.db.engine.begin() as connection:
            connection.execute(statement)

    def told(self) -> list[tuple[str, str, list[str]]]:
        self.db.session.commit()
        return told_in(self.db)


SHAPES = ["base and derived", "the derived class alone", "one class twice"]


@pytest.fixture(params=[f"{shape}, {tables}" for shape in SHAPES for tables in ("two tables", "one table")])
def family(request: pytest.FixtureRequest, database_url: str) -> Iterator[Family]:
    shape, tables = request.param.split(", ")
    family = Family(joined=tables == "two tables")
    with own_host(database_url, family.db, family.models(shape)):
        family.db.session.add(family.employee(organisation_id=1, given_name="Kari", phone="1", account="1"))
        found = family.told()
        assert ("1", "added", ["given_name", PHONE, ACCOUNT]) in found
        yield family


def changes(family: Family) -> list[tuple[str, Callable[[], Any], set[str]]]:
    """How the employee is changed, and which fields."""
    person, employee, session = family.person, family.employee, family.db.session
    of_person, of_employee = person.__table__, employee.__table__
    kari = session.get_one(person, 1)
    base, sub = update(of_person).where(of_person.c.id == 1), update(of_employee).where(of_employee.c.id == 1)
    both = {"id": 1, "phone": "9", "account": "9"}
    return [
        ("flush base", lambda: setattr(kari, "phone", "2"), {PHONE}),
        ("flush derived", lambda: setattr(kari, "account", "2"), {ACCOUNT}),
        ("flush base, expired", lambda: setattr(kari, "phone", "3"), {PHONE}),
        ("expression", lambda: setattr(kari, "account", func.upper("x")), {ACCOUNT}),
        ("session base", lambda: family.execute(update(person).where(person.id == 1).values(phone="4")), {PHONE}),
        (
            "session derived",
            lambda: family.execute(update(employee).where(employee.id == 1).values(account="4")),
            {ACCOUNT},
        ),
        ("session, table of base", lambda: family.execute(base.values(phone="5")), {PHONE}),
        ("session, table of derived", lambda: family.execute(sub.values(account_no="5")), {ACCOUNT}),
        ("connection base", lambda: family.on_a_connection(base.values(phone="6")), {PHONE}),
        ("connection derived", lambda: family.on_a_connection(sub.values(account_no="6")), {ACCOUNT}),
        ("by key", lambda: family.execute(update(employee), [both]), {PHONE, ACCOUNT}),
        ("legacy", lambda: session.bulk_update_mappings(employee, [both | {"phone": "8"}]), {PHONE, ACCOUNT}),
        ("nothing supported", lambda: family.execute(base.values(kind="employee")), set()),
    ]


def test_every_way_to_change_either(family: Family) -> None:
    missed = {}
    for name, change, expected in changes(family):
        change()
        found = family.told()
        fields = {key for person, kind, keys in found if (person, kind) == ("1", "change") for key in keys}
        if not expected <= fields or (expected and name != "by key" and name != "legacy" and fields != expected):
            missed[name] = found
    assert missed == {}


def test_one_statement_more(family: Family) -> None:
    kari = family.db.session.get_one(family.person, 1)
    family.db.session.commit()
    assert kari.phone
    kari.phone, kari.account = "2", "2"
    statements = Statements().listen(family.db.engine)
    family.db.session.commit()
    assert len(statements.ours) == 1
    assert not [text for text in statements.texts if text.startswith("SELECT")]


def test_moving_somebody_who_was_not_read_again(family: Family) -> None:
    kari = family.db.session.get_one(family.person, 1)
    family.db.session.commit()
    kari.organisation_id = 2
    assert ("1", "change", []) in family.told()
    family.execute(update(family.person).values(organisation_id=1))
    assert any(kind == "added" for _, kind, _ in family.told())


def test_deleting(family: Family) -> None:
    family.db.session.delete(family.db.session.get_one(family.person, 1))
    assert ("1", "change", []) in family.told()


def test_deleting_by_statement(family: Family) -> None:
    if family.employee.__table__ is not family.person.__table__:
        family.execute(delete(family.employee))
        assert {person for person, _, _ in family.told()} == {"1"}
    family.execute(delete(family.person))
    assert ("1", "change", []) in family.told()


def test_inserting_by_statement_is_captured_or_warned_of(family: Family) -> None:
    row = {"id": 7, "organisation_id": 1, "given_name": "Ola", "account": "7"}
    if family.employee.__table__ is family.person.__table__:
        family.execute(insert(family.employee), [row])
        assert ("7", "added") in {told[:2] for told in family.told()}
    else:
        with pytest.warns(UncapturedChange, match="this changes person"):
            family.execute(insert(family.employee), [row])


def test_classes_apart_on_one_table_are_refused(sqlite_url: str) -> None:
    family = Family(joined=False)

    class Rows(DeclarativeBase):
        metadata = family.db.metadata

    class Payee(Rows):
        __table__ = family.person.__table__

    models = [PersonModel(model=family.person, fields=BASE), PersonModel(model=Payee, fields={ACCOUNT: "account_no"})]
    with pytest.raises(ConfigurationError, match="Person and Payee are both kept in the table person, but as classes"):
        mount(sqlite_url, family.db, models)


def test_one_table_that_is_of_two_people_is_refused(sqlite_url: str) -> None:
    family = Family(joined=False)
    boss = PersonModel(model=family.employee, fields=SUB, person_id="kind")
    with pytest.raises(ConfigurationError, match="but id and kind are not the same person"):
        mount(sqlite_url, family.db, [*family.models("one class twice"), boss])
