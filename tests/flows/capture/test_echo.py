"""A run writes to Huma, and the host does something of its own at that moment: only what the run wrote is no news."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from huma_tripletex import planning
from huma_tripletex.models import SyncRun
from tests.flows.host_parts import Person, db, listening
from tests.flows.planning_parts import ORGANISATION
from tests.flows.syncing_parts import Desk, desk

__all__ = ["desk"]

TELEPHONE, ACCOUNT = "48111111", "12345678903"
Reaction = Callable[[Session, Person], None]


def account_of_the_same_person(_session: Session, person: Person) -> None:
    person.bank_account_number = ACCOUNT


def telephone_of_somebody_else(session: Session, _person: Person) -> None:
    session.get_one(Person, 2).phone_number = TELEPHONE


def telephone_of_somebody_else_by_a_statement(session: Session, _person: Person) -> None:
    session.execute(update(Person).where(Person.id == 2).values(phone_number=TELEPHONE))


def another_telephone(_session: Session, person: Person) -> None:
    person.phone_number = "48222222"


def reacting(react: Reaction) -> AbstractContextManager[None]:
    """Within, the host reacts when person 1 gets the telephone."""

    def listen(session: Session, *_: Any) -> None:
        for thing in list(session.dirty):
            if isinstance(thing, Person) and thing.id == 1 and str(thing.phone_number).endswith(TELEPHONE):
                react(session, thing)

    return listening(db.session, "before_flush", listen)


def run_that_writes(desk: Desk) -> SyncRun:
    """A run that takes the telephone of person 1 from Tripletex, beside somebody who is linked as well."""
    one, _ = desk.both(1), desk.both(2)
    desk.finish(desk.approve())
    desk.http("PATCH", f"employees/{one}", json={"phoneNumberMobile": TELEPHONE})
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "tripletex")
    return desk.start(plan)


def of_the_host(desk: Desk) -> list[tuple[str, list[str]]]:
    return [(entry.person_id, entry.fields) for entry in desk.entries() if entry.run_id is None]


@pytest.mark.parametrize(
    ("react", "employee", "attribute", "value"),
    [
        (account_of_the_same_person, 0, "bankAccountNumber", ACCOUNT),
        (telephone_of_somebody_else, 1, "phoneNumberMobile", TELEPHONE),
        (telephone_of_somebody_else_by_a_statement, 1, "phoneNumberMobile", TELEPHONE),
        (another_telephone, 0, "phoneNumberMobile", "48222222"),
    ],
)
def test_what_the_host_changes_as_a_run_writes_arrives(
    desk: Desk, react: Reaction, employee: int, attribute: str, value: str
) -> None:
    run = run_that_writes(desk)
    before = of_the_host(desk)
    with reacting(react):
        desk.finish(run)
    desk.drain()
    key = "bank_account_number" if attribute == "bankAccountNumber" else "phone_number"
    assert of_the_host(desk)[len(before) :] == [(str(employee + 1), [key])]
    linked = desk.links()[str(employee + 1)]
    assert str(desk.in_tripletex(linked.employee_id)[attribute]).endswith(value)


def test_what_a_run_writes_is_no_news(desk: Desk) -> None:
    run = run_that_writes(desk)
    before = of_the_host(desk)
    desk.finish(run)
    assert str(desk.read(1).phone_number).endswith(TELEPHONE)
    assert of_the_host(desk) == before


def test_whom_a_run_adds_is_no_news(desk: Desk) -> None:
    desk.employee(1)
    run = desk.approve("tripletex", add=True)
    desk.finish(run)
    assert db.session.query(Person).count() == len(desk.outcomes(run))
    assert of_the_host(desk) == []


def test_what_the_host_gives_somebody_whom_a_run_adds_arrives(desk: Desk) -> None:
    number = desk.employee(1, bankAccountNumber="")

    def listen(session: Session, *_: Any) -> None:
        for thing in session.new:
            if isinstance(thing, Person) and thing.family_name == "Family1":
                thing.bank_account_number = ACCOUNT

    with listening(db.session, "before_flush", listen):
        desk.finish(desk.approve("tripletex", add=True))
    desk.drain()
    assert [fields for _, fields in of_the_host(desk)] == [["bank_account_number"]]
    assert desk.in_tripletex(number)["bankAccountNumber"] == ACCOUNT


def test_somebody_else_whom_the_host_adds_with_them(desk: Desk) -> None:
    desk.employee(1)

    def listen(session: Session, *_: Any) -> None:
        if "Family1" in [thing.family_name for thing in session.new if isinstance(thing, Person)]:
            session.add(Person(organisation_id=int(ORGANISATION), given_name="Ola", family_name="Vikar"))

    with listening(db.session, "before_flush", listen):
        desk.finish(desk.approve("tripletex", add=True))
    other = db.session.query(Person).filter_by(family_name="Vikar").one()
    assert [(entry.person_id, entry.kind) for entry in desk.entries()] == [(str(other.id), "added")]
