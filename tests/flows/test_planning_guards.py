# ruff: noqa: F811 - fixtures are imported by their names
"""What stops a plan until somebody types that they mean it, in a firm of three as in one of ten thousand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_tripletex import planning
from huma_tripletex.config import Settings
from huma_tripletex.models import PersonLink, SyncRun
from huma_tripletex.planning import NeedsConfirmation
from huma_tripletex.planning.guards import Reach, guards, to_type
from tests.flows.planning_parts import ANNA, Stand, account, flows, quick  # noqa: F401

SETTINGS = Settings()
numbers = st.integers(0, 100_000)


def tripped(reach: Reach, **options: Any) -> list[str]:
    return [one["guard"] for one in guards(reach, SETTINGS, **options)]


@pytest.mark.parametrize(
    ("matched", "changed", "stops"),
    [
        (3, 1, False),
        (3, 2, False),
        (3, 3, True),
        (9, 2, False),
        (9, 3, True),
        (10, 3, False),
        (10, 4, True),
        (10_000, 3000, False),
        (10_000, 3001, True),
    ],
)
def test_a_share_of_the_people(matched: int, changed: int, stops: bool) -> None:
    assert tripped(Reach(matched, changed, 0)) == (["share"] if stops else [])


@given(numbers, numbers, numbers)
def test_more_people_are_never_less_of_a_reason(matched: int, changed: int, accounts: int) -> None:
    less, more = Reach(matched, changed, accounts), Reach(matched, changed + 1, accounts + 1)
    assert set(tripped(less)) <= set(tripped(more))


@given(numbers)
def test_nothing_changed_is_nothing_to_confirm(matched: int) -> None:
    assert tripped(Reach(matched, 0, 0)) == []
    assert to_type([]) == ""


def test_an_empty_side_comes_first_and_only_after_an_earlier_sync() -> None:
    reach = Reach(10, 10, 10, links=8, links_in_huma=0, links_in_tripletex=8)
    assert tripped(reach) == ["empty_huma", "many_accounts", "share"]
    assert tripped(replace(reach, links_in_huma=1, links_in_tripletex=0))[0] == "empty_tripletex"
    assert tripped(Reach(0, 0, 0)) == []
    assert to_type(guards(reach, SETTINGS)) == "8"


def refused(flows: Stand, plan: Any, **how: Any) -> NeedsConfirmation:
    with pytest.raises(NeedsConfirmation) as asked:
        planning.approve(flows.runtime, plan, ANNA, **how)
    flows.session.rollback()
    assert plan.state == "ready"
    assert flows.session.query(SyncRun).count() == 0
    return asked.value


def test_typing_the_number_confirms(flows: Stand) -> None:
    for number in range(4):
        flows.person(number, given_name=f"New{number}")
        flows.employee(number)
    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "huma")
    flows.session.commit()
    assert refused(flows, plan).to_type == "4"
    assert refused(flows, plan, typed="yes").guards[0] == {"guard": "share", "people": 4, "of": 4}
    assert planning.summary(flows.runtime, plan).to_type == "4"
    run = planning.approve(flows.runtime, plan, ANNA, typed=" 4 ")
    assert (plan.state, run.state) == ("approved", "queued")
    assert plan.guards[0]["guard"] == "share", "what was confirmed is kept"


def test_adding_and_filling_trip_nothing(quick: Stand) -> None:
    for number in range(6):
        quick.person(number, phone_number=None)
        quick.employee(number, bank_account_number=None)
    for number in range(10, 30):
        quick.person(number)
        quick.employee(number + 100)
    plan = quick.plan()
    planning.choose_for_all(quick.runtime, plan, "huma")
    assert planning.guards_of(quick.runtime, plan) == []


@pytest.mark.parametrize("choice", ["huma", "tripletex"])
def test_many_account_numbers(quick: Stand, choice: str) -> None:
    for number in range(60):
        quick.person(number, **({"bank_account_number": account(500 + number)} if number < 10 else {}))
        quick.employee(number)
    plan = quick.plan()
    planning.choose_for_all(quick.runtime, plan, choice)
    assert [(one["guard"], one["people"]) for one in planning.guards_of(quick.runtime, plan)] == [("many_accounts", 10)]


def test_one_account_number_for_several_people(flows: Stand) -> None:
    same = account(900)
    flows.person(1, bank_account_number=same)
    flows.employee(1, bank_account_number=None)
    flows.person(2)
    flows.employee(2, bank_account_number=same[:4] + "." + same[4:6] + "." + same[6:])
    flows.person(3, bank_account_number=same)
    flows.employee(3, bank_account_number=same)
    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "leave")
    assert planning.guards_of(flows.runtime, plan) == [], "shared already, and nothing of it is written"
    planning.choose_for_all(flows.runtime, plan, "huma")
    (guard,) = planning.guards_of(flows.runtime, plan)
    assert (guard["guard"], guard["people"]) == ("same_account", 2), "the second is about to get another one"
    assert [one.name for one in planning.summary(flows.runtime, plan).guarded] == ["Given1 Family1", "Given3 Family3"]


def test_somebody_added_with_an_account_that_is_taken(quick: Stand) -> None:
    quick.person(1, bank_account_number=account(2))
    quick.person(2)
    quick.employee(2)
    assert [one["guard"] for one in planning.guards_of(quick.runtime, quick.plan())] == ["same_account"]


@pytest.mark.parametrize("side", ["huma", "tripletex"])
def test_a_side_that_is_empty_after_an_earlier_sync(flows: Stand, side: str) -> None:
    if side == "huma":
        employee = flows.employee(1)
    else:
        flows.person(1)
        employee = 999
    link = PersonLink(connection_id=flows.connection().id, person_id="1", employee_id=employee, linked_at=flows.clock())
    flows.session.add(link)
    flows.session.commit()
    plan = flows.plan()
    assert refused(flows, plan).guards[0] == {"guard": f"empty_{side}", "people": 1}


def test_the_guard_on_shared_accounts_sees_every_group_by_one_statement(flows: Stand) -> None:
    """Hundreds of couples share an account on purpose; the one that is about to be shared by mistake is found."""
    for number in range(1, 501):
        shared = account(5000 + number // 2)
        flows.person(number, bank_account_number=shared)
        flows.employee(number, bank_account_number=shared)
    flows.person(601, bank_account_number=account(9000))
    flows.employee(601)
    flows.person(602, bank_account_number=account(9000))
    flows.employee(602, bank_account_number=account(9000))
    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "huma")
    flows.session.commit()

    with flows.statements() as seen:
        found = planning.guards_of(flows.runtime, plan)

    assert [(one["guard"], one["people"]) for one in found] == [("same_account", 2)]
    assert sum("account_huma" in one for one in seen) == 1
    assert len(seen) <= 6
