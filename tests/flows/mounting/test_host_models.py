"""The working defaults for hosts whose people are SQLAlchemy models: list, load, write and add, in few statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Date, Integer, String, Uuid
from sqlalchemy.types import TypeDecorator

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.people import HostPerson
from huma_tripletex.host.models import PeopleFunctions, from_models
from huma_tripletex.host.values import as_text, from_text
from tests.flows.host_parts import (
    PEOPLE,
    WORKERS,
    Account,
    Clock,
    Person,
    Statements,
    Worker,
    db,
    make_host_app,
    make_person,
)

NOBODY_YET = dict.fromkeys(KEYS)


@pytest.fixture
def people(host_app: Flask) -> PeopleFunctions:
    return from_models(db, PEOPLE)


@pytest.fixture
def workers(host_url: str) -> Iterator[PeopleFunctions]:
    app = make_host_app(host_url, WORKERS, Clock(), has_tables=True)
    with app.app_context():
        yield from_models(db, WORKERS)
        db.session.remove()
        db.engine.dispose()


def test_listing_gives_values_as_text(people: PeopleFunctions) -> None:
    kari = make_person(date_of_birth=date(1990, 5, 17), email="kari@example.com", employee_id="007", on_payroll=False)
    make_person(organisation_id=2)
    names = {"given_name": "Kari", "family_name": "Nordmann", "date_of_birth": "1990-05-17", "employee_id": "007"}
    expected = HostPerson(str(kari.id), {**NOBODY_YET, **names}, "kari@example.com", takes_part=False)
    assert list(people["list_people"]("1")) == [expected]
    assert people["load_people"]("1", [str(kari.id)]) == {str(kari.id): expected}


def test_loading_gives_those_who_exist_in_the_organisation(people: PeopleFunctions) -> None:
    kari, elsewhere = make_person(), make_person(organisation_id=2)
    asked = [str(kari.id), str(elsewhere.id), "999", "nonsense"]
    assert list(people["load_people"]("1", asked)) == [str(kari.id)]
    assert people["load_people"]("nonsense", asked) == {}
    assert list(people["list_people"]("nonsense")) == []


@pytest.mark.parametrize("crowd", [1, 300])
def test_one_statement_however_many_people(people: PeopleFunctions, statements: Statements, crowd: int) -> None:
    db.session.add_all([Person(organisation_id=1, given_name="A", family_name="B") for _ in range(crowd)])
    db.session.commit()
    statements.clear()
    everybody = list(people["list_people"]("1"))
    assert len(people["load_people"]("1", [person.id for person in everybody])) == crowd
    assert len(statements.texts) == 2


def test_writing_puts_dates_and_nothing(people: PeopleFunctions) -> None:
    kari = make_person(phone_number="1")
    people["write_person"]("1", str(kari.id), {"phone_number": None, "first_workday": "2026-02-01", "employee_id": "7"})
    db.session.commit()
    assert (kari.phone_number, kari.first_workday, kari.employee_id) == (None, date(2026, 2, 1), "7")
    assert kari.given_name == "Kari"


def test_writing_to_somebody_who_is_gone_or_elsewhere(people: PeopleFunctions) -> None:
    elsewhere = make_person(organisation_id=2)
    for person_id in ("999", str(elsewhere.id), "nonsense"):
        with pytest.raises(LookupError):
            people["write_person"]("1", person_id, {"phone_number": "1"})


def test_a_value_that_a_column_cannot_hold(people: PeopleFunctions) -> None:
    kari = make_person()
    with pytest.raises(ValueError, match="isoformat"):
        people["write_person"]("1", str(kari.id), {"first_workday": "soon"})


def test_adding(people: PeopleFunctions) -> None:
    values = {"given_name": "Ola", "family_name": "Nordmann", "date_of_birth": "1990-05-17"}
    person_id = people["add_person"]("1", values, "ola@example.com")
    db.session.commit()
    assert people["load_people"]("1", [person_id])[person_id] == HostPerson(
        person_id, {**NOBODY_YET, **values}, "ola@example.com"
    )


def test_people_in_several_models(workers: PeopleFunctions) -> None:
    with_account = Worker(number="017", company="A", first="Kari", last="Nordmann")
    with_account.account = Account(number="12345678903", opened=date(2020, 1, 1))
    db.session.add_all([with_account, Worker(number="018", company="A", first="Ola", last="Nordmann")])
    db.session.commit()
    found = workers["load_people"]("A", ["017", "018"])
    account = {"bank_account_number": "12345678903", "first_workday": "2020-01-01"}
    assert found["017"].values == {"given_name": "Kari", "family_name": "Nordmann", **account}
    assert found["018"].values == {"given_name": "Ola", "family_name": "Nordmann"}
    assert len(list(workers["list_people"]("A"))) == 2


def test_writing_to_several_models(workers: PeopleFunctions) -> None:
    db.session.add(Worker(number="017", company="A", first="Kari", last="Nordmann"))
    db.session.commit()
    for number in ("1", "2"):
        workers["write_person"]("A", "017", {"given_name": "Karin", "bank_account_number": number})
        db.session.commit()
    (account,) = db.session.query(Account).all()
    assert (account.worker_number, account.number) == ("017", "2")
    assert db.session.get_one(Worker, "017").first == "Karin"


def test_what_columns_hold_as_text_and_back() -> None:
    class Day(TypeDecorator[date]):
        impl = Date
        cache_ok = True

    number = uuid4()
    for kind, value, written in (
        (String(), "x", "x"),
        (Integer(), 7, "7"),
        (Date(), date(2026, 1, 2), "2026-01-02"),
        (Day(), date(2026, 1, 2), "2026-01-02"),
        (Uuid(), UUID(str(number)), str(number)),
        (Date(), None, None),
    ):
        assert as_text(value) == written
        assert from_text(kind, written) == value
    assert as_text(datetime(2026, 1, 2, 13, 0)) == "2026-01-02"
