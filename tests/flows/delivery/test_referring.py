"""Divisions and departments come and go in Tripletex after connecting: new people get the only one there is, and where
somebody has to choose, that is what is said, and not that the people are gone.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from huma_tripletex.core.fields import KEYS
from huma_tripletex.simulator.catalogue import blank
from tests.flows.delivery_parts import Bench, bench

POST, POST_ALL, POST_EMPLOYMENT = "POST /employee", "POST /employee/list", "POST /employee/employment"
PUT_EMPLOYMENT, DIVISIONS, DEPARTMENTS = "PUT /employee/employment/{id}", "GET /division", "GET /department"


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def added(stand: Bench, model: str) -> int:
    company = stand.simulator.world.companies[0]
    number = company.new_id(model)
    company.put(model, blank(model, id=number, name="Drift", organizationNumber="123456789"))
    return number


def removed(stand: Bench, model: str, number: int) -> None:
    stand.simulator.world.companies[0].drop(model, number)


def configured(stand: Bench, **options: int) -> None:
    stand.connection.options = {**stand.connection.options, **options}
    stand.session.commit()


def known(stand: Bench, **facts: list[int]) -> None:
    """What was read of the company when it was connected."""
    rows = {name: [{"id": number, "name": "Drift"} for number in numbers] for name, numbers in facts.items()}
    stand.connection.company_facts = {**stand.connection.company_facts, **rows}
    stand.session.commit()


def approved(stand: Bench, *people: str) -> None:
    for person_id in people:
        stand.person(person_id, employee_id=person_id.replace("p", "10"))
        stand.approve(person_id, *KEYS, kind="create")


def outcomes(stand: Bench) -> set[tuple[str, str]]:
    return {(entry.state, entry.reason) for entry in stand.entries()}


def divisions_of(stand: Bench) -> list[int]:
    return [period["division"]["id"] for row in stand.named("Nordmann") for period in row["employments"]]


def test_the_only_division_is_taken_although_it_was_added_since_connecting(stand: Bench) -> None:
    division = added(stand, "Division")
    approved(stand, "p1")
    stand.drain()
    assert stand.calls() == [POST, POST_EMPLOYMENT, DIVISIONS, POST_EMPLOYMENT]
    assert (outcomes(stand), divisions_of(stand)) == ({("done", "")}, [division])
    assert [one["id"] for one in stand.connection.company_facts["divisions"]] == [division]

    stand.http("DELETE", "requests")
    approved(stand, "p2")
    stand.drain()
    assert stand.calls() == [POST, POST_EMPLOYMENT], "it is known now"


def test_a_correction_takes_it_too(stand: Bench) -> None:
    number = stand.linked("p1")
    division = added(stand, "Division")
    stand.edit("p1", first_workday="2020-02-01")
    stand.drain()
    assert stand.calls() == [PUT_EMPLOYMENT, DIVISIONS, PUT_EMPLOYMENT]
    assert stand.employee(number)["employments"][0]["division"]["id"] == division


def test_one_of_several_divisions_is_chosen_by_somebody(stand: Bench) -> None:
    numbers = [added(stand, "Division") for _ in range(2)]
    approved(stand, "p1")
    stand.drain()
    assert outcomes(stand) == {("parked", "division_missing")}
    assert [one["id"] for one in stand.connection.company_facts["divisions"]] == numbers


@pytest.mark.parametrize("chosen", [True, False])
def test_a_division_that_is_gone_is_replaced_by_the_only_one_unless_it_was_chosen(stand: Bench, chosen: bool) -> None:
    gone, division = added(stand, "Division"), added(stand, "Division")
    removed(stand, "Division", gone)
    known(stand, divisions=[gone])
    if chosen:
        configured(stand, division_id=gone)
    approved(stand, "p1")
    stand.drain()
    if chosen:
        assert outcomes(stand) == {("parked", "division_missing")}
    else:
        assert (outcomes(stand), divisions_of(stand)) == ({("done", "")}, [division])


@pytest.mark.parametrize("people", [("p1",), ("p1", "p2", "p3")])
def test_a_chosen_department_that_is_gone_does_not_make_new_people_gone(stand: Bench, people: tuple[str, ...]) -> None:
    gone = added(stand, "Department")
    removed(stand, "Department", gone)
    configured(stand, department_id=gone)
    approved(stand, *people)
    stand.drain()
    assert outcomes(stand) == {("parked", "department_missing")}
    assert gone not in [one["id"] for one in stand.connection.company_facts["departments"]]
    assert [link and link.state for link in map(stand.link_of, people)] == [None] * len(people)

    configured(stand, department_id=0)
    for person_id in people:
        stand.approve(person_id, *KEYS, kind="create")
    stand.drain()
    assert len(stand.named("Nordmann")) == len(people)


@pytest.mark.parametrize("people", [("p1",), ("p1", "p2", "p3")])
def test_new_people_are_made_in_the_only_department_that_is_left(stand: Bench, people: tuple[str, ...]) -> None:
    gone = added(stand, "Department")
    removed(stand, "Department", gone)
    known(stand, departments=[gone])
    approved(stand, *people)
    stand.drain()
    assert outcomes(stand) == {("done", "")}
    assert len(stand.named("Nordmann")) == len(people)


def test_where_the_divisions_cannot_be_read_the_first_refusal_is_told(stand: Bench) -> None:
    added(stand, "Division")
    stand.fault("status", status=403, method="GET", path="/v2/division")
    approved(stand, "p1")
    stand.drain()
    assert outcomes(stand) == {("parked", "division_missing")}
