"""The way back: earlier values return where the ones we wrote are still there, and nowhere else."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from huma_tripletex import planning, reporting, syncing
from huma_tripletex.models import Conflict, SyncRun
from huma_tripletex.models.forgetting import forget_values
from tests.flows.host_parts import Person
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def undone(desk: Desk, run: SyncRun, choice: syncing.Choice = syncing.EVERYTHING) -> SyncRun:
    back = syncing.undo(desk.runtime, run, ANNA, choice)
    desk.session.commit()
    return desk.finish(back)


def everything(desk: Desk) -> tuple[list[object], list[object]]:
    """Both systems, but for Tripletex's counting of versions."""
    people = [
        (row.id, row.given_name, row.phone_number, row.bank_account_number, row.employee_id, row.date_of_birth)
        for row in desk.session.query(Person).order_by(Person.id).populate_existing()
    ]
    employees = [
        (row["id"], row["firstName"], row["phoneNumberMobile"], row["bankAccountNumber"], row["employeeNumber"])
        for row in desk.http("GET", "employees")
    ]
    return people, employees  # type: ignore[return-value]


@pytest.mark.parametrize("prefer", ["huma", "tripletex"])
def test_a_run_that_is_taken_back_leaves_both_systems_as_they_were(desk: Desk, prefer: str) -> None:
    desk.both(1, phone_number="49999999", given_name="Other")
    desk.both(2, bank_account_number=account(88))
    desk.person(3, phone_number=None)
    desk.employee(3)
    desk.both(4, phone_number=None)
    before = everything(desk)
    run = desk.finish(desk.approve(prefer))
    assert everything(desk) != before

    back = undone(desk, run)

    assert everything(desk) == before
    assert set(desk.outcomes(back)) == {"updated"}
    assert desk.connection().last_synced_at == run.ended_at, "an undo is no sync"


def test_what_was_filled_in_and_put_back_is_asked_and_not_filled_in_again(desk: Desk) -> None:
    """A comparison would fill what is missing; an undo has just said that this was wrong."""
    employee = desk.both(1, phone_number=None)
    desk.both(2, phone_number=None)
    undone(desk, desk.finish(desk.approve("huma")))

    people = planning.differences(desk.runtime, desk.plan()).people
    assert [
        (row.conflict.kind, row.conflict.choice, row.conflict.changed_by) for one in people for row in one.rows
    ] == [("missing_in_tripletex", None, "undone")] * 2

    desk.http("PATCH", f"employees/{employee}", json={"bankAccountNumber": account(77)})
    desk.change(2, phone_number="+47 400 00 222")
    desk.drain()
    (row,) = desk.named("Family2")
    assert row["phoneNumberMobile"] == "40000222", "an edit in Huma goes to Tripletex as ever"
    rows = {
        row.field: row.conflict for one in planning.differences(desk.runtime, desk.plan()).people for row in one.rows
    }
    assert (rows["phone_number"].choice, rows["phone_number"].changed_by) == (None, "undone")
    assert (rows["bank_account_number"].choice, rows["bank_account_number"].changed_by) == ("tripletex", "tripletex")


def test_once_chosen_again_an_undo_is_no_longer_remembered(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    undone(desk, desk.finish(desk.approve("huma")))
    desk.finish(desk.approve("huma"))
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "49999999"})

    (person,) = planning.differences(desk.runtime, desk.plan()).people

    assert [(row.conflict.choice, row.conflict.changed_by) for row in person.rows] == [("tripletex", "tripletex")]


def test_after_an_undo_the_differences_are_asked_again_and_nothing_is_sent_by_itself(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    undone(desk, run)

    desk.drain()
    plan = desk.plan()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    (person,) = planning.differences(desk.runtime, plan).people
    (row,) = person.rows
    assert (row.field, row.conflict.kind, row.conflict.choice) == ("phone_number", "conflict", None)


def test_a_last_workday_leaves_the_employment_it_was_written_on(desk: Desk) -> None:
    """Huma's first workday, by which employments are told apart, is put back by the same undo, and before."""
    desk.both(1, first_workday="2021-02-01")
    desk.change(1, first_workday="2020-01-01", last_workday="2024-03-31")
    plan = desk.plan()
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id):
        side = "huma" if conflict.field == "last_workday" else "tripletex"
        planning.choose(desk.runtime, plan, {conflict.id: side})
    run = desk.finish(desk.start(plan))
    assert desk.outcomes(run) == ["updated"]

    back = undone(desk, run)

    assert desk.outcomes(back) == ["updated"]
    (row,) = desk.named("Family1")[0]["employments"]
    assert (row["startDate"], row["endDate"]) == ("2021-02-01", None)
    assert str(desk.read(1).first_workday) == "2020-01-01"


