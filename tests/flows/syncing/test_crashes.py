"""A run may be killed at any commit, taken over, stopped or kept waiting: it ends, and does nothing twice."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from huma_tripletex import connecting, jobs, syncing
from huma_tripletex.models import OutboxEntry, SyncRun
from huma_tripletex.outbox import wait
from tests.flows.host_parts import Person, db
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


class Killed(BaseException):
    """What SIGKILL does, as near as one process can come: nothing after it runs, and no connection is kept."""


def killing(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
    """Kills at the `at`-th commit from now, before or after it."""
    commits = 0
    real = db.session.commit

    def commit() -> None:
        nonlocal commits
        commits += 1
        if commits == at and not after:
            raise Killed
        real()
        if commits == at and after:
            raise Killed

    monkeypatch.setattr(db.session, "commit", commit)


def prepare(desk: Desk) -> SyncRun:
    desk.both(1, phone_number="49999999")
    desk.both(2, given_name="Other")
    desk.both(3)
    desk.person(4)
    desk.employee(5)
    desk.both(6, family_name="Another")
    return desk.approve("tripletex", add=True)


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_a_run_killed_at_any_commit_goes_on_without_repeating(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    desk = quick_desk
    run_id = prepare(desk).id
    people = desk.session.query(Person).count()
    at, ended = 0, False
    while not ended:
        at += 1
        with monkeypatch.context() as patch:
            killing(patch, at=at % 5 + 1, after=after)
            with contextlib.suppress(Killed):
                ended = syncing.carry_out(desk.runtime, run_id)
        db.session.remove()
        desk.clock.forward(60)
        desk.drain()
        assert at < 60, "it never ends"

    run = desk.session.get_one(SyncRun, run_id)
    assert desk.session.query(Person).count() - people == 4, "one of us and three owners of tokens, each once"
    assert len(desk.named("Family4")) == 1
    assert set(desk.outcomes(run)) == {"updated", "created", "nothing_to_do"}
    assert desk.session.query(OutboxEntry).count() == 1
    assert run.mail_state == "due"


def test_another_worker_does_not_touch_a_run_whose_lease_is_alive(desk: Desk) -> None:
    run = prepare(desk)
    seen: list[Any] = []

    def stop() -> bool:
        if not seen:
            seen.append(None)
            seen[0] = desk.runtime.session.get_one(SyncRun, run.id).lease
            assert syncing.due_runs(desk.session, desk.clock()) == []
        return False

    desk.carry_out(run, stop=stop)

    assert seen[0]


def test_a_worker_that_comes_back_from_the_dead_writes_nothing(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    run_id = run.id
    real = desk.runtime.host.write_person
    turns: list[str] = []

    def slow(*arguments: Any) -> None:
        if not turns:  # while the first worker sleeps here, its lease ends and another begins
            turns.append("first")
            raise Killed
        real(*arguments)

    object.__setattr__(desk.runtime.host, "write_person", slow)
    with pytest.raises(Killed):
        desk.carry_out(run)
    token = desk.session.get_one(SyncRun, run_id).lease
    db.session.rollback()
    desk.clock.forward(60)
    assert desk.carry_out(run)

    from huma_tripletex.syncing import lease

    with pytest.raises(lease.Lost):
        lease.renew(desk.runtime, run_id, token or "")


def test_a_run_is_given_back_when_the_worker_stops_or_its_slice_is_over(desk: Desk) -> None:
    run = prepare(desk)

    assert not desk.carry_out(run, stop=lambda: True)
    assert not desk.carry_out(run, deadline=desk.clock())

    assert syncing.due_runs(desk.session, desk.clock()) == [run.id]
    assert set(desk.outcomes(run)) == {"planned"}


def test_a_run_that_is_stopped_leaves_the_rest_alone(desk: Desk) -> None:
    first = desk.both(1, phone_number="49999999")
    desk.both(2, phone_number="49999998")
    run = desk.approve("tripletex")
    done = 0
    real = desk.runtime.host.write_person

    def write(*arguments: Any) -> None:
        nonlocal done
        real(*arguments)
        done += 1
        if done == 1:
            assert syncing.cancel(desk.runtime, run)

    object.__setattr__(desk.runtime.host, "write_person", write)
    assert desk.carry_out(run)

    assert desk.outcomes(run) == ["updated", "cancelled"]
    assert desk.read(2).phone_number == "40000002"
    assert desk.connection().activated_at is None, "a first run that was stopped makes nothing active"
    assert desk.links()["1"].employee_id == first
    assert not syncing.cancel(desk.runtime, run), "an ended run cannot be stopped"


def test_what_was_handed_over_and_not_sent_is_taken_back_when_a_run_is_stopped(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    assert not desk.carry_out(run)
    syncing.cancel(desk.runtime, run)
    desk.session.commit()

    assert desk.carry_out(run)
    desk.drain()

    assert desk.outcomes(run) == ["cancelled"]
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "49999999"


def test_a_run_does_not_wait_for_ever_for_tripletex(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    desk.both(2)
    desk.fault("status", method="PUT", path="/v2/employee/*", status=500, times=1)
    run = desk.approve("huma")
    desk.carry_out(run)
    desk.drain()
    assert not desk.carry_out(run)

    desk.clock.forward(desk.runtime.settings.run_wait)
    assert desk.carry_out(run)

    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == ("waiting", "unavailable")
    desk.drain()
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "40000001", "it is sent all the same"
    assert syncing.take_in_late(desk.runtime, desk.clock()) == 1
    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == ("updated", "")
    assert syncing.take_in_late(desk.runtime, desk.clock()) == 0


@pytest.mark.parametrize("way", ["corrected", "tried again", "dismissed"])
def test_who_failed_is_no_longer_said_to_fail_once_it_is_mended(desk: Desk, way: str) -> None:
    """The result of the run stays open for months; whoever comes back to it must not be sent to what is done."""
    desk.both(1, phone_number="49999999")
    desk.both(2, phone_number="48888888")
    desk.fault("status", method="PUT", path="/v2/employee/*", status=422, times=2)
    run = desk.finish(desk.approve("huma"))
    assert desk.outcomes(run) == ["failed", "failed"]
    connection, now = desk.connection().id, desk.clock()
    if way == "corrected":
        desk.change(1, phone_number="41111111")
    elif way == "tried again":
        wait.retry(desk.session(), connection, now, person_id="1")
    else:
        wait.dismiss(desk.session(), connection, now, person_id="1")
    desk.session.commit()

    jobs.drain(connection)

    if way == "dismissed":  # nothing is sent, so it is found at leisure
        assert syncing.take_in_late(desk.runtime, now) == 1
    told = {"corrected": ("updated", ""), "tried again": ("updated", ""), "dismissed": ("skipped", "dismissed")}
    assert (desk.result(run, 1).outcome, desk.result(run, 1).reason) == told[way]
    assert desk.result(run, 2).outcome == "failed"
    assert syncing.take_in_late(desk.runtime, now) == 0


def test_a_run_of_a_connection_that_was_given_up_ends(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    desk.carry_out(run)
    connecting.disconnect(desk.runtime, desk.connection(), None)
    desk.session.commit()

    assert syncing.carry_out(desk.runtime, run.id)

    assert desk.outcomes(run) == ["skipped"]
    assert desk.result(run, 1).reason in ("disconnected", "dismissed", "cancelled")
