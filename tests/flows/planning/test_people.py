# ruff: noqa: F811 - fixtures are imported by their names
"""Who is added and who is who: what is ticked beforehand, what cannot be, and what "the same person" leads to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.nearest import KEPT
from huma_tripletex.models import Conflict, PlanItem, RememberedChoice, SyncPlan
from huma_tripletex.planning import NotPossible, people_reading
from tests.flows.planning_parts import ANNA, Stand, flows, quick  # noqa: F401


def item(flows: Stand, plan: SyncPlan, person: int | None = None, employee: int | None = None) -> PlanItem:
    who = PlanItem.person_id == str(person) if person is not None else PlanItem.employee_id == employee
    return flows.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, who)).one()


@pytest.mark.parametrize(
    ("values", "blocked", "choice", "why"),
    [
        ({}, [], "add", ""),
        ({"date_of_birth": None}, ["date_of_birth_missing"], None, ""),
        ({"given_name": " "}, ["name_empty"], None, ""),
        ({"bank_account_number": "12345678901"}, ["account_invalid"], None, ""),
        ({"first_workday": None, "last_workday": "2027-01-01"}, ["first_workday_missing"], None, ""),
        ({"first_workday": None}, [], "add", ""),
        ({"last_workday": "2026-06-14"}, [], None, "employment_ended"),
        ({"last_workday": "2026-06-15"}, [], "add", ""),
    ],
)
def test_who_is_ticked_to_be_added_to_tripletex(
    quick: Stand, values: dict[str, str | None], blocked: list[str], choice: str | None, why: str
) -> None:
    quick.person(1, **values)
    found = item(quick, quick.plan(), 1)
    assert ([one["reason"] for one in found.blocked], found.choice, found.why) == (blocked, choice, why)


def test_nobody_is_added_with_an_employee_id_that_is_taken(quick: Stand) -> None:
    quick.person(1, employee_id="55")
    quick.person(2, employee_id="55")
    plan = quick.plan()
    assert [item(quick, plan, number).blocked[0]["reason"] for number in (1, 2)] == ["employee_id_taken"] * 2


@pytest.mark.parametrize(
    ("values", "blocked", "choice", "why"),
    [
        ({}, [], "add", ""),
        ({"first_workday": None}, [], None, "no_employment"),
        ({"last_workday": "2025-08-31"}, [], None, "employment_ended"),
        ({"family_name": ""}, ["name_empty"], None, ""),
    ],
)
def test_who_is_ticked_to_be_added_to_huma(
    quick: Stand, values: dict[str, str | None], blocked: list[str], choice: str | None, why: str
) -> None:
    employee = quick.employee(1, **values)
    found = item(quick, quick.plan(), employee=employee)
    assert ([one["reason"] for one in found.blocked], found.choice, found.why) == (blocked, choice, why)


def test_a_company_with_several_divisions_demands_one(quick: Stand) -> None:
    from huma_tripletex import connecting
    from tests.flows.planning_parts import ORGANISATION

    connection = connecting.connect(quick.runtime, ORGANISATION, quick.token(company=1), ANNA)
    quick.person(1)
    found = item(quick, quick.plan(connection), 1)
    assert [(one["field"], one["reason"]) for one in found.blocked] == [
        ("", "department_missing"),
        ("first_workday", "division_missing"),
    ]
    facts = connection.company_facts
    chosen = {"department_id": facts["departments"][0]["id"], "division_id": facts["divisions"][0]["id"]}
    connection.options = {**connection.options, **chosen}
    assert item(quick, quick.plan(connection), 1).blocked == []


def test_whoever_is_blocked_cannot_be_added(quick: Stand) -> None:
    quick.person(1, date_of_birth=None)
    quick.person(2)
    plan = quick.plan()
    with pytest.raises(NotPossible, match="date_of_birth_missing"):
        planning.choose_people(quick.runtime, plan, {item(quick, plan, 1).id: ("add", None)})
    quick.session.rollback()
    planning.choose_everybody(quick.runtime, plan, "only_in_huma", "leave")
    assert planning.choose_everybody(quick.runtime, plan, "only_in_huma", "add") == 1
    quick.session.expire_all()
    assert [item(quick, plan, number).choice for number in (1, 2)] == ["leave", "add"]


@pytest.mark.parametrize(("kind", "choice"), [("matched", "add"), ("only_in_huma", "same"), ("only_in_huma", "maybe")])
def test_choices_that_there_are_not(quick: Stand, kind: str, choice: str) -> None:
    plan = quick.plan()
    with pytest.raises(NotPossible, match="choice_not_possible"):
        planning.choose_everybody(quick.runtime, plan, kind, choice)


def namesakes(flows: Stand) -> tuple[SyncPlan, int, int]:
    """Two employees who could both be the one person in Huma."""
    known = {"given_name": "Bjørn", "family_name": "Aas", "employee_id": None}
    flows.person(1, **known, date_of_birth=None, phone_number=None, bank_account_number=None)
    one = flows.employee(2, **known, phone_number="41111111")
    two = flows.employee(3, **known, phone_number="42222222")
    plan = flows.plan()
    assert item(flows, plan, 1).kind == "uncertain"
    return plan, one, two


def test_the_same_person_is_asked_about_like_any_other_and_can_be_taken_back(flows: Stand) -> None:
    plan, one, two = namesakes(flows)
    (shown,) = planning.people(flows.runtime, plan).uncertain
    assert {candidate.employee_id for candidate in shown.candidates} == {one, two}
    assert planning.differences(flows.runtime, plan).people == ()
    who = item(flows, plan, 1).id
    planning.choose_people(flows.runtime, plan, {who: ("same", two)}, by=ANNA)
    (person,) = planning.differences(flows.runtime, plan).people
    assert person.matched_by == "chosen"
    assert {row.field: row.tripletex for row in person.rows}["phone_number"] == "+4742222222"
    assert planning.totals(flows.runtime, plan).huma_filled == 3, "missing values come from the side that has one"
    planning.choose_people(flows.runtime, plan, {who: ("same", one)})
    (person,) = planning.differences(flows.runtime, plan).people
    assert {row.field: row.tripletex for row in person.rows}["phone_number"] == "+4741111111"
    planning.choose_people(flows.runtime, plan, {who: (None, None)})
    assert planning.differences(flows.runtime, plan).people == ()
    assert flows.session.query(Conflict).count() == 0
    assert item(flows, plan, 1).employee_id is None


def test_only_a_candidate_can_be_chosen_and_only_once(flows: Stand) -> None:
    flows.person(1, employee_id="9", given_name="Kari")
    flows.person(2, employee_id="9", given_name="Karin")
    employee = flows.employee(3, employee_id="9")
    matched = flows.employee(4)
    flows.person(4)
    plan = flows.plan()
    first, second = item(flows, plan, 1), item(flows, plan, 2)
    assert {first.kind, second.kind} == {"uncertain"}
    for partner, reason in ((matched, "employee_taken"), (12345, "not_in_this_plan")):
        with pytest.raises(NotPossible, match=reason):
            planning.choose_people(flows.runtime, plan, {first.id: ("same", partner)})
        flows.session.rollback()
    planning.choose_people(flows.runtime, plan, {first.id: ("same", employee)})
    with pytest.raises(NotPossible, match="employee_taken"):
        planning.choose_people(flows.runtime, plan, {second.id: ("same", employee)})


def test_two_strangers_can_be_said_to_be_one(flows: Stand) -> None:
    """A person only in Huma is an employee only in Tripletex, whom nothing but an administrator recognises."""
    flows.person(1)
    employee = flows.employee(2)
    plan = flows.plan()
    who, other = item(flows, plan, 1), item(flows, plan, employee=employee)
    planning.choose_people(flows.runtime, plan, {who.id: ("same", employee)})
    flows.session.commit()
    assert planning.difference_counts(flows.runtime, plan).all == 6
    assert (other.choice, other.partner) == ("taken", who.id)
    totals = planning.totals(flows.runtime, plan)
    assert (totals.huma_added, totals.tripletex_added) == (0, 0)
    planning.choose_everybody(flows.runtime, plan, "only_in_tripletex", "add")
    flows.session.expire_all()
    assert other.choice == "taken"
    planning.choose_people(flows.runtime, plan, {who.id: ("add", None)})
    flows.session.expire_all()
    assert (other.choice, other.partner) == (None, None)
    assert planning.difference_counts(flows.runtime, plan).all == 0


def test_a_match_can_be_doubted_and_believed_again(flows: Stand) -> None:
    flows.person(1, phone_number="41111111")
    flows.employee(1)
    plan = flows.plan()
    who = item(flows, plan, 1)
    planning.choose_people(flows.runtime, plan, {who.id: ("none", None)})
    assert planning.difference_counts(flows.runtime, plan).all == 0
    planning.choose_people(flows.runtime, plan, {who.id: (None, None)})
    assert planning.difference_counts(flows.runtime, plan).all == 1


def test_an_employee_that_was_ruled_out_is_not_offered_again(quick: Stand) -> None:
    """Though somebody of the same name is still asked about them."""
    for number in (1, 2):
        quick.person(number, given_name="Kari", family_name="Hansen", employee_id=None, date_of_birth=None)
    found = [
        quick.employee(number, given_name="Kari", family_name="Hansen", employee_id=None, date_of_birth=None)
        for number in (3, 4)
    ]
    first = quick.plan()
    assert item(quick, first, 1).candidates == found
    for employee in found:
        quick.session.add(
            RememberedChoice(
                connection_id=first.connection_id,
                person_id="1",
                employee_id=employee,
                choice="not_same",
                made_at=quick.clock(),
            )
        )
        quick.session.commit()
        plan = quick.plan()
        assert employee not in item(quick, plan, 1).candidates
        assert sorted(item(quick, plan, 2).candidates) == found
    assert item(quick, plan, 1).kind == "only_in_huma"


def test_of_many_who_are_called_the_same_a_few_are_offered_and_the_rest_is_found_by_name(quick: Stand) -> None:
    """Every item with everybody sealed in it would be a plan that grows with the square of the people."""
    known = {"given_name": "Ny", "family_name": "Ansatt", "employee_id": None}
    unknown = {"phone_number": None, "bank_account_number": None}
    for number in range(1, 13):
        quick.person(number, **known, **unknown, date_of_birth=None)
    found = [quick.employee(number, **known, **unknown) for number in range(21, 21 + 2 * KEPT)]
    plan = quick.plan()
    first, second = item(quick, plan, 1), item(quick, plan, 2)
    shown = planning.people(quick.runtime, plan)
    assert all(len(one.candidates) == KEPT for one in shown.uncertain)
    everybody = [item(quick, plan, employee=employee) for employee in found]
    planning.choose_everybody(quick.runtime, plan, "only_in_tripletex", "add")
    quick.session.expire_all()
    assert {(one.why, one.choice) for one in everybody} == {("may_be_in_huma", None)}, "nobody is added unasked"
    (other,) = {*found[-1:]} - set(first.candidates)
    offered = people_reading.free_employees(quick.runtime, plan, name="ny ansatt", most=None)
    assert other in {one.employee_id for one in offered}
    planning.choose_people(quick.runtime, plan, {first.id: ("same", other)})
    planning.choose_people(quick.runtime, plan, {second.id: ("same", second.candidates[0])})
    quick.session.expire_all()
    taken = {one.employee_id for one in everybody if one.choice == "taken"}
    assert taken == {other, second.candidates[0]}


def test_whoever_of_many_was_not_added_is_not_asked_about_again(quick: Stand) -> None:
    known = {"given_name": "Ny", "family_name": "Ansatt", "employee_id": None}
    quick.person(1, **known, date_of_birth=None, phone_number=None, bank_account_number=None)
    found = [quick.employee(number, **known) for number in range(21, 22 + KEPT)]
    plan = quick.plan()
    assert item(quick, plan, employee=found[-1]).why == "may_be_in_huma"
    planning.choose_everybody(quick.runtime, plan, "only_in_tripletex", "leave")
    planning.choose_everybody(quick.runtime, plan, "only_in_huma", "leave")
    planning.approve(quick.runtime, plan, ANNA)
    quick.session.commit()
    again = item(quick, quick.plan(), employee=found[-1])
    assert (again.remembered, again.choice) == (True, "leave")


def test_a_free_employee_is_found_by_any_part_of_the_name_however_many_there_are(quick: Stand) -> None:
    for number in range(1, 31):
        quick.employee(number)
    quick.employee(40, given_name="Åse Marie", family_name="Østby")
    plan = quick.plan()
    assert len(people_reading.free_employees(quick.runtime, plan, most=5)) == 5
    (found,) = people_reading.free_employees(quick.runtime, plan, name=" marie  øst", most=5)
    assert found.name == "Åse Marie Østby"
    assert people_reading.free_employees(quick.runtime, plan, name="nobody") == ()
    assert len(people_reading.free_employees(quick.runtime, plan, most=None)) >= 31