def test_what_was_changed_since_on_either_side_is_kept(desk: Desk) -> None:
    first, second = desk.both(1, phone_number="49999999"), desk.both(2, phone_number="49999998")
    desk.both(3, given_name="Other")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma", field="phone_number")
    planning.choose_for_all(desk.runtime, plan, "tripletex", field="given_name")
    desk.session.commit()
    run = desk.finish(desk.start(plan))
    desk.http("PATCH", f"employees/{first}", json={"phoneNumberMobile": "47777777"})
    desk.change(3, given_name="Newest")
    desk.drain()

    back = undone(desk, run)

    assert desk.in_tripletex(first)["phoneNumberMobile"] == "47777777"
    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("skipped", "changed_in_tripletex_since")
    assert desk.in_tripletex(second)["phoneNumberMobile"] == "49999998"
    assert desk.read(3).given_name == "Newest"
    assert not back.whole, "something is left"
    assert (desk.result(back, 3).outcome, desk.result(back, 3).reason) == ("skipped", "changed_in_huma_since")


def test_one_person_or_one_field_can_be_taken_back(desk: Desk) -> None:
    first, second = desk.both(1, phone_number="49999999", given_name="Other"), desk.both(2, phone_number="49999998")
    run = desk.finish(desk.approve("huma"))

    undone(desk, run, syncing.Choice(values={("1", "phone_number")}))

    assert desk.in_tripletex(first)["phoneNumberMobile"] == "49999999"
    assert desk.in_tripletex(first)["firstName"] == "Given1"
    assert desk.in_tripletex(second)["phoneNumberMobile"] == "40000002"

    undone(desk, run, syncing.Choice(people={"2"}))
    assert desk.in_tripletex(second)["phoneNumberMobile"] == "49999998"


