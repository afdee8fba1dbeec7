"""What changed on either side between the approval and the run is never overwritten unseen."""

from __future__ import annotations

import pytest

from huma_tripletex.simulator.catalogue import blank
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def test_an_edit_in_huma_is_not_overwritten_and_goes_its_own_way(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.approve("tripletex")
    desk.change(1, phone_number="48888888")

    ended = desk.finish(run)
    desk.drain()

    result = desk.result(ended, 1)
    assert (result.outcome, result.reason) == ("skipped", "changed_in_huma")
    assert result.detail == {"skipped_in_huma": ["phone_number"]}
    assert desk.read(1).phone_number == "48888888"
    assert desk.read(1).given_name == "Other", "the rest is written"
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_an_edit_in_huma_to_what_was_chosen_anyway_is_nothing_to_do(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    run = desk.approve("tripletex")
    desk.change(1, phone_number="+47 499 99 999")

    ended = desk.finish(run)

    assert desk.result(ended, 1).outcome == "nothing_to_do"
    assert desk.read(1).phone_number == "+47 499 99 999"


def test_an_edit_in_tripletex_is_not_overwritten(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.approve("huma")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})

    ended = desk.finish(run)

    result = desk.result(ended, 1)
    assert (result.outcome, result.reason) == ("skipped", "changed_in_tripletex")
    assert result.tripletex_fields == ["given_name"], "the rest is written"
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "47777777"
    assert desk.in_tripletex(employee)["firstName"] == "Given1"


def test_an_edit_in_huma_of_a_value_for_tripletex_arrives_in_its_newer_form(desk: Desk) -> None:
    employee = desk.both(1, phone_number="49999999")
    run = desk.approve("huma")
    desk.change(1, phone_number="48888888")

    desk.finish(run)
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_an_edit_of_somebody_who_is_linked_only_now_is_not_lost(desk: Desk) -> None:
    """Their entry was settled before there was a link: nobody knew who they are in Tripletex."""
    desk.both(1)
    desk.finish(desk.approve())
    employee = desk.both(2)
    run = desk.approve()
    desk.change(2, phone_number="48888888")
    desk.drain()
    assert [entry.reason for entry in desk.entries()] == ["superseded", "not_linked"], "being added, and the edit"

    desk.finish(run)
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_an_edit_before_the_first_run_waits_for_it(desk: Desk) -> None:
    employee = desk.both(1)
    run = desk.approve()
    desk.change(1, phone_number="48888888")
    desk.drain()
    assert [entry.state for entry in desk.entries()] == ["waiting"]

    desk.finish(run)
    desk.drain()

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "48888888"


def test_a_change_of_something_else_sent_meanwhile_does_not_hide_an_edit_in_tripletex(desk: Desk) -> None:
    """What was sent makes us know Tripletex's newest version, but not what else had changed in it."""
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "49999999"})
    run = desk.approve("huma")
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})
    desk.change(1, given_name="Newest")
    desk.drain()
    assert desk.in_tripletex(employee)["firstName"] == "Newest"

    ended = desk.finish(run)

    assert desk.in_tripletex(employee)["phoneNumberMobile"] == "47777777"
    assert (desk.result(ended, 1).outcome, desk.result(ended, 1).reason) == ("skipped", "changed_in_tripletex")


@pytest.mark.parametrize(
    ("divisions", "came"), [(["Bergen"], ("created", "")), (["Bergen", "Oslo"], ("failed", "division_missing"))]
)
def test_divisions_made_meanwhile(quick_desk: Desk, divisions: list[str], came: tuple[str, str]) -> None:
    """Tripletex then wants one on every new employment: the only one is taken, of several somebody chooses, and nothing
    is lost by not knowing it in time.
    """
    desk = quick_desk
    desk.both(1)
    desk.finish(desk.approve())
    desk.person(2)
    run = desk.approve(add=True)
    company = desk.simulator.simulator.world.companies[0]
    ids = [company.new_id("Division") for _ in divisions]
    for number, name in zip(ids, divisions, strict=True):
        company.put("Division", blank("Division", id=number, name=name))

    ended = desk.finish(run)

    assert (desk.result(ended, 2).outcome, desk.result(ended, 2).reason) == came
    (made,) = desk.named("Family2")
    connection = desk.connection()
    connection.options = {**connection.options, "division_id": ids[0]}
    desk.session.commit()
    desk.finish(desk.approve("huma"))
    (employment,) = desk.in_tripletex(made["id"])["employments"]
    assert (employment["startDate"], employment["division"]["id"]) == ("2020-01-01", ids[0])
