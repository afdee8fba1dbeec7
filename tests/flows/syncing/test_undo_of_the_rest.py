"""What of a sync is still unsent when it is undone, what was sent later, and what comes back only in part."""

from __future__ import annotations

from datetime import timedelta

from huma_tripletex import reporting, syncing
from huma_tripletex.models import OutboxEntry, SyncResult, SyncRun
from huma_tripletex.outbox import wait
from huma_tripletex.reporting import taken_back
from tests.flows.planning_parts import ANNA, account
from tests.flows.reporting.test_summaries import INVALID
from tests.flows.syncing.test_undo import undone
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def refused_for_one(desk: Desk) -> tuple[SyncRun, int]:
    """A sync of two, one of whom Tripletex refuses; and their employee."""
    desk.both(1, phone_number="49999999")
    second = desk.both(2, phone_number="49999998")
    desk.fault("status", method="PUT", path=f"/v2/employee/{second}", status=422, code=18000, times=1)
    run = desk.finish(desk.approve("huma"))
    assert sorted(desk.outcomes(run)) == ["failed", "updated"]
    return run, second


def entry_of(desk: Desk, run: SyncRun, number: int) -> OutboxEntry:
    theirs = desk.session.query(OutboxEntry).filter_by(run_id=run.id, person_id=str(number))
    return theirs.populate_existing().one()


def test_what_tripletex_refused_is_not_tried_again_once_the_sync_is_undone(desk: Desk) -> None:
    run, second = refused_for_one(desk)

    undone(desk, run)
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()
    syncing.take_in_late(desk.runtime, desk.clock())

    assert desk.in_tripletex(second)["phoneNumberMobile"] == "49999998"
    assert (entry_of(desk, run, 2).state, entry_of(desk, run, 2).reason) == ("dismissed", "undone")
    assert (desk.result(run, 2).outcome, desk.result(run, 2).reason) == ("skipped", "undone")
    assert reporting.report(desk.runtime, run).need_you == 0


