"""A run does what was approved, in both systems, and nothing else."""

from __future__ import annotations

from huma_tripletex import planning
from huma_tripletex.models import PlanItem, SyncRun
from tests.flows.host_parts import Person, db
from tests.flows.planning_parts import facts
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def test_a_run_writes_both_systems_adds_people_and_makes_the_connection_active(desk: Desk) -> None:
    differs = desk.both(1, given_name="Other")
    desk.person(2, phone_number=None)
    desk.employee(2)
    desk.person(3)
    alone = desk.employee(4)
    desk.both(5)

    run = desk.finish(desk.approve("huma", add=True))

    assert run.state == "ended"
    assert desk.in_tripletex(differs)["firstName"] == "Given1"
    assert desk.read(2).phone_number == "+4740000002"
    assert len(desk.named("Family3")) == 1
    added = db.session.query(Person).filter_by(family_name="Family4").one()
    assert (added.given_name, added.bank_account_number) == ("Given4", facts(4)["bank_account_number"])
    assert desk.links()[str(added.id)].employee_id == alone
    outcomes = [desk.result(run, number).outcome for number in (1, 2, 3, added.id, 5)]
    assert outcomes == ["updated", "updated", "created", "created", "nothing_to_do"]
    assert desk.result(run, 3).employee_id == desk.named("Family3")[0]["id"]
    assert desk.connection().activated_at == desk.connection().last_synced_at == run.ended_at


def test_what_a_run_writes_to_huma_makes_no_entry(desk: Desk) -> None:
    desk.person(1, phone_number=None)
    desk.employee(1)
    desk.employee(2)

    desk.finish(desk.approve(add=True))

    assert desk.read(1).phone_number
    assert desk.entries() == []


def test_after_a_run_both_sides_agree_so_that_nothing_is_left_to_decide(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.person(2, phone_number=None)
    desk.employee(2)
    desk.person(3)
    desk.employee(4)
    desk.both(5)
    desk.finish(desk.approve("tripletex", add=True))

    plan = desk.plan()

    assert planning.totals(desk.runtime, plan).nothing
    items = desk.session.query(PlanItem).filter_by(plan_id=plan.id).all()
    assert {item.matched_by for item in items} == {"link"}
    assert all(set(link.agreed) == set(facts(1)) for link in desk.links().values())


def test_a_change_made_after_the_run_goes_by_itself(desk: Desk) -> None:
    employee = desk.both(1)
    desk.finish(desk.approve())

    desk.change(1, phone_number="48888888")
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_a_choice_for_one_value_clears_it_in_huma(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number=None)
    plan = desk.plan()
    (person,) = planning.differences(desk.runtime, plan).people
    planning.choose(desk.runtime, plan, {person.rows[0].conflict.id: "tripletex"})

    run = desk.finish(desk.start(plan))

    assert desk.read(1).phone_number is None
    assert desk.result(run, 1).huma_fields == ["phone_number"]


def test_a_person_whom_the_host_refuses_fails_alone(desk: Desk) -> None:
    desk.both(1, first_workday="2021-02-01")
    desk.both(2, phone_number="49999999")

    def write(organisation_id: str, person_id: str, values: object) -> None:
        if person_id == "1":
            db.session.execute(db.update(Person).where(Person.id == 1).values(given_name=None))
        return original(organisation_id, person_id, values)  # type: ignore[arg-type]

    original = desk.runtime.host.write_person
    object.__setattr__(desk.runtime.host, "write_person", write)
    run = desk.finish(desk.approve("tripletex"))

    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == ("failed", "huma_failed")
    assert desk.read(1).given_name == "Given1"
    assert desk.result(run, 2).outcome == "updated"


def test_an_employee_who_became_somebody_else_meanwhile_is_not_taken(desk: Desk) -> None:
    employee = desk.both(1, given_name="Other")
    run = desk.approve()
    link = desk.links().get("9")
    assert link is None
    from huma_tripletex.models import PersonLink

    desk.session.add(
        PersonLink(connection_id=run.connection_id, person_id="9", employee_id=employee, linked_at=desk.clock())
    )
    desk.session.commit()

    ended = desk.finish(run)

    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "found_several")
    assert desk.in_tripletex(employee)["firstName"] == "Other"


def test_somebody_who_left_huma_after_the_approval_is_left_alone(desk: Desk) -> None:
    employee = desk.both(1, given_name="Other")
    run = desk.approve()
    db.session.delete(desk.read(1))
    db.session.commit()

    ended = desk.finish(run)

    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "left_huma")
    assert desk.in_tripletex(employee)["firstName"] == "Other"


def test_what_tripletex_refuses_is_a_failure_with_its_reason(desk: Desk) -> None:
    desk.both(1, given_name="Other")
    desk.fault("status", method="PUT", path="/v2/employee/*", status=422, code=18000, times=None)

    run = desk.finish(desk.approve())

    assert desk.result(run, 1).outcome == "failed"
    assert desk.result(run, 1).reason == "rejected"
    assert desk.result(run, 1).tripletex_fields == []


def test_what_tripletex_accepts_without_keeping_it_is_different(desk: Desk) -> None:
    desk.both(1, given_name="Other")
    desk.fault("lie", method="PUT", path="/v2/employee/*", times=None)
    run = desk.approve()
    while not desk.carry_out(run):
        desk.drain()
        desk.clock.forward(10)  # it is looked at once more before it is given up

    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == ("different", "different")


def test_a_thousand_links_take_as_many_statements_as_ten(quick_desk: Desk) -> None:
    def carrying(count: int, start: int) -> int:
        for number in range(start, start + count):
            desk.session.add(Person(id=number, organisation_id=7, **_row(number)))
        desk.session.commit()
        desk.http("POST", "employees", json=[_employee(number) for number in range(start, start + count)])
        run = desk.approve()
        with desk.statements() as seen:
            desk.carry_out(run)
        assert set(desk.outcomes(run)) == {"nothing_to_do"}
        return len(seen)

    desk = quick_desk
    few, many = carrying(10, 1), carrying(400, 1000)

    assert many <= few, (few, many)


def test_only_the_run_that_was_asked_for_is_carried_out(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, given_name="Other")
    run = desk.finish(desk.approve())

    assert desk.carry_out(run), "an ended run is ended"
    assert desk.session.query(SyncRun).count() == 1
    assert len([call for call in desk.requests() if call[0] == "PUT"]) == 1


def _row(number: int) -> dict[str, object]:
    from tests.flows.syncing_parts import _typed

    return _typed(facts(number))


def _employee(number: int) -> dict[str, object]:
    own = facts(number)
    return {
        "firstName": own["given_name"],
        "lastName": own["family_name"],
        "employeeNumber": own["employee_id"],
        "dateOfBirth": own["date_of_birth"],
        "phoneNumberMobile": own["phone_number"],
        "phoneNumberMobileCountry": {"id": 161},
        "bankAccountNumber": own["bank_account_number"],
        "employments": [{"startDate": own["first_workday"], "endDate": None}],
    }
