"""Who is added gets the access, the department and the division that were approved, whatever the settings have become
since, until somebody corrects them and tries the refused one again.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from huma_tripletex.models import SyncRun
from huma_tripletex.outbox import wait
from huma_tripletex.simulator.catalogue import blank
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def made_in_tripletex(desk: Desk, model: str, *names: str) -> list[int]:
    company = desk.simulator.simulator.world.companies[0]
    ids = [company.new_id(model) for _ in names]
    for number, name in zip(ids, names, strict=True):
        company.put(model, blank(model, id=number, name=name))
    return ids


def configured(desk: Desk, **options: Any) -> None:
    connection = desk.connection()
    connection.options = {**connection.options, **options}
    desk.session.commit()


def placed(desk: Desk, number: int) -> tuple[str, int | None, int | None]:
    """Access, department and division of somebody who was added."""
    (row,) = desk.named(f"Family{number}")
    (employment,) = row["employments"]
    return row["userType"], row["department"]["id"], employment["division"]["id"]


def trying_again(desk: Desk) -> None:
    assert wait.retry(desk.session(), desk.connection().id, desk.clock()) == 1
    desk.session.commit()
    desk.drain()


def test_settings_changed_after_the_approval_are_for_the_next_ones(desk: Desk) -> None:
    sales, drift = made_in_tripletex(desk, "Department", "Salg", "Drift")
    oslo, bergen = made_in_tripletex(desk, "Division", "Oslo", "Bergen")
    configured(desk, department_id=sales, division_id=oslo)
    desk.person(1)
    run = desk.approve(add=True)
    configured(desk, department_id=drift, division_id=bergen, user_type="STANDARD")

    desk.finish(run)

    assert placed(desk, 1) == ("NO_ACCESS", sales, oslo)
    configured(desk, user_type="NO_ACCESS")
    desk.person(20)
    desk.finish(desk.approve(add=True))
    assert placed(desk, 20) == ("NO_ACCESS", drift, bergen)


def test_so_does_who_has_no_workday_yet(quick_desk: Desk) -> None:
    desk = quick_desk
    sales, drift = made_in_tripletex(desk, "Department", "Salg", "Drift")
    configured(desk, department_id=sales)
    desk.person(1, first_workday=None)
    run = desk.approve(add=True)
    configured(desk, department_id=drift, user_type="STANDARD")

    desk.finish(run)

    (row,) = desk.named("Family1")
    assert (row["userType"], row["department"]["id"]) == ("NO_ACCESS", sales)


def test_whoever_comes_back_gets_the_division_that_was_approved(quick_desk: Desk) -> None:
    desk = quick_desk
    oslo, bergen = made_in_tripletex(desk, "Division", "Oslo", "Bergen")
    configured(desk, division_id=oslo)
    employee = desk.both(1, first_workday="2018-01-01", last_workday="2018-12-31")
    run = desk.approve("huma")
    configured(desk, division_id=bergen)

    desk.finish(run)

    assert [one["division"]["id"] for one in desk.in_tripletex(employee)["employments"][1:]] == [oslo]


def refused(desk: Desk) -> tuple[int, int]:
    """Somebody was to be added to a department that is gone since; answers it, and one that is there."""
    gone, drift = made_in_tripletex(desk, "Department", "Salg", "Drift")
    (oslo,) = made_in_tripletex(desk, "Division", "Oslo")
    configured(desk, department_id=gone, division_id=oslo)
    desk.person(1)
    run = desk.approve(add=True)
    desk.simulator.simulator.world.companies[0].drop("Department", gone)
    desk.finish(run)
    assert desk.result(run, 1).reason == "department_missing"
    return gone, drift


def test_trying_again_after_the_settings_were_corrected_goes_by_them(desk: Desk) -> None:
    _gone, drift = refused(desk)
    trying_again(desk)
    assert desk.entries()[-1].state == "parked"

    configured(desk, department_id=drift)
    trying_again(desk)

    assert placed(desk, 1)[:2] == ("NO_ACCESS", drift)


def test_an_edit_of_the_person_does_not_approve_the_settings(quick_desk: Desk) -> None:
    """It puts back what was refused, but nobody has said that the person is to have access."""
    desk = quick_desk
    refused(desk)
    made_in_tripletex(desk, "Department", "Innkjøp")
    configured(desk, user_type="STANDARD", department_id=None)
    desk.change(1, phone_number="41000001")
    desk.drain()
    assert {entry.state for entry in desk.entries()} == {"parked"}
    assert desk.named("Family1") == []


def test_what_only_waited_is_not_approved_anew_by_pressing(quick_desk: Desk) -> None:
    """Tripletex was away, and refused nothing."""
    desk = quick_desk
    sales, drift = made_in_tripletex(desk, "Department", "Salg", "Drift")
    (oslo,) = made_in_tripletex(desk, "Division", "Oslo")
    configured(desk, department_id=sales, division_id=oslo)
    desk.person(1)
    run = desk.approve(add=True)
    desk.carry_out(run)
    desk.fault("status", status=503, method="POST", path="/v2/employee", times=1)
    desk.drain()
    configured(desk, department_id=drift)

    assert wait.retry(desk.session(), desk.connection().id, desk.clock()) == 1
    desk.session.commit()
    desk.clock.forward(300)
    desk.drain()

    assert placed(desk, 1) == ("NO_ACCESS", sales, oslo)


@pytest.mark.parametrize("options", [{"user_type": "STANDARD"}, {"department_id": 77}, {}])
def test_a_run_whose_settings_were_exchanged_writes_nothing(quick_desk: Desk, options: dict[str, Any]) -> None:
    desk = quick_desk
    configured(desk, division_id=5)
    desk.person(1)
    run = desk.approve(add=True)
    desk.session.execute(update(SyncRun).where(SyncRun.id == run.id).values(options=options))
    desk.session.commit()

    ended = desk.finish(run)

    assert desk.result(ended, 1).reason == "not_as_approved"
    assert desk.named("Family1") == []