def test_what_waits_for_tripletex_is_not_sent_once_the_sync_is_undone(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    second = desk.both(2, phone_number="49999998")
    run = desk.approve("huma")
    desk.carry_out(run)
    entry_of(desk, run, 2).not_before = desk.clock() + timedelta(hours=1)
    desk.session.commit()
    desk.drain()
    desk.clock.now += timedelta(minutes=11)
    assert desk.carry_out(run)
    assert desk.result(run, 2).outcome == "waiting"

    undone(desk, run)
    desk.clock.forward(7200)
    desk.drain()

    assert entry_of(desk, run, 2).reason == "undone"
    assert desk.in_tripletex(second)["phoneNumberMobile"] == "49999998"


def test_a_value_that_is_undone_takes_nothing_else_of_the_person_with_it(quick_desk: Desk) -> None:
    """The account that Tripletex refused is still asked about."""
    desk = quick_desk
    both = {"phone_number": "49999999", "bank_account_number": account(77)}
    first = desk.both(1, **both)
    desk.both(2, given_name="Other")
    refuses_account(desk, first, times=1)
    run = desk.finish(desk.approve("huma"))
    assert desk.result(run, 1).tripletex_fields == ["phone_number"]

    undone(desk, run, syncing.Choice(values={("1", "phone_number")}))

    assert desk.in_tripletex(first)["phoneNumberMobile"] == "49999999"
    assert (entry_of(desk, run, 1).state, entry_of(desk, run, 1).fields) == ("parked", ["bank_account_number"])


def test_what_is_refused_together_with_something_else_is_not_told_as_written(quick_desk: Desk) -> None:
    """Sent again without the account that Tripletex has named, the phone number is refused too, as an account again."""
    desk = quick_desk
    first = desk.both(1, phone_number="49999999", bank_account_number=account(77))
    refuses_account(desk, first, times=None)

    run = desk.finish(desk.approve("huma"))

    assert desk.result(run, 1).tripletex_fields == []
    assert syncing.written(desk.runtime, run) == []


def refuses_account(desk: Desk, employee: int, times: int | None) -> None:
    headers = {"x-tlx-request-id": INVALID["requestId"]}
    how = {"status": 422, "headers": headers, "body": INVALID, "times": times}
    desk.fault("status", method="PUT", path=f"/v2/employee/{employee}", **how)


def test_what_is_left_out_of_an_undo_may_still_be_tried_again(quick_desk: Desk) -> None:
    desk = quick_desk
    run, second = refused_for_one(desk)

    undone(desk, run, syncing.Choice(people={"1"}, fields={"phone_number"}))
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()

    assert desk.in_tripletex(second)["phoneNumberMobile"] == "40000002"


def test_what_was_sent_when_it_was_tried_again_is_put_back_too(desk: Desk) -> None:
    run, second = refused_for_one(desk)
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()
    syncing.take_in_late(desk.runtime, desk.clock())
    assert desk.in_tripletex(second)["phoneNumberMobile"] == "40000002"

    undone(desk, run)

    assert desk.in_tripletex(second)["phoneNumberMobile"] == "49999998"


def test_dismissed_after_a_part_of_it_was_written_that_part_can_still_be_undone(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.approve("huma")
    desk.carry_out(run)
    desk.drain()
    entry = entry_of(desk, run, 1)
    entry.state, entry.outcome, entry.reason = "parked", "", "rejected"
    entry.detail = {"fields": ["given_name"]}
    desk.session.commit()
    desk.finish(run)
    wait.dismiss(desk.session(), desk.connection().id, desk.clock(), person_id="1")
    desk.session.commit()
    syncing.take_in_late(desk.runtime, desk.clock())

    assert desk.result(run, 1).tripletex_fields == ["phone_number"]
    undone(desk, run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"


def test_whoever_is_put_back_in_part_is_counted_as_that(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    desk.both(2, phone_number="49999998")
    run = desk.finish(desk.approve("huma"))
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})

    back = undone(desk, run)

    account = reporting.report(desk.runtime, back)
    with desk.app.test_request_context():
        said, how = taken_back.headline(account), taken_back.not_done(account)
    assert said == "Earlier values are back for 1 of 2 people, partly for 1 more"
    assert how == ("1 person keeps a value that somebody has changed since; their other values are back.",)
    assert (account.in_part, account.left_alone, account.need_you) == (1, {}, 0)


def test_what_an_undo_found_changed_is_not_promised_again(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.finish(desk.approve("huma"))
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})
    undone(desk, run)

    (left,) = syncing.written(desk.runtime, run)

    assert (left.fields, left.changed, left.back) == ((), ("phone_number",), ("given_name",))


def test_who_was_added_to_huma_stays_there(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    desk.employee(2)
    run = desk.finish(desk.approve("huma", add=True))

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()

    stays = desk.session.query(SyncResult).filter_by(run_id=back.id, reason="added_stays").all()
    assert {(one.huma_outcome, one.tripletex_outcome) for one in stays} == {("skipped", "")}


def test_what_was_put_back_does_not_come_along_when_the_rest_is_corrected(quick_desk: Desk) -> None:
    desk = quick_desk
    first = desk.both(1, phone_number="49999999", bank_account_number=account(77))
    desk.both(2, given_name="Other")
    refuses_account(desk, first, times=1)
    run = desk.finish(desk.approve("huma"))
    refuses_account(desk, first, times=None)
    parked = entry_of(desk, run, 1)
    parked.not_before = desk.clock() + timedelta(days=1)
    desk.http("DELETE", "faults")
    undone(desk, run, syncing.Choice(values={("1", "phone_number")}))
    assert desk.in_tripletex(first)["phoneNumberMobile"] == "49999999"

    desk.change(1, bank_account_number=account(55))
    desk.drain()

    assert desk.in_tripletex(first)["bankAccountNumber"] == account(55)
    assert desk.in_tripletex(first)["phoneNumberMobile"] == "49999999"


def test_an_edit_in_huma_that_still_waits_is_not_undone(desk: Desk) -> None:
    """Somebody has corrected the account since, and Tripletex was not there just then."""
    employee = desk.both(1, bank_account_number=account(77), phone_number="49999999")
    run = desk.finish(desk.approve("huma"))
    desk.fault("status", method="PUT", path=f"/v2/employee/{employee}", status=503, times=1)
    desk.change(1, bank_account_number=account(55))
    desk.drain()

    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.carry_out(back)
    desk.clock.forward(600)
    desk.drain()
    desk.carry_out(back)

    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(55)
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"
    result = desk.result(back, 1)
    assert (result.reason, result.tripletex_fields) == ("changed_in_huma_since", ["phone_number"])


def test_what_was_edited_in_huma_and_dismissed_is_not_sent_by_an_undo(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1, bank_account_number=account(77))
    run = desk.finish(desk.approve("huma"))
    refuses_account(desk, employee, times=1)
    desk.change(1, bank_account_number=account(55))
    desk.drain()
    wait.dismiss(desk.session(), desk.connection().id, desk.clock(), person_id="1")
    desk.session.commit()

    back = undone(desk, run)

    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(1)
    assert desk.result(back, 1).reason == "changed_in_huma_since"


def test_who_was_added_without_all_of_theirs_stays_too_and_the_result_says_so(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.person(2)
    desk.fault("status", method="POST", path="/v2/employee/employment*", status=422, code=18000, times=1)
    run = desk.finish(desk.approve("huma", add=True))
    assert (desk.result(run, 2).outcome, len(desk.named("Family2"))) == ("failed", 1)

    back = undone(desk, run)

    assert len(desk.named("Family2")) == 1
    assert (desk.result(back, 2).outcome, desk.result(back, 2).reason) == ("skipped", "added_stays")
    assert entry_of(desk, run, 2).reason == "undone"


def test_who_could_not_be_added_at_all_is_no_part_of_an_undo(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.person(2)
    desk.fault("status", method="POST", path="/v2/employee*", status=422, code=18000, times=1)
    run = desk.finish(desk.approve("huma", add=True))
    assert desk.result(run, 2).outcome == "failed"

    back = undone(desk, run)

    assert desk.named("Family2") == []
    assert desk.session.query(SyncResult).filter_by(run_id=back.id, person_id="2").all() == []
