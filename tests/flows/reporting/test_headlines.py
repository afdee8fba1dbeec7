"""The heading and the subject never claim that all is well while somebody is needed, waits or still differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huma_tripletex import reporting, syncing
from huma_tripletex.models import SyncRun
from tests.flows.planning_parts import ANNA
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
ENGLISH = replace(ANNA, locale="en")


def headline(desk: Desk, run: SyncRun) -> str:
    return reporting.headline(reporting.report(desk.runtime, run), reporting.left_of(desk.runtime, run))


def subject(desk: Desk) -> str:
    reporting.send_due_mail(desk.runtime, desk.clock())
    return desk.mails[-1].subject


def everybody_in_both(desk: Desk) -> None:
    """The owners of the tokens too."""
    desk.finish(desk.approve("huma", add=True, by=None))


def test_only_a_sync_after_which_nothing_differs_says_that_all_was_the_same(desk: Desk) -> None:
    desk.both(1)
    everybody_in_both(desk)

    run = desk.finish(desk.approve("huma", by=ENGLISH))

    assert headline(desk, run) == "Everything was the same already"
    assert subject(desk) == "Tripletex: everything was the same already"
    desk.employee(2)
    again = desk.finish(desk.approve("huma", by=ENGLISH))
    assert headline(desk, again) == "Nothing had to be written, something still differs for 1 person"
    assert subject(desk) == "Tripletex: nothing had to be written, something still differs for 1 person"


def test_a_sync_that_was_stopped_says_so_and_needs_nobody(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.both(number, phone_number=f"4999999{number}")
    everybody_in_both(desk)
    for number in (1, 2, 3):
        desk.http(
            "PATCH", f"employees/{desk.named(f'Family{number}')[0]['id']}", json={"phoneNumberMobile": "46666666"}
        )
    run = desk.approve("tripletex", by=ENGLISH)
    assert syncing.cancel(desk.runtime, run)
    desk.session.commit()
    ended = desk.finish(run)

    assert headline(desk, ended) == "0 of 3 people synced before it was stopped, 3 were not begun"
    assert reporting.report(desk.runtime, ended).need_you == 0
    assert subject(desk) == "Tripletex: 0 of 3 people synced before it was stopped, 3 were not begun"
    text = " ".join(desk.mails[-1].text.split())
    assert "3 people were not begun, because the sync was stopped. Press Sync users to do the rest." in text
    assert "What to do" not in text


def test_what_still_waits_is_on_its_way_and_needs_nobody(quick_desk: Desk) -> None:
    desk = quick_desk
    employee = desk.both(1)
    everybody_in_both(desk)
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "46666666"})
    desk.fault("status", method="PUT", path="/v2/employee/*", status=503, times=None)
    run = desk.approve("huma", by=ENGLISH)
    desk.carry_out(run)
    desk.drain()
    desk.clock.forward(desk.runtime.settings.run_wait + 1)
    assert desk.carry_out(run)
    ended = desk.session.get_one(SyncRun, run.id, populate_existing=True)

    assert headline(desk, ended) == "0 of 1 person synced, 1 is on its way"
    assert reporting.report(desk.runtime, ended).need_you == 0
    assert subject(desk) == "Tripletex: 0 of 1 person synced, 1 is on its way"
    said = " ".join(desk.mails[-1].text.split())
    assert "1 person is still waiting for Tripletex. This is finished by itself." in said


@pytest.mark.parametrize(("reason", "needed"), [("changed_in_huma", 0), ("changed_in_tripletex", 1)])
def test_what_goes_its_own_way_needs_nobody(quick_desk: Desk, reason: str, needed: int) -> None:
    desk = quick_desk
    employee = desk.both(1, phone_number="49999999")
    everybody_in_both(desk)
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "46666666"})
    run = desk.approve("tripletex" if reason == "changed_in_huma" else "huma", by=ENGLISH)
    if reason == "changed_in_huma":
        desk.change(1, phone_number="47777777")
    else:
        desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "45555555"})
    ended = desk.finish(run)

    report = reporting.report(desk.runtime, ended, needs_you=True)

    assert desk.result(ended, 1).reason == reason
    assert (report.need_you, len(report.rows)) == (needed, needed)
    assert headline(desk, ended) == "0 of 1 person synced" + (", 1 needs you" if needed else "")
