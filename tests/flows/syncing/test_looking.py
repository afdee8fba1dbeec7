"""Before a run writes to Huma it looks at Tripletex again, in a few calls, and leaves alone what nobody has seen."""

from __future__ import annotations

import pytest

from huma_tripletex import connecting, planning, syncing
from huma_tripletex.gateway.opening import reading_client
from huma_tripletex.models import SyncPlan, SyncResult, SyncRun
from huma_tripletex.syncing import looking
from tests.flows.host_parts import Person
from tests.flows.planning_parts import ANNA
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]

LIST = ("GET", "/v2/employee")


def asked_again(desk: Desk, number: int, field: str) -> tuple[str | None, str | None]:
    """Both values of a difference that the next comparison shows."""
    shown = planning.differences(desk.runtime, desk.plan()).people
    (row,) = [row for one in shown if one.item.person_id == str(number) for row in one.rows if row.field == field]
    return row.huma, row.tripletex


def test_a_value_that_changed_in_tripletex_is_not_written_to_huma_and_asked_again(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.approve("tripletex")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})

    ended = desk.finish(run)

    result = desk.result(ended, 1)
    assert (result.outcome, result.reason) == ("skipped", "changed_in_tripletex")
    assert (result.huma_fields, result.detail) == (["given_name"], {"skipped_in_huma": ["phone_number"]})
    assert (desk.read(1).phone_number, desk.read(1).given_name) == ("40000001", "Other")
    assert "phone_number" not in desk.links()["1"].agreed, "nobody has agreed on it"
    assert asked_again(desk, 1, "phone_number") == ("40000001", "+4747777777")


def test_huma_that_has_the_approved_value_already_agrees_on_nothing_that_tripletex_has_left(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    desk.change(1, phone_number="499 99 999")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})

    desk.carry_out(run)

    assert "phone_number" not in desk.links()["1"].agreed


def test_who_is_no_longer_in_tripletex_is_left_alone_in_huma(desk: Desk) -> None:
    employee, alone = desk.both(1, phone_number="49999999"), desk.employee(2)
    run = desk.approve("tripletex", add=True)
    for one in (employee, alone):
        desk.http("DELETE", f"employees/{one}")

    ended = desk.finish(run)

    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "not_in_tripletex")
    assert desk.read(1).phone_number == "40000001"
    assert desk.session.query(Person).filter_by(family_name="Family2").count() == 0


@pytest.mark.parametrize(
    "edit",
    [
        {"phoneNumberMobile": "47777777"},
        {"lastName": "Somebodyelse"},
        {"bankAccountNumber": ""},
        {"email": "new@fjord.example"},
        {"employments": []},
        {"employments": [{"startDate": "2020-01-01", "endDate": "2027-01-31"}]},
    ],
    ids=lambda edit: next(iter(edit)),
)
def test_somebody_who_changed_is_not_added_to_huma_and_asked_again(quick_desk: Desk, edit: dict[str, object]) -> None:
    desk = quick_desk
    alone = desk.employee(1)
    run = desk.approve(add=True)
    desk.http("PATCH", f"employees/{alone}", json=edit)

    ended = desk.finish(run)

    (result,) = [row for row in results(desk, ended) if row.employee_id == alone]
    assert (result.outcome, result.reason) == ("skipped", "changed_in_tripletex")
    assert desk.session.query(Person).filter(Person.employee_id == "1001").count() == 0
    shown = planning.people(desk.runtime, desk.plan()).only_in_tripletex
    assert alone in {one.item.employee_id for one in shown}


def results(desk: Desk, run: SyncRun) -> list[SyncResult]:
    return desk.session.query(SyncResult).filter_by(run_id=run.id).populate_existing().all()


def test_what_changed_in_form_only_is_written(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, given_name="Bjørn")
    run = desk.approve("tripletex")
    desk.http("PATCH", f"employees/{employee}", json={"firstName": " Bjørn ", "comments": "nothing of ours"})

    assert desk.result(desk.finish(run), 1).outcome == "updated"
    assert desk.read(1).given_name == "Bjørn"


