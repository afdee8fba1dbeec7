"""A worker ends while Tripletex is silent: whoever comes next knows that what was sent may still be carried out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from huma_tripletex.core.doubt import HANGS, UNANSWERED
from huma_tripletex.delivery import Clients, drain
from huma_tripletex.outbox.sweep import release_expired
from tests.flows.delivery_parts import Bench
from tests.flows.late_line import HANGING, LATE, goes_on, late_bench, line_of, new
from tests.parts.processes import eventually

ENOUGH = 20


@pytest.fixture
def stand(postgres_url: str) -> Iterator[Bench]:
    with late_bench(postgres_url) as made:
        yield made


@contextmanager
def a_worker_that_ends(stand: Bench) -> Iterator[None]:
    """One that has sent something, and never settles it."""

    def work() -> None:
        with stand.app.app_context():
            drain(stand.runtime, stand.connection_id, clients=Clients())

    worker = threading.Thread(target=work)
    worker.start()
    assert line_of(stand).reached.wait(ENOUGH)
    yield
    release_expired(stand.session(), stand.clock() + timedelta(hours=1))
    stand.session.commit()
    line_of(stand).given_up.set()
    worker.join()


def waits(stand: Bench, person: str = "p0") -> float:
    """For so many seconds from now, what was sent may be carried out."""
    stand.session.rollback()
    link = stand.link_of(person)
    assert link
    return (link.doubt_until - stand.clock()).total_seconds() if link.doubt_until else 0


def hangs(stand: Bench) -> None:
    """As the worker's signs of life say of everybody whose answer is awaited."""
    stand.clock.forward(HANGS)
    eventually(lambda: all(waits(stand, person) == UNANSWERED for person in stand.people), ENOUGH)


@pytest.mark.parametrize(("path", "people"), [("/v2/employee", 1), ("/v2/employee/list", 3)])
def test_nobody_is_made_twice(stand: Bench, path: str, people: int) -> None:
    line_of(stand).hold("POST", path, HANGING)
    new(stand, *(f"p{number}" for number in range(people)))
    with a_worker_that_ends(stand):
        hangs(stand)
    goes_on(stand, LATE)
    assert stand.named("Nordmann") == []

    assert line_of(stand).let_go() == 201
    goes_on(stand, 30)
    assert len(stand.named("Nordmann")) == people
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_no_employment_is_begun_twice(stand: Bench) -> None:
    number = stand.linked("p0", last_workday="2021-12-31")
    line_of(stand).hold("POST", "/v2/employee/employment", HANGING)
    stand.edit("p0", first_workday="2026-01-01", last_workday=None)
    with a_worker_that_ends(stand):
        hangs(stand)
    goes_on(stand, LATE)
    assert line_of(stand).let_go() == 201
    goes_on(stand, 30)
    assert [one["startDate"] for one in stand.employee(number)["employments"]] == ["2020-01-01", "2026-01-01"]
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_what_was_edited_back_meanwhile_stays(stand: Bench) -> None:
    number = stand.linked("p0")
    line_of(stand).hold("PUT", f"/v2/employee/{number}", HANGING)
    stand.edit("p0", phone_number="41000001")
    with a_worker_that_ends(stand):
        hangs(stand)
        stand.edit("p0", phone_number="91234567")
    goes_on(stand, LATE)
    assert line_of(stand).let_go() == 200
    goes_on(stand, 30)
    assert stand.employee(number)["phoneNumberMobile"].endswith("91234567")
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_whoever_has_just_been_asked_for_is_not_waited_for(stand: Bench) -> None:
    """After a crash, work goes on as soon as the lease has run out."""
    line_of(stand).hold("POST", "/v2/employee", HANGING)
    new(stand, "p0")
    with a_worker_that_ends(stand):
        stand.clock.forward(HANGS - 1)
    goes_on(stand, 30)
    assert len(stand.named("Nordmann")) == 1
