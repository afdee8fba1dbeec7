"""One account number for several people is seen before it is written, whoever else has it, in either system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huma_tripletex import planning
from huma_tripletex.models import PlanItem
from tests.flows.planning_parts import ANNA, Stand, account, facts, flows, quick

__all__ = ["flows", "quick"]

SHARED = account(900)


def out_of_scope(stand: Stand, huma: str | None, tripletex: str | None) -> None:
    """A contractor, by the rule of the host."""
    stand.person(2, takes_part=False, bank_account_number=huma)
    stand.employee(2, bank_account_number=tripletex)


def never_synced(stand: Stand, huma: str | None, tripletex: str | None) -> None:
    stand.person(2, bank_account_number=huma)
    stand.employee(2, bank_account_number=tripletex)
    planning.never_sync(stand.runtime, stand.connection(), "2", ANNA)


def never_synced_and_uncertain(stand: Stand, huma: str | None, tripletex: str | None) -> None:
    """There are two of that employee ID, so nobody knows which of them it is."""
    never_synced(stand, huma, tripletex)
    alike = {**facts(2), "bank_account_number": account(901)}
    stand.employee(3, **alike)


def not_told_apart(stand: Stand, huma: str | None, tripletex: str | None) -> None:
    """The same, and nobody has decided yet."""
    stand.person(2, bank_account_number=huma)
    stand.employee(2, bank_account_number=tripletex)
    stand.employee(3, **{**facts(2), "bank_account_number": account(901)})


def of_one_system(stand: Stand, huma: str | None, tripletex: str | None) -> None:
    """Nobody in the other one is linked to them, and they are not added."""
    if huma:
        stand.person(2, takes_part=False, bank_account_number=huma)
    else:
        stand.employee(2, bank_account_number=tripletex)


Others = Callable[[Stand, str | None, str | None], None]
OTHERS = [out_of_scope, never_synced, never_synced_and_uncertain, not_told_apart, of_one_system]


def decided(stand: Stand, choice: str) -> Any:
    plan = stand.plan()
    planning.choose_for_all(stand.runtime, plan, choice)
    for kind in ("only_in_huma", "only_in_tripletex"):
        planning.choose_everybody(stand.runtime, plan, kind, "leave")
    stand.session.commit()
    return plan


def asked(stand: Stand, plan: Any) -> list[tuple[str, list[str]]]:
    found = planning.guards_of(stand.runtime, plan)
    names = [one.name for one in planning.summary(stand.runtime, plan).guarded]
    return [(one["guard"], names) for one in found]


@pytest.mark.parametrize("other", OTHERS)
def test_what_somebody_else_has_in_tripletex_is_not_written_there_unasked(flows: Stand, other: Others) -> None:
    flows.person(1, bank_account_number=SHARED)
    flows.employee(1)
    other(flows, None, SHARED)

    found = asked(flows, decided(flows, "huma"))

    assert [guard for guard, _ in found] == ["same_account"]
    assert "Given1 Family1" in found[0][1]
    assert asked(flows, decided(flows, "tripletex")) == []


@pytest.mark.parametrize("other", OTHERS)
def test_what_somebody_else_has_in_huma_is_not_written_there_unasked(flows: Stand, other: Others) -> None:
    flows.person(1)
    flows.employee(1, bank_account_number=SHARED)
    other(flows, SHARED, None)

    found = asked(flows, decided(flows, "tripletex"))

    assert [guard for guard, _ in found] == ["same_account"]
    assert "Given1 Family1" in found[0][1]
    assert asked(flows, decided(flows, "huma")) == []


def test_somebody_is_not_added_unasked_with_the_account_of_a_contractor(quick: Stand) -> None:
    quick.person(1, bank_account_number=SHARED)
    out_of_scope(quick, SHARED, SHARED)

    (guard,) = planning.guards_of(quick.runtime, quick.plan())

    assert (guard["guard"], guard["people"]) == ("same_account", 1)


def test_what_is_shared_with_a_contractor_already_and_not_written_asks_nothing(quick: Stand) -> None:
    quick.person(1, bank_account_number=SHARED, phone_number="49999999")
    quick.employee(1, bank_account_number=SHARED)
    out_of_scope(quick, SHARED, SHARED)

    plan = decided(quick, "huma")

    assert asked(quick, plan) == []
    kept = plan.counts["bystanders"]
    assert list(kept["huma"]) == ["2"]
    assert list(kept["huma"].values()) == list(kept["tripletex"].values())


def test_accounts_that_nobody_else_has_are_not_kept(quick: Stand) -> None:
    quick.person(1, bank_account_number=SHARED)
    quick.employee(1)
    out_of_scope(quick, account(902), account(903))

    assert "bystanders" not in quick.plan().counts


def test_a_candidate_who_was_chosen_counts_as_who_they_are(quick: Stand) -> None:
    """Their account number moves to another one in the same sync, and so is free."""
    quick.person(1, bank_account_number=SHARED)
    quick.employee(1)
    not_told_apart(quick, account(904), SHARED)
    plan = decided(quick, "huma")
    assert [guard for guard, _ in asked(quick, plan)] == ["same_account"]
    (unsure,) = quick.session.query(PlanItem).filter_by(plan_id=plan.id, kind="uncertain")
    holder = next(
        one.employee_id
        for person in planning.people(quick.runtime, plan).uncertain
        for one in person.candidates
        if one.values["bank_account_number"] == SHARED
    )

    planning.choose_people(quick.runtime, plan, {unsure.id: ("same", holder)})
    planning.choose_for_all(quick.runtime, plan, "huma")

    assert [guard for guard, _ in asked(quick, plan)] == ["many_accounts", "share"]
