"""What runs is what was approved, or nothing: a run makes the digest of its plan again before it writes anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, delete, update

from huma_tripletex import syncing
from huma_tripletex.models import SyncPlan, SyncResult, SyncRun
from huma_tripletex.task_queue import TaskQueue
from tests.flows.syncing_parts import Desk, quick_desk

__all__ = ["quick_desk"]


def of(run: SyncRun, number: int) -> tuple[ColumnElement[bool], ...]:
    return SyncResult.run_id == run.id, SyncResult.person_id == str(number)


def of_a_stranger(desk: Desk, run: SyncRun) -> None:
    """One person's values would go to another employee."""
    stranger = desk.result(run, 2).employee_id
    desk.session.execute(update(SyncResult).where(*of(run, 1)).values(employee_id=stranger))


def one_less(desk: Desk, run: SyncRun) -> None:
    desk.session.execute(delete(SyncResult).where(*of(run, 1)))


def another_value(desk: Desk, run: SyncRun) -> None:
    """A sealed value of another person in this place does not even open."""
    desk.session.execute(update(SyncResult).where(*of(run, 1)).values(sealed=desk.result(run, 2).sealed))


def another_digest(desk: Desk, run: SyncRun) -> None:
    desk.session.execute(update(SyncPlan).where(SyncPlan.id == run.plan_id).values(digest="00" * 16))


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("tamper", [of_a_stranger, one_less, another_value, another_digest])
def test_a_run_that_is_not_what_was_approved_writes_nothing(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch, tamper: Callable[[Desk, SyncRun], None], stopped: bool
) -> None:
    """Nor does it count as the first sync, also when somebody presses Stop just as it is refused."""
    desk = quick_desk
    ids = [desk.both(number, phone_number="49999999", given_name="Other") for number in (1, 2)]
    run = desk.approve("huma")
    tamper(desk, run)
    desk.session.commit()
    if stopped:
        monkeypatch.setattr(TaskQueue, "nudge", lambda *_: syncing.cancel(desk.runtime, run))

    ended = desk.finish(run)

    assert set(desk.outcomes(ended)) == {"failed"}
    assert desk.result(ended, 2).reason == "not_as_approved"
    assert [desk.in_tripletex(one)["firstName"] for one in ids] == ["Other", "Other"]
    assert desk.entries() == []
    assert desk.connection().activated_at is None
    assert ended.started_at is not None


def test_what_has_begun_goes_on_though_its_results_have_changed(quick_desk: Desk) -> None:
    """Somebody added to Huma has a number only when the run is half done."""
    desk = quick_desk
    for number in (1, 2):
        desk.employee(number)
    run = desk.approve("huma", add=True)
    stops = iter([False])
    desk.carry_out(run, stop=lambda: next(stops, True))

    ended = desk.finish(run)

    assert set(desk.outcomes(ended)) == {"created"}
