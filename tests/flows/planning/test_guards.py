# ruff: noqa: F811 - fixtures are imported by their names
"""What stops a plan until somebody types that they mean it, in a firm of three as in one of ten thousand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from huma_tripletex import planning, syncing
from huma_tripletex.config import Settings
from huma_tripletex.models import Conflict, PersonLink, PlanItem, SyncResult, SyncRun
from huma_tripletex.planning import NeedsConfirmation
from huma_tripletex.planning.guards import Reach, guards, to_type
from tests.flows.planning_parts import ANNA, Stand, account, flows, quick  # noqa: F401

SETTINGS = Settings()
numbers = st.integers(0, 100_000)


def tripped(reach: Reach) -> list[str]:
    return [one["guard"] for one in guards(reach, SETTINGS)]


@pytest.mark.parametrize(
    ("people", "changed", "accounts", "stops"),
    [
        (1, 1, 0, []),
        (1, 1, 1, []),
        (2, 1, 1, []),
        (2, 2, 0, ["share"]),
        (2, 2, 2, ["many_accounts", "share"]),
        (3, 1, 1, []),
        (3, 2, 0, []),
        (3, 2, 2, ["many_accounts"]),
        (3, 3, 0, ["share"]),
        (3, 3, 3, ["many_accounts", "share"]),
        (5, 2, 0, []),
        (5, 2, 1, []),
        (5, 2, 2, ["many_accounts"]),
        (5, 3, 0, ["share"]),
        (9, 2, 2, []),
        (9, 3, 0, ["share"]),
        (10, 3, 3, []),
        (10, 4, 0, ["share"]),
        (10, 4, 4, ["many_accounts", "share"]),
        (100, 30, 9, []),
        (100, 10, 10, ["many_accounts"]),
        (100, 31, 0, ["share"]),
        (1000, 300, 9, []),
        (1000, 10, 10, ["many_accounts"]),
        (1000, 301, 0, ["share"]),
    ],
)
def test_what_asks_in_a_firm_of_so_many_people(people: int, changed: int, accounts: int, stops: list[str]) -> None:
    assert tripped(Reach(people, changed, accounts)) == stops


@pytest.mark.parametrize(
    ("reach", "stops"),
    [
        (Reach(3, 1, 1), []),
        (Reach(3, 2, 2, tried=1, tried_accounts=1), ["many_accounts"]),
        (Reach(10, 3, 0), []),
        (Reach(10, 4, 0, tried=3), ["share"]),
        (Reach(10, 4, 4, tried=4, tried_accounts=4), []),
        (Reach(10, 5, 4, tried=4, tried_accounts=4), ["share"]),
        (Reach(1000, 9, 9, tried=6, tried_accounts=6), []),
        (Reach(1000, 12, 12, tried=9, tried_accounts=9), ["many_accounts"]),
    ],
)
def test_those_it_was_tried_on_count_until_nothing_more_is_changed(reach: Reach, stops: list[str]) -> None:
    assert tripped(reach) == stops


def test_the_settings_move_the_borders() -> None:
    reach = Reach(100, 20, 6)
    assert guards(reach, replace(SETTINGS, guard_accounts=6, guard_share=0.5))[0]["guard"] == "many_accounts"
    assert guards(reach, replace(SETTINGS, guard_share=0.1))[0]["guard"] == "share"
    assert guards(Reach(5, 4, 0), replace(SETTINGS, guard_minimum=10)) == []
    assert guards(Reach(5, 5, 0), replace(SETTINGS, guard_minimum=10))[0]["guard"] == "share", "that is everybody"
    assert guards(Reach(5, 5, 5), replace(SETTINGS, guard_share=1)) == [], "the share is not looked at"


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


def refused(flows: Stand, plan: Any, *, earlier_runs: int = 0, **how: Any) -> NeedsConfirmation:
    with pytest.raises(NeedsConfirmation) as asked:
        planning.approve(flows.runtime, plan, ANNA, **how)
    flows.session.rollback()
    assert plan.state == "ready"
    assert flows.session.query(SyncRun).count() == earlier_runs
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


def with_other_accounts(flows: Stand, people: int) -> Any:
    """A plan that replaces the account numbers of everybody in the firm."""
    for number in range(people):
        flows.person(number, bank_account_number=account(500 + number))
        flows.employee(number)
    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "huma")
    planning.choose_everybody(flows.runtime, plan, "only_in_tripletex", None)
    flows.session.commit()
    return plan


def items(flows: Stand, plan: Any, *numbers: int) -> list[int]:
    people = [str(number) for number in numbers]
    which = select(PlanItem.id).where(PlanItem.plan_id == plan.id, PlanItem.person_id.in_(people))
    return list(flows.session.scalars(which))


def begun(flows: Stand, plan: Any, **how: Any) -> None:
    """A run that is over at once."""
    planning.approve(flows.runtime, plan, ANNA, **how).state = "ended"
    flows.session.commit()


def test_a_try_of_the_whole_firm_asks_like_the_whole_plan(flows: Stand) -> None:
    plan = with_other_accounts(flows, 3)

    asked = refused(flows, plan, only=items(flows, plan, 0, 1, 2))

    assert asked.guards == refused(flows, plan).guards
    assert (asked.guards[0]["guard"], asked.to_type) == ("many_accounts", "3")
    begun(flows, plan, only=items(flows, plan, 0, 1, 2), typed="3")


def test_several_tries_add_up(flows: Stand) -> None:
    """One of three people is tried without a word; the second makes it most of the firm."""
    plan = with_other_accounts(flows, 3)
    begun(flows, plan, only=items(flows, plan, 0))

    with pytest.raises(NeedsConfirmation) as asked:
        planning.approve(flows.runtime, plan, ANNA, only=items(flows, plan, 1))

    assert asked.value.guards == ({"guard": "many_accounts", "people": 2, "tried": 1},)
    flows.session.rollback()
    begun(flows, plan, only=items(flows, plan, 1), typed="2")
    with pytest.raises(NeedsConfirmation) as asked:
        planning.approve(flows.runtime, plan, ANNA)
    assert asked.value.to_type == "3"


def test_what_only_adds_after_a_try_asks_nothing_more(flows: Stand) -> None:
    flows.person(9)
    plan = with_other_accounts(flows, 2)
    planning.choose_everybody(flows.runtime, plan, "only_in_huma", "add")
    begun(flows, plan, only=items(flows, plan, 0, 1), typed="2")

    assert planning.guards_of(flows.runtime, plan) == []


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


def differing(flows: Stand, *numbers: int, **huma: str) -> Any:
    """A plan by which Huma's values of these people replace Tripletex's, and nothing else."""
    for number in numbers:
        flows.change(number, **(huma or {"given_name": f"New{number}", "phone_number": f"9100000{number % 10}"}))
    plan = flows.plan()
    planning.choose_everybody(flows.runtime, plan, "only_in_tripletex", "leave")
    values = select(Conflict.id, PlanItem.person_id).join(PlanItem, PlanItem.id == Conflict.item_id)
    rows = flows.session.execute(values.where(Conflict.plan_id == plan.id)).all()
    mine = {str(number) for number in numbers}
    planning.choose(flows.runtime, plan, {row.id: "huma" if row.person_id in mine else "leave" for row in rows})
    flows.session.commit()
    return plan


def firm(flows: Stand, people: int) -> None:
    for number in range(people):
        flows.person(number)
        flows.employee(number)


THREES = [(number, number + 1, number + 2) for number in range(0, 20, 3)]


def test_small_plans_in_a_row_add_up(flows: Stand) -> None:
    """Three of twenty go without a word, and three more; whichever three are next make it more than the share."""
    firm(flows, 20)
    for three in THREES[:2]:
        begun(flows, differing(flows, *three))
        flows.clock.passes(hours=1)

    plan = differing(flows, *THREES[2])

    share = {"guard": "share", "people": 9, "of": 20, "earlier": 6}
    assert refused(flows, plan, earlier_runs=2).guards == (share,)
    begun(flows, plan, typed="9")


def test_one_or_two_are_looked_at_anyway(quick: Stand) -> None:
    firm(quick, 20)
    for three in THREES[:2]:
        begun(quick, differing(quick, *three))
    for one in (6, 7, 8):
        begun(quick, differing(quick, one))


def test_whoever_is_changed_again_is_counted_once(flows: Stand) -> None:
    firm(flows, 20)
    for _ in range(2):
        begun(flows, differing(flows, *range(5)))

    assert planning.guards_of(flows.runtime, differing(flows, *range(5))) == []


def test_a_try_and_what_went_before_are_told_apart(flows: Stand) -> None:
    firm(flows, 20)
    begun(flows, differing(flows, *THREES[0]))
    plan = differing(flows, *THREES[1], *THREES[2][:2])
    begun(flows, plan, only=items(flows, plan, *THREES[1][:2]))

    (guard,) = planning.guards_of(flows.runtime, plan)

    assert guard == {"guard": "share", "people": 8, "of": 20, "tried": 2, "earlier": 3}


def test_what_is_longer_than_a_day_ago_was_another_matter(quick: Stand) -> None:
    firm(quick, 20)
    for three in THREES[:2]:
        begun(quick, differing(quick, *three))
    quick.clock.passes(hours=24, seconds=1)

    assert planning.guards_of(quick.runtime, differing(quick, *THREES[2])) == []


def test_what_was_confirmed_is_not_asked_about_again(flows: Stand) -> None:
    firm(flows, 20)
    begun(flows, differing(flows, *range(9)), typed="9")
    begun(flows, differing(flows, *THREES[3]))
    begun(flows, differing(flows, *THREES[4]))

    (guard,) = planning.guards_of(flows.runtime, differing(flows, *THREES[5]))

    assert guard == {"guard": "share", "people": 9, "of": 20, "earlier": 6}


def test_what_was_confirmed_and_stopped_before_its_first_person_confirms_nothing(quick: Stand) -> None:
    firm(quick, 20)
    for three in THREES[:2]:
        begun(quick, differing(quick, *three))
    stopped = differing(quick, *range(10, 19))
    run = planning.approve(quick.runtime, stopped, None, typed="15", mail=False)
    syncing.cancel(quick.runtime, run)
    quick.session.commit()
    syncing.carry_out(quick.runtime, run.id)

    (guard,) = planning.guards_of(quick.runtime, differing(quick, *THREES[2]))

    assert (guard["people"], guard["earlier"]) == (9, 6)


def test_a_number_that_confirms_something_else_confirms_no_share(quick: Stand) -> None:
    firm(quick, 20)
    begun(quick, differing(quick, *range(5)))
    sharing = differing(quick, 5, bank_account_number=account(6))
    (guard,) = planning.guards_of(quick.runtime, sharing)
    assert guard["guard"] == "same_account"
    begun(quick, sharing, typed=to_type([guard]))

    (guard,) = planning.guards_of(quick.runtime, differing(quick, *THREES[2]))

    assert (guard["guard"], guard["earlier"]) == ("share", 6)


@pytest.mark.parametrize("written", [[], ["given_name"], ["phone_number", "given_name"]])
def test_only_what_was_written_counts(flows: Stand, written: list[str]) -> None:
    """A run that was stopped, or that Tripletex refused, changed nobody."""
    firm(flows, 20)
    begun(flows, differing(flows, *range(6)))
    flows.session.execute(update(SyncResult).values(tripletex_fields=written))
    flows.session.commit()

    assert bool(planning.guards_of(flows.runtime, differing(flows, *THREES[2]))) == bool(written)


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_that_was_taken_back_does_not_count(flows: Stand, whole: bool) -> None:
    firm(flows, 20)
    run = planning.approve(flows.runtime, differing(flows, *range(6)), ANNA)
    run.state = "ended"
    undo = SyncRun(
        connection_id=run.connection_id, plan_id=run.plan_id, undoes=run.id, whole=whole, approved_at=flows.clock()
    )
    undo.state = "ended"
    flows.session.add(undo)
    flows.session.commit()

    assert bool(planning.guards_of(flows.runtime, differing(flows, *THREES[2]))) == (not whole)


def test_account_numbers_add_up_too(quick: Stand) -> None:
    firm(quick, 80)
    for number in range(0, 8, 2):
        begun(quick, differing(quick, number, bank_account_number=account(500 + number)))
        begun(quick, differing(quick, 40 + number))
    for number in range(20, 25):
        begun(quick, differing(quick, number, bank_account_number=account(500 + number)))
    assert planning.guards_of(quick.runtime, differing(quick, 10, bank_account_number=account(600))) == []

    for number in (10, 11):
        quick.change(number, bank_account_number=account(600 + number))
    (guard,) = planning.guards_of(quick.runtime, differing(quick, 10, 11, given_name="Other"))

    assert guard == {"guard": "many_accounts", "people": 11, "earlier": 9}
