"""Whatever Tripletex turns out to do: each open question is answered either way, and the product still keeps a person
in step from the first day to a rehire, and sees afterwards that both systems agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.gateway import reading
from huma_tripletex.gateway.opening import open_client
from huma_tripletex.models import Conflict, PlanItem
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import Bench, bench

MANY = 250
"""More than there are countries, and fewer than there are employees where this is the ceiling."""
NUMBERS = {"page_maximum": (0, 1, 1000), "session_days": (0, 1, 7), "result_ceiling": (MANY, 10_000)}
HINTS = get_type_hints(Switches)


def values_of(name: str) -> tuple[Any, ...]:
    if HINTS[name] is bool:
        return (True, False)
    return NUMBERS[name] if HINTS[name] is int else get_args(HINTS[name])


def changed(*names: str) -> list[Any]:
    """Every answer to these questions, as parameters."""
    return [pytest.param({name: value}, id=f"{name}={value}") for name in names for value in values_of(name)]


STRANGEST = {
    "birth_date_on_post": "optional",
    "birth_date_on_put": "never",
    "end_reason": "optional",
    "employee_list": "partial",
    "duplicate_employee_number": "409",
    "text_cleared_by": "null",
    "date_cleared_by": "empty",
    "bank_account": "any",
    "phone_number": "any",
    "page_maximum": 50,
    "full_result_size": "too_many",
    "session_days": 1,
    "list_ended": False,
    "overlapping_employments": "accepted",
    "employment_fires_update": True,
    "email_of_users": "editable",
    "content_type": "any",
    "reference_extras": "ignored",
    "address_without_id": "replaces",
    "user_type_on_post": "optional",
    "user_type_on_put": "stored",
    "employments_without_employee": "refused",
    "retry_after": True,
    "entitlement_names": "opaque",
    "salary_rights": False,
    "salary_hidden": "empty",
}


CUT_OFF = [
    pytest.param({"page_maximum": 50, "full_result_size": says}, id=f"pages of 50 and {says}")
    for says in ("zero", "too_many")
]
"""Pages that end early where the size says nothing, or that there is always more."""


@pytest.fixture(params=[*changed(*HINTS), *CUT_OFF, pytest.param(STRANGEST, id="all the other way")])
def stand(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with bench(switches=Switches().changed(request.param)) as made:
        if made.simulator.world.switches.result_ceiling == MANY:
            made.http("POST", "employees", json=[stranger(number) for number in range(MANY + 50)])
        yield made


def stranger(number: int) -> dict[str, Any]:
    """Somebody who is only in Tripletex; one half has access to it, by which the other half can be told apart."""
    return {"firstName": f"Åse {number}", "lastName": "Berg", "userType": ("NO_ACCESS", "STANDARD")[number % 2]}


def test_a_life_in_both_systems(stand: Bench) -> None:
    for person_id, number in (("p1", "17"), ("p2", "18"), ("p3", None)):
        stand.person(person_id, employee_id=number, given_name=person_id, email=f"{person_id}@example.com")
        stand.approve(person_id, *KEYS, kind="create")
    settled(stand)
    for change in (
        {"phone_number": "+46 70 123 45 67", "family_name": "Ås"},
        {"bank_account_number": "7832.35.10252", "employee_id": "99"},
        {"phone_number": None, "bank_account_number": None},
        {"first_workday": "2020-02-01"},
        {"last_workday": "2031-12-31"},
        {"last_workday": None, "phone_number": "41000001"},
        {"last_workday": "2022-06-30"},
        {"first_workday": "2023-01-01", "last_workday": None},
    ):
        stand.edit("p1", **change)
        settled(stand)
        assert held(stand, "p1") == wanted(stand, "p1")
    assert len(stand.employee(stand.link_of("p1").employee_id)["employments"]) == 2
    assert {person_id: held(stand, person_id) for person_id in ("p2", "p3")} == {
        person_id: wanted(stand, person_id) for person_id in ("p2", "p3")
    }
    assert compared(stand) == {"p1": 0, "p2": 0, "p3": 0}


@pytest.mark.parametrize("stand", changed("duplicate_employee_number"), indirect=True)
def test_the_same_number_twice_is_told_or_accepted(stand: Bench) -> None:
    for person_id in ("p1", "p2"):
        stand.person(person_id, given_name=person_id)
        stand.approve(person_id, *KEYS, kind="create")
        settled(stand, "employee_id_taken", "exists_already")
    switch = stand.simulator.world.switches.duplicate_employee_number
    reasons = {"422": "employee_id_taken", "409": "exists_already", "accepted": ""}
    assert stand.entry("p2").reason == reasons[switch]
    assert len(stand.named("Nordmann")) == (2 if switch == "accepted" else 1)


@pytest.mark.parametrize("stand", changed("birth_date_frozen", "birth_date_on_put"), indirect=True)
def test_another_date_of_birth_arrives_or_parks(stand: Bench) -> None:
    stand.linked("p1")
    stand.edit("p1", date_of_birth="1991-01-01", given_name="Karin")
    settled(stand, "date_of_birth_locked")
    frozen = stand.simulator.world.switches.birth_date_frozen
    assert stand.entry("p1").reason == ("date_of_birth_locked" if frozen else "")
    assert held(stand, "p1")["given_name"] == "Karin"


def compared(stand: Bench) -> dict[str, int]:
    """Differences of each person that a new comparison finds, if both systems are matched."""
    runtime = stand.runtime
    plan = planning.begin(runtime, stand.connection, None)
    runtime.session.commit()
    planning.draft(runtime, plan.id)
    items = runtime.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.kind == "matched"))
    found = runtime.session.scalars(select(Conflict.item_id).where(Conflict.plan_id == plan.id)).all()
    return {item.person_id: found.count(item.id) for item in items if item.person_id}


def settled(stand: Bench, *reasons: str) -> None:
    """Delivers until nothing waits; nobody is parked, but for `reasons`."""
    for _ in range(6):
        stand.drain()
        if {entry.state for entry in stand.entries()} <= {"done", "parked"}:
            break
        stand.clock.forward(120)
    assert [
        (e.person_id, e.state, e.reason) for e in stand.entries() if e.state != "done" and e.reason not in reasons
    ] == []


def held(stand: Bench, person_id: str) -> dict[str, str | None]:
    """What is stored in Tripletex, whatever a token may see of it."""
    employee_id = stand.link_of(person_id).employee_id
    before = stand.simulator.world.switches.salary_rights
    stand.http("PATCH", "switches", json={"salary_rights": True})
    with open_client(stand.runtime, stand.connection) as client:
        found = reading.employee(client.employee(employee_id), reading.countries_by_id(stand.connection))
    stand.http("PATCH", "switches", json={"salary_rights": before})
    return {key: normalise(key, found.values.get(key)) for key in KEYS}


def wanted(stand: Bench, person_id: str) -> dict[str, str | None]:
    return {key: normalise(key, stand.people[person_id].values[key]) for key in KEYS}
