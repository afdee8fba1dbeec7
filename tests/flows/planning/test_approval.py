# ruff: noqa: F811 - fixtures are imported by their names
"""Approval: what was shown is what is planned, and what was decided is remembered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.gateway.agreement import agreed_hash
from huma_tripletex.models import LogLine, PersonLink, PlanItem, RememberedChoice, SyncPlan, SyncResult, SyncRun
from huma_tripletex.planning import NotPossible, SeenOtherwise, Stale
from tests.flows.planning_parts import ANNA, ORGANISATION, Stand, account, flows, quick  # noqa: F401


def drawn(flows: Stand) -> SyncPlan:
    """One equal pair, one that differs, one person on each side."""
    flows.person(1)
    flows.employee(1)
    flows.person(2, phone_number="41111111", bank_account_number=None)
    flows.employee(2)
    flows.person(3, email="kari@fjord.example")
    flows.employee(4, email="ola@fjord.example")
    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "huma", by=ANNA)
    return plan


def results(flows: Stand, run: SyncRun) -> dict[str, tuple[SyncResult, dict[str, Any]]]:
    flows.session.flush()
    found = {}
    for row in flows.session.scalars(select(SyncResult).where(SyncResult.run_id == run.id)):
        context = (ORGANISATION, run.connection_id, "result", run.id, row.position)
        content = json.loads(flows.runtime.vault.open(row.sealed, *context))
        found[content["name"]] = (row, content)
    return found


def item(flows: Stand, plan: SyncPlan, person: int) -> PlanItem:
    who = (PlanItem.plan_id == plan.id, PlanItem.person_id == str(person))
    return flows.session.scalars(select(PlanItem).where(*who)).one()


def test_every_write_is_planned_and_nothing_else(flows: Stand) -> None:
    plan = drawn(flows)
    summary = planning.summary(flows.runtime, plan)
    run = planning.approve(flows.runtime, plan, ANNA, link="https://huma.example/runs/1")
    flows.session.commit()
    assert (plan.state, run.state, run.pressed_by_name, run.locale) == ("approved", "queued", "Anna Berg", "nb")
    found = results(flows, run)
    assert {name: row.action for name, (row, _) in found.items()} == {
        "Given1 Family1": "link",
        "Given2 Family2": "update",
        "Given3 Family3": "add_to_tripletex",
        "Given4 Family4": "add_to_huma",
    }
    row, content = found["Given2 Family2"]
    assert content["tripletex"] == {"phone_number": ["+4740000002", "+4741111111"]}
    assert content["huma"] == {"bank_account_number": [None, account(2)]}
    assert (row.tripletex_fields, row.huma_fields) == (["phone_number"], ["bank_account_number"])
    vault, connection_id = flows.runtime.vault, run.connection_id
    hashes = [agreed_hash(vault, connection_id, "2", "phone_number", value) for value in ("+4741111111", "+4740000002")]
    assert content["expected"]["phone_number"] == hashes
    assert "phone_number" not in content["agreed"]
    assert content["agreed"]["given_name"] == agreed_hash(vault, connection_id, "2", "given_name", "Given2")
    assert set(found["Given1 Family1"][1]["agreed"]) == set(KEYS)
    assert found["Given3 Family3"][1]["email"] == "kari@fjord.example"
    assert found["Given4 Family4"][1]["email"] == "ola@fjord.example"
    assert {row.outcome for row, _ in found.values()} == {"planned"}
    for one in summary.people:
        _, content = found[one.name]
        for system in ("huma", "tripletex"):
            shown = {write.field: [write.before, write.after] for write in getattr(one, system)}
            assert content[system] == shown, "what was shown is what is planned"


def test_the_digest_is_of_every_write(quick: Stand) -> None:
    plan = drawn(quick)

    def digest() -> str:
        planning.approve(quick.runtime, plan, ANNA)
        made = plan.digest
        quick.session.rollback()
        return made

    quick.session.commit()
    first = digest()
    assert len(first) == 32
    assert digest() == first
    planning.choose_for_all(quick.runtime, plan, "tripletex", field="phone_number")
    quick.session.commit()
    assert digest() != first


def test_the_recipient_is_sealed_and_only_there_when_wanted(flows: Stand) -> None:
    plan = drawn(flows)
    run = planning.approve(flows.runtime, plan, ANNA)
    context = (ORGANISATION, run.connection_id, "recipient", run.id)
    assert flows.runtime.vault.open(run.sealed_recipient, *context) == b"anna@fjord.example"
    flows.session.rollback()
    assert planning.approve(flows.runtime, plan, ANNA, mail=False).sealed_recipient is None
    flows.session.rollback()
    assert planning.approve(flows.runtime, plan, None).sealed_recipient is None


def test_a_plan_is_approved_once_and_one_run_goes_on_at_a_time(flows: Stand) -> None:
    plan = drawn(flows)
    run = planning.approve(flows.runtime, plan, ANNA)
    flows.session.commit()
    with pytest.raises(Stale, match="plan_approved"):
        planning.approve(flows.runtime, plan, ANNA)
    another = flows.plan()
    with pytest.raises(NotPossible, match="run_in_progress"):
        planning.approve(flows.runtime, another, ANNA)
    flows.session.rollback()
    run.state = "ended"
    flows.session.commit()
    with pytest.raises(Stale, match="plan_approved"):
        planning.approve(flows.runtime, plan, ANNA)
    flows.session.rollback()
    with pytest.raises(Stale, match="plan_approved"):
        planning.choose_for_all(flows.runtime, plan, "tripletex")
    flows.session.rollback()
    assert planning.approve(flows.runtime, another, ANNA).id != run.id
    assert [line.what for line in flows.session.scalars(select(LogLine).order_by(LogLine.id))][1:] == ["approved"] * 2


def ended(flows: Stand, plan: SyncPlan, **how: Any) -> SyncRun:
    run = planning.approve(flows.runtime, plan, ANNA, **how)
    run.state = "ended"
    flows.session.commit()
    return run


def test_what_is_approved_is_what_was_shown_also_to_whoever_decided_otherwise_elsewhere(flows: Stand) -> None:
    """One administrator in two windows: what was chosen in the other was never on this summary."""
    plan = drawn(flows)
    shown = plan.revision
    planning.choose_for_all(flows.runtime, plan, "tripletex", by=ANNA, revision=shown)
    flows.session.commit()
    first = list(flows.session.scalars(select(PlanItem.id).where(PlanItem.person_id == "2")))

    for only in (None, first):
        with pytest.raises(SeenOtherwise):
            planning.approve(flows.runtime, plan, ANNA, revision=shown, only=only)
        flows.session.rollback()

    assert (plan.state, flows.session.query(SyncRun).count()) == ("ready", 0)
    assert planning.approve(flows.runtime, plan, ANNA, revision=plan.revision).state == "queued"


def test_what_was_decided_is_not_asked_again_until_something_changes(flows: Stand) -> None:
    plan = drawn(flows)
    planning.choose_for_all(flows.runtime, plan, "leave")
    for kind in ("only_in_huma", "only_in_tripletex"):
        planning.choose_everybody(flows.runtime, plan, kind, "leave")
    ended(flows, plan)
    plan = flows.plan()
    differences, people = planning.difference_counts(flows.runtime, plan), planning.people_counts(flows.runtime, plan)
    assert (differences.all, differences.remembered, people.all, people.remembered) == (0, 2, 0, 5)
    ended(flows, plan)
    flows.change(2, phone_number="42222222")
    flows.change(3, phone_number="43333333")
    plan = flows.plan()
    differences, people = planning.difference_counts(flows.runtime, plan), planning.people_counts(flows.runtime, plan)
    assert (differences.all, differences.remembered, people.all, people.remembered) == (1, 1, 1, 4)
    assert flows.session.query(RememberedChoice).count() == 7, "each is remembered once, however often it is decided"


def test_what_was_left_of_somebody_who_was_tried_is_remembered_though_the_others_never_follow(flows: Stand) -> None:
    plan = drawn(flows)
    planning.choose_for_all(flows.runtime, plan, "leave", field="bank_account_number")
    flows.session.commit()
    ended(flows, plan, only=[item(flows, plan, 2).id])
    planning.discard(flows.runtime, plan)
    flows.session.commit()

    left = select(RememberedChoice.person_id, RememberedChoice.field).where(RememberedChoice.choice == "leave")
    assert [tuple(row) for row in flows.session.execute(left)] == [("2", "bank_account_number")]

    plan = flows.plan()
    planning.choose_for_all(flows.runtime, plan, "leave")
    ended(flows, plan)
    assert len(flows.session.execute(left).all()) == 2, "each once"


def test_undecided_is_asked_again(quick: Stand) -> None:
    plan = drawn(quick)
    planning.choose_for_all(quick.runtime, plan, None)
    planning.choose_everybody(quick.runtime, plan, "only_in_huma", None)
    planning.choose_everybody(quick.runtime, plan, "only_in_tripletex", None)
    run = ended(quick, plan)
    assert {row.action for row, _ in results(quick, run).values()} == {"link"}
    plan = quick.plan()
    assert planning.difference_counts(quick.runtime, plan).all == 2
    assert planning.people_counts(quick.runtime, plan).all == 5
    assert quick.session.query(RememberedChoice).count() == 0


def test_not_the_same_person_is_remembered_and_unlinked(flows: Stand) -> None:
    flows.person(1)
    employee = flows.employee(1)
    flows.session.add(
        PersonLink(connection_id=flows.connection().id, person_id="1", employee_id=employee, linked_at=flows.clock())
    )
    flows.session.commit()
    plan = flows.plan()
    planning.choose_people(flows.runtime, plan, {item(flows, plan, 1).id: ("none", None)})
    run = ended(flows, plan, typed=planning.summary(flows.runtime, plan).to_type)
    assert "1" not in {row.person_id for row, _ in results(flows, run).values()}
    assert flows.session.query(PersonLink).count() == 0
    assert item(flows, flows.plan(), 1).kind == "only_in_huma"


def test_a_link_to_somebody_gone_gives_way(flows: Stand) -> None:
    """The person was deleted in Huma and entered anew: the employee is theirs now."""
    employee = flows.employee(1)
    connection = flows.connection()
    for person, number in (("old", employee), ("1", 12345)):
        link = PersonLink(connection_id=connection.id, person_id=person, employee_id=number, linked_at=flows.clock())
        flows.session.add(link)
    flows.session.commit()
    flows.person(1)
    plan = flows.plan()
    assert item(flows, plan, 1).employee_id == employee
    ended(flows, plan, typed="2")
    assert flows.session.query(PersonLink).count() == 0, "both gave way; the run makes the new one"


def linked(flows: Stand, number: int, employee: int) -> PersonLink:
    connection = flows.connection()
    vault, values = flows.runtime.vault, flows.people[str(number)].values
    agreed = {key: agreed_hash(vault, connection.id, str(number), key, values[key]) for key in KEYS}
    agreed["phone_number"] = agreed_hash(vault, connection.id, str(number), "phone_number", f"+47{facts_phone(number)}")
    row = PersonLink(
        connection_id=connection.id,
        person_id=str(number),
        employee_id=employee,
        agreed=agreed,
        linked_at=flows.clock(),
    )
    flows.session.add(row)
    flows.session.commit()
    return row


def facts_phone(number: int) -> str:
    return f"4{number:07d}"


def test_a_pair_that_is_linked_and_agreed_makes_no_result(quick: Stand) -> None:
    quick.person(1)
    row = linked(quick, 1, quick.employee(1))
    plan = quick.plan()
    assert planning.summary(quick.runtime, plan).linked == 0
    run = ended(quick, plan)
    assert "Given1 Family1" not in results(quick, run)
    row.agreed = {**row.agreed, "given_name": "outdated"}
    quick.session.commit()
    run = ended(quick, quick.plan())
    result, content = results(quick, run)["Given1 Family1"]
    assert result.action == "link"
    assert content["agreed"]["given_name"] != "outdated"


def test_trying_it_on_a_few_first(flows: Stand) -> None:
    plan = drawn(flows)
    few = [item(flows, plan, 2).id]
    before = planning.totals(flows.runtime, plan)
    run = planning.approve(flows.runtime, plan, ANNA, only=few)
    flows.session.commit()
    assert set(results(flows, run)) == {"Given2 Family2"}
    assert plan.state == "ready"
    assert planning.difference_counts(flows.runtime, plan).all == 0
    rest = planning.totals(flows.runtime, plan)
    assert (rest.tripletex_values, rest.huma_values) == (0, 0)
    assert (rest.tripletex_added, rest.huma_added) == (before.tripletex_added, before.huma_added)
    run.state = "ended"
    flows.session.commit()
    with pytest.raises(NotPossible, match="few_people"):
        planning.approve(flows.runtime, plan, ANNA, only=few)
    flows.session.rollback()
    second = planning.approve(flows.runtime, plan, ANNA)
    assert set(results(flows, second)) == {"Given1 Family1", "Given3 Family3", "Given4 Family4"}
    assert plan.state == "approved"


def test_results_cost_statements_by_the_thousand(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    used = []
    for many in (10, 60):
        for number in range(many):
            flows.person(number)
            if number >= (0 if many == 10 else 10):
                flows.employee(number)
        plan = flows.plan()
        with flows.statements() as seen:
            planning.approve(flows.runtime, plan, ANNA)
        flows.session.rollback()
        used.append(len([one for one in seen if not one.startswith("SAVEPOINT")]))
    assert used[0] == used[1]
