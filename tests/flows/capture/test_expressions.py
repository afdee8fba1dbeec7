"""Values that the database computes are captured, whoever set them and however late in a flush."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Connection
from tests.flows.host_parts import (
    WORKERS,
    Account,
    Clock,
    Person,
    Worker,
    db,
    entries,
    forget,
    listening,
    make_connection,
    make_host_app,
    make_person,
)


@pytest.fixture
def people(connection: Connection) -> list[Person]:
    """Two people whose being added is forgotten already."""
    people = [make_person(phone_number="1", shoe_size=40) for _ in range(2)]
    forget()
    return people


def told() -> list[tuple[str, str, list[str]]]:
    return [(entry.kind, entry.person_id, entry.fields) for entry in entries()]


def test_set_by_a_listener_to_the_session_after_ours(people: list[Person]) -> None:
    def listen(session: Any, *_: Any) -> None:
        for person in session.dirty:
            person.phone_number = func.upper("a")

    with listening(db.session, "before_flush", listen):
        people[0].shoe_size = 41
        db.session.commit()
    assert told() == [("change", str(people[0].id), ["phone_number"])]


@pytest.mark.parametrize("when", ["before_update", "before_insert"])
def test_set_by_a_listener_to_the_model(people: list[Person], when: str) -> None:
    def listen(_mapper: Any, _connection: Any, person: Person) -> None:
        person.phone_number = func.upper("a")

    with listening(Person, when, listen):
        people[0].shoe_size = 41
        db.session.add(Person(organisation_id=3, given_name="A", family_name="B"))
        db.session.commit()
    assert told() == ([("change", str(people[0].id), ["phone_number"])] if when == "before_update" else [])


def test_only_of_whom_it_was_set(people: list[Person]) -> None:
    db.session.expire_all()
    people[0].given_name = func.upper(Person.given_name)
    people[1].phone_number = "2"
    db.session.commit()
    assert sorted(told()) == sorted(
        [("change", str(people[0].id), ["given_name"]), ("change", str(people[1].id), ["phone_number"])]
    )


def test_whether_somebody_takes_part(people: list[Person]) -> None:
    people[0].on_payroll = select(func.count() == 0).select_from(Person).scalar_subquery()  # type: ignore[assignment]
    db.session.commit()
    assert told() == [("change", str(people[0].id), list(KEYS))]


@pytest.fixture
def worker(host_url: str) -> Iterator[Worker]:
    app = make_host_app(host_url, WORKERS, Clock(), has_tables=True)
    with app.app_context():
        make_connection("A")
        worker = Worker(number="017", company="A", first="Kari", last="Nordmann")
        db.session.add(worker)
        db.session.commit()
        forget()
        yield worker
        db.session.remove()
        db.engine.dispose()


def test_in_a_new_row_and_in_an_old_one_of_another_model(worker: Worker) -> None:
    worker.account = Account(number=func.upper("a"))
    db.session.commit()
    worker.account.number = func.upper("b")
    db.session.commit()
    worker.first = func.upper("c")
    db.session.commit()
    assert told() == [("change", "017", [field]) for field in ("bank_account_number",) * 2 + ("given_name",)]