def test_looking_costs_a_call_per_hundreds_of_people_and_none_per_person(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = quick_desk
    monkeypatch.setattr(looking, "AT_ONCE", 25)
    for number in range(1, 121):
        desk.both(number, **({"phone_number": f"4999{number:04}"} if number % 2 == 0 else {}))
    run = desk.approve("tripletex")
    desk.http("DELETE", "requests")

    ended = desk.finish(run)

    assert desk.outcomes(ended).count("updated") == 60
    assert desk.requests() == [LIST] * 3, "60 people, 25 in a call"


def test_a_list_of_ids_is_cut_before_it_is_too_long_for_a_line(quick_desk: Desk) -> None:
    desk = quick_desk
    first, second, connection = desk.employee(1), desk.employee(2), desk.connection()
    desk.http("DELETE", "requests")
    with reading_client(desk.runtime, connection) as client:
        found = client.employees_with_ids([second, first, *range(1_000_000_000, 1_000_000_999)])
    assert [one.id for one in found] == [first, second]
    assert desk.requests().count(LIST) == 3


def test_what_goes_to_tripletex_alone_needs_no_look_and_neither_does_an_undo(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    desk.both(2, given_name="Other")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma", field="phone_number")
    planning.choose_for_all(desk.runtime, plan, "tripletex", field="given_name")
    run = desk.start(plan)
    desk.http("DELETE", "requests")
    desk.finish(run)
    assert [call for call in desk.requests() if call[0] == "GET"] == [LIST], "for the second"

    back = syncing.undo(desk.runtime, run, ANNA, syncing.Choice(people={"2"}))
    desk.session.commit()
    desk.http("DELETE", "requests")
    desk.finish(back)

    assert desk.read(2).given_name == "Given2"
    assert desk.requests() == []


def test_a_run_waits_for_tripletex_before_it_writes_to_huma(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    desk.fault("status", status=503, method="GET", path="/v2/employee", times=None)

    assert not desk.carry_out(run)
    assert not desk.carry_out(run)
    assert desk.read(1).phone_number == "40000001"
    desk.http("DELETE", "faults")
    ended = desk.finish(run)

    assert desk.result(ended, 1).outcome == "updated"
    assert desk.read(1).phone_number == "+4749999999"


def test_it_does_not_wait_for_ever_and_what_needs_no_look_goes_on(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    changed = desk.both(2, given_name="Other")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "tripletex", field="phone_number")
    planning.choose_for_all(desk.runtime, plan, "huma", field="given_name")
    run = desk.start(plan)
    desk.fault("status", status=503, method="GET", path="/v2/employee", times=None)
    assert not desk.carry_out(run)

    desk.clock.forward(desk.runtime.settings.run_wait)  # type: ignore[attr-defined]
    ended = desk.finish(run)

    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "not_looked_again")
    assert desk.result(ended, 2).outcome == "updated"
    assert desk.in_tripletex(changed)["firstName"] == "Given2"
    desk.http("DELETE", "faults")
    assert asked_again(desk, 1, "phone_number") == ("40000001", "+4749999999")


def test_a_revoked_token_is_found_out_and_another_one_lets_the_run_go_on(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    desk.fault("revoke_token")
    assert not desk.carry_out(run)
    assert (desk.connection().state, desk.connection().state_reason) == ("needs_attention", "unauthorised")
    assert desk.read(1).phone_number == "40000001"

    desk.http("DELETE", "faults")
    connecting.replace_token(desk.runtime, desk.connection(), desk.token(), ANNA)
    desk.session.commit()

    assert desk.result(desk.finish(run), 1).outcome == "updated"


def test_a_cancelled_run_does_not_look(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    syncing.cancel(desk.runtime, run)
    desk.session.commit()
    desk.http("DELETE", "requests")

    desk.finish(run)

    assert desk.requests() == []
    assert desk.session.get_one(SyncPlan, run.plan_id).state == "approved"


def test_who_is_left_out_of_every_sync_after_the_approval_is_not_written(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "tripletex", field="phone_number")
    planning.choose_for_all(desk.runtime, plan, "huma", field="given_name")
    run = desk.start(plan)
    planning.never_sync(desk.runtime, desk.connection(), "1", ANNA)
    desk.session.commit()

    ended = desk.finish(run)

    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "never_sync")
    assert desk.read(1).phone_number == "40000001"
    assert desk.in_tripletex(employee)["firstName"] == "Other"