def test_who_was_added_stays_and_the_result_says_so(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.person(2)
    run = desk.finish(desk.approve("huma", add=True))

    back = undone(desk, run)

    assert len(desk.named("Family2")) == 1
    assert (desk.result(back, 2).outcome, desk.result(back, 2).reason) == ("skipped", "added_stays")
    reporting.send_due_mail(desk.runtime, desk.clock())
    assert "put back" in desk.mails[-1].subject or "tilbake" in desk.mails[-1].subject


def test_an_edit_in_huma_after_an_undo_that_waits_wins(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.carry_out(back)
    desk.change(1, phone_number="48888888")

    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_there_must_be_something_to_take_back_and_nothing_under_way(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1)
    run = desk.finish(desk.approve())

    with pytest.raises(syncing.CannotUndo, match="nothing_to_undo"):
        syncing.undo(desk.runtime, run, ANNA)

    desk.session.rollback()
    desk.both(2, given_name="Other")
    other = desk.approve()
    with pytest.raises(syncing.CannotUndo, match="run_in_progress"):
        syncing.undo(desk.runtime, other, ANNA)
    assert desk.session.query(SyncRun).count() == 2


def test_a_change_of_something_else_sent_since_does_not_hide_an_edit_in_tripletex(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})
    desk.change(1, given_name="Newest")
    desk.drain()

    back = undone(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "47777777"
    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("skipped", "changed_in_tripletex_since")


def test_what_is_back_is_not_put_back_again_and_the_rest_can_be(desk: Desk) -> None:
    first, second = desk.both(1, phone_number="49999999", given_name="Other"), desk.both(2, phone_number="49999998")
    run = desk.finish(desk.approve("huma"))
    part = undone(desk, run, syncing.Choice(values={("1", "phone_number"), ("2", "phone_number")}))
    assert not part.whole
    assert [(one.person_id, one.fields, one.back) for one in syncing.written(desk.runtime, run)] == [
        ("1", ("given_name",), ("phone_number",)),
        ("2", (), ("phone_number",)),
    ]
    with pytest.raises(syncing.CannotUndo, match="undone_already"):
        syncing.undo(desk.runtime, run, ANNA, syncing.Choice(fields={"phone_number"}))
    desk.session.rollback()

    rest = undone(desk, run)

    assert rest.whole
    assert desk.outcomes(rest) == ["updated"]
    assert (desk.in_tripletex(first)["firstName"], desk.in_tripletex(second)["phoneNumberMobile"]) == (
        "Other",
        "49999998",
    )
    with pytest.raises(syncing.CannotUndo, match="undone_already"):
        syncing.undo(desk.runtime, run, ANNA)
    with pytest.raises(syncing.CannotUndo, match="undo_stays"):
        syncing.undo(desk.runtime, rest, ANNA)


def test_an_undo_that_was_stopped_leaves_its_people_to_the_next_one(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    stopped = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    assert syncing.written(desk.runtime, run)[0].back == ("phone_number",), "it is on its way"
    syncing.cancel(desk.runtime, stopped)
    desk.session.commit()
    desk.finish(stopped)

    undone(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"


def test_what_tripletex_cannot_empty_is_known_before_and_stays(desk: Desk) -> None:
    employee = desk.both(1, first_workday=None, phone_number="49999999")
    only = desk.both(2, first_workday=None)
    run = desk.finish(desk.approve("huma"))
    start = desk.in_tripletex(employee)["employments"][0]["startDate"]
    assert [(one.fields, one.stuck) for one in syncing.written(desk.runtime, run)] == [
        (("phone_number",), ("first_workday",)),
        ((), ("first_workday",)),
    ]

    back = undone(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    assert desk.in_tripletex(employee)["employments"][0]["startDate"] == start
    assert desk.in_tripletex(only)["employments"][0]["startDate"] == start
    assert [(desk.result(back, one).outcome, desk.result(back, one).reason) for one in (1, 2)] == [
        ("updated", "cannot_go_back"),
        ("skipped", "cannot_go_back"),
    ]


def test_another_employment_is_not_taken_away_and_that_is_known_before(desk: Desk) -> None:
    """Somebody who is back: the earlier employment stays as it was, and the new one has begun."""
    over = {"startDate": "2018-01-01", "endDate": "2020-12-31", "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE"}
    desk.person(1, first_workday="2024-02-01")
    employee = desk.employee(1, phone_number="49999999")
    desk.http("PATCH", f"employees/{employee}", json={"employments": [over]})
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id, field="last_workday"):
        planning.choose(desk.runtime, plan, {conflict.id: "huma"})
    run = desk.finish(desk.start(plan))
    begun = [one["startDate"] for one in desk.in_tripletex(employee)["employments"]]
    assert begun == ["2018-01-01", "2024-02-01"]
    (one,) = syncing.written(desk.runtime, run)
    assert (one.fields, one.stuck) == (("phone_number",), ("first_workday", "last_workday"))

    back = undone(desk, run)

    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("updated", "cannot_go_back")
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    assert [one["startDate"] for one in desk.in_tripletex(employee)["employments"]] == begun


def test_values_that_are_no_longer_kept_cannot_be_put_back(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    forget_values(desk.session(), desk.clock() + timedelta(days=31))
    desk.session.commit()

    with pytest.raises(syncing.CannotUndo, match="values_forgotten"):
        syncing.undo(desk.runtime, run, ANNA)


def test_of_two_who_press_at_once_one_undoes(desk: Desk) -> None:
    """Both have asked whether a sync is going on before either has begun one."""
    desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def press() -> None:
        with desk.app.app_context():
            ready.wait(10)
            try:
                syncing.undo(desk.runtime, desk.session.get_one(SyncRun, run.id), ANNA)
                time.sleep(0.2)
                desk.session.commit()
                outcomes.append("undone")
            except syncing.CannotUndo as error:
                desk.session.rollback()
                outcomes.append(error.reason)
            finally:
                desk.session.remove()

    desk.session.commit()
    pressing = [threading.Thread(target=press) for _ in range(2)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(20)

    assert sorted(outcomes) == ["run_in_progress", "undone"]


def test_somebody_of_another_organisation_and_a_field_that_there_is_not_are_not_in_the_run(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))

    for value in (("999", "phone_number"), ("1", "salary"), ("1", "family_name")):
        with pytest.raises(syncing.CannotUndo, match="nothing_to_undo"):
            syncing.undo(desk.runtime, run, ANNA, syncing.Choice(values={value}))


def test_an_undo_of_one_person_tells_of_nobody_else(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    desk.person(2)
    run = desk.finish(desk.approve("huma", add=True))

    back = undone(desk, run, syncing.Choice(people={"1"}))

    assert desk.outcomes(back) == ["updated"]
    assert back.whole, "nothing else can be put back"


def test_what_waits_for_tripletex_when_an_undo_ends_is_on_its_way_and_not_offered_again(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.carry_out(back)
    desk.clock.now += timedelta(minutes=11)
    assert desk.carry_out(back)

    assert (desk.result(back, 1).outcome, back.whole) == ("waiting", True)
    assert [(one.fields, one.back) for one in syncing.written(desk.runtime, run)] == [((), ("phone_number",))]
    with pytest.raises(syncing.CannotUndo, match="undone_already"):
        syncing.undo(desk.runtime, run, ANNA)
    desk.session.rollback()

    desk.drain()
    syncing.take_in_late(desk.runtime, desk.clock())

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    assert (desk.result(back, 1).outcome, desk.result(back, 1).reason) == ("updated", "")
