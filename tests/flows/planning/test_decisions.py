# ruff: noqa: F811 - fixtures are imported by their names
"""Deciding about values: for all, for a field, a kind, a person, one value; and two administrators at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.models import Conflict, Connection, PlanItem, RememberedChoice, SyncPlan
from huma_tripletex.planning import ChangedMeanwhile, NotPossible, Stale
from tests.flows.planning_parts import ANNA, ODA, Stand, flows, quick  # noqa: F401


def drawn(flows: Stand) -> SyncPlan:
    """Conflicts, missing values on both sides, and one that cannot go to Tripletex."""
    flows.person(1, given_name="Huma", phone_number=None, bank_account_number="12345678901")
    flows.employee(1, given_name="Tripletex")
    flows.person(2, phone_number="41111111", employee_id=None, last_workday="2026-12-31")
    flows.employee(2, bank_account_number=None)
    plan = flows.plan()
    assert plan.counts["differences"] == 7
    return plan


def choices(flows: Stand, plan: SyncPlan) -> dict[str, str | None]:
    flows.session.expire_all()
    rows = select(PlanItem.person_id, Conflict.field, Conflict.choice).join(Conflict, Conflict.item_id == PlanItem.id)
    return {f"{person} {key}": choice for person, key, choice in flows.session.execute(rows)}


def conflict(flows: Stand, person: int, key: str) -> Conflict:
    rows = select(Conflict).join(PlanItem, Conflict.item_id == PlanItem.id)
    return flows.session.scalars(rows.where(PlanItem.person_id == str(person), Conflict.field == key)).one()


def test_a_preference_settles_conflicts_fills_and_never_clears(flows: Stand) -> None:
    plan = drawn(flows)
    planning.choose_for_all(flows.runtime, plan, "huma", by=ANNA)
    assert choices(flows, plan) == {
        "1 given_name": "huma",
        "1 phone_number": "tripletex",
        "1 bank_account_number": None,
        "2 phone_number": "huma",
        "2 bank_account_number": "huma",
        "2 employee_id": "tripletex",
        "2 last_workday": "huma",
    }, "an account number that fails its check digits cannot go to Tripletex, so it stays to be decided"
    assert conflict(flows, 1, "bank_account_number").locked == "account_invalid"
    planning.choose_for_all(flows.runtime, plan, "tripletex", by=ANNA)
    assert choices(flows, plan)["1 bank_account_number"] == "tripletex"
    assert choices(flows, plan)["2 bank_account_number"] == "huma"
    totals = planning.totals(flows.runtime, plan)
    assert (totals.huma_cleared, totals.tripletex_cleared, totals.undecided) == (0, 0, 0)


@pytest.mark.parametrize("choice", ["huma", "tripletex", "leave", None])
def test_for_all_is_one_statement(flows: Stand, choice: str | None) -> None:
    plan = drawn(flows)
    with flows.statements() as seen:
        planning.choose_for_all(flows.runtime, plan, choice, by=ANNA)
    assert len([one for one in seen if one.startswith("UPDATE") and "conflict" in one]) == 1
    assert len(seen) <= 4


def test_choices_for_a_field_a_kind_and_a_person(quick: Stand) -> None:
    plan = drawn(quick)
    planning.choose_for_all(quick.runtime, plan, None)
    assert set(choices(quick, plan).values()) == {None}
    planning.choose_for_all(quick.runtime, plan, "huma", field="phone_number")
    assert {key for key, choice in choices(quick, plan).items() if choice} == {"1 phone_number", "2 phone_number"}
    planning.choose_for_all(quick.runtime, plan, "leave", kind="missing_in_huma")
    assert {key for key, choice in choices(quick, plan).items() if choice == "leave"} == {
        "1 phone_number",
        "2 employee_id",
    }
    item = quick.session.scalars(select(PlanItem).where(PlanItem.person_id == "1")).one()
    planning.choose_for_all(quick.runtime, plan, "tripletex", item_id=item.id)
    assert choices(quick, plan)["1 given_name"] == "tripletex"
    assert choices(quick, plan)["2 bank_account_number"] is None
    assert conflict(quick, 1, "given_name").chosen == "person"


def test_a_choice_for_all_leaves_what_was_chosen_one_by_one(quick: Stand) -> None:
    plan = drawn(quick)
    name = conflict(quick, 1, "given_name")
    planning.choose(quick.runtime, plan, {name.id: "tripletex"})
    planning.choose_for_all(quick.runtime, plan, "huma")
    planning.choose_for_all(quick.runtime, plan, "huma", field="given_name")
    assert choices(quick, plan)["1 given_name"] == "tripletex"
    planning.choose_for_all(quick.runtime, plan, "huma", item_id=name.item_id)
    assert choices(quick, plan)["1 given_name"] == "huma", "for this person it was asked for"


def test_a_value_is_cleared_by_a_choice_for_it_and_counted(flows: Stand) -> None:
    plan = drawn(flows)
    cleared = conflict(flows, 2, "bank_account_number")
    planning.choose(flows.runtime, plan, {cleared.id: "tripletex"}, by=ANNA)
    totals = planning.totals(flows.runtime, plan)
    assert totals.huma_cleared == 1
    summary = planning.summary(flows.runtime, plan)
    (one,) = summary.cleared.first
    assert (one.name, one.field, one.system, one.after) == ("Given2 Family2", "bank_account_number", "huma", None)
    assert (summary.cleared.count, summary.ending.count) == (1, 1)


def test_what_cannot_be_carried_out_cannot_be_chosen(quick: Stand) -> None:
    plan = drawn(quick)
    before = choices(quick, plan)
    invalid = conflict(quick, 1, "bank_account_number").id
    given = conflict(quick, 1, "given_name").id
    with pytest.raises(NotPossible, match="account_invalid"):
        planning.choose(quick.runtime, plan, {given: "huma", invalid: "huma"})
    quick.session.rollback()
    with pytest.raises(NotPossible, match="choice_not_possible"):
        planning.choose(quick.runtime, plan, {given: "both"})
    with pytest.raises(NotPossible, match="not_in_this_plan"):
        planning.choose(quick.runtime, plan, {given + 1000: "huma"})
    quick.session.rollback()
    assert choices(quick, plan) == before


def test_another_plans_differences_are_out_of_reach(quick: Stand) -> None:
    first = drawn(quick)
    theirs = conflict(quick, 1, "given_name").id
    second = quick.plan()
    with pytest.raises(NotPossible, match="not_in_this_plan"):
        planning.choose(quick.runtime, second, {theirs: "huma"})
    quick.session.rollback()
    with pytest.raises(Stale, match="plan_discarded"):
        planning.choose(quick.runtime, first, {theirs: "huma"})


def test_two_administrators_do_not_overwrite_each_other_unknowingly(flows: Stand) -> None:
    plan = drawn(flows)
    seen = plan.revision
    given = conflict(flows, 1, "given_name").id
    planning.choose(flows.runtime, plan, {given: "huma"}, by=ANNA, revision=seen)
    flows.session.commit()
    for late in (
        lambda: planning.choose(flows.runtime, plan, {given: "tripletex"}, by=ODA, revision=seen),
        lambda: planning.choose_for_all(flows.runtime, plan, "tripletex", by=ODA, revision=seen),
        lambda: planning.choose_people(flows.runtime, plan, {}, by=ODA, revision=seen),
        lambda: planning.choose_everybody(flows.runtime, plan, "only_in_huma", "add", by=ODA, revision=seen),
        lambda: planning.approve(flows.runtime, plan, ODA, revision=seen),
    ):
        with pytest.raises(ChangedMeanwhile) as meanwhile:
            late()
        assert meanwhile.value.by_name == "Anna Berg"
        flows.session.rollback()
    assert choices(flows, plan)["1 given_name"] == "huma"
    planning.choose(flows.runtime, plan, {given: "tripletex"}, by=ODA, revision=plan.revision)
    assert (plan.revision, plan.decided_by_name) == (seen + 2, "Oda Vik")


def test_an_expired_plan_is_not_decided(quick: Stand) -> None:
    plan = drawn(quick)
    quick.clock.passes(hours=25)
    for late in (planning.choose_for_all, lambda *known: planning.approve(*known[:2], ANNA)):
        with pytest.raises(Stale, match="plan_expired"):
            late(quick.runtime, plan, "huma")
        quick.session.rollback()


def remembered(flows: Stand, plan: SyncPlan, key: str, **wrong: Any) -> None:
    row = conflict(flows, 1, key)
    item = flows.session.get_one(PlanItem, row.item_id)
    hashes = {"hash_huma": row.hash_huma, "hash_tripletex": row.hash_tripletex, **wrong}
    flows.session.add(
        RememberedChoice(
            connection_id=plan.connection_id,
            person_id=item.person_id,
            employee_id=item.employee_id,
            field=key,
            choice="leave",
            made_at=flows.clock(),
            **hashes,
        )
    )
    flows.session.commit()


def test_what_was_left_on_purpose_is_set_aside_until_it_changes(flows: Stand) -> None:
    plan = drawn(flows)
    remembered(flows, plan, "given_name")
    remembered(flows, plan, "phone_number", hash_huma="something else then")
    plan = flows.plan()
    left = flows.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id, Conflict.chosen == "remembered"))
    (left,) = left
    assert (left.field, left.choice) == ("given_name", "leave")
    counts = planning.difference_counts(flows.runtime, plan)
    assert (counts.all, counts.remembered) == (6, 1)
    planning.choose_for_all(flows.runtime, plan, "huma")
    flows.session.refresh(left)
    assert left.choice == "leave", "a choice for all is for all that are shown"
    page = planning.differences(flows.runtime, plan, remembered=True)
    assert [row.field for person in page.people for row in person.rows] == ["given_name"]
    planning.choose(flows.runtime, plan, {left.id: "huma"})
    assert planning.difference_counts(flows.runtime, plan).remembered == 0
    assert flows.session.query(Connection).one().drift["people"] == 2
