"""Payroll has entered the next employment of somebody whose present one goes on: the workdays in Huma are about the one
that began when they say, until that is over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from huma_tripletex import planning, syncing
from huma_tripletex.syncing.reading_back import read_back
from tests.flows.planning_parts import ANNA
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]

PRESENT = {"startDate": "2024-02-01", "endDate": "2026-12-31", "employmentEndReason": "EMPLOYMENT_END_EXPIRED"}
COMING = {"startDate": "2027-01-01", "endDate": "2027-12-31", "employmentEndReason": "EMPLOYMENT_END_EXPIRED"}


def somebody(desk: Desk, **huma: Any) -> int:
    desk.person(1, **{"first_workday": "2024-02-01", **huma})
    employee = desk.employee(1)
    desk.http("PATCH", f"employees/{employee}", json={"employments": [PRESENT, COMING]})
    return employee


def differing(desk: Desk) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Both values and what is preselected, by field."""
    people = planning.differences(desk.runtime, desk.plan()).people
    return {row.field: (row.huma, row.tripletex, row.conflict.choice) for one in people for row in one.rows}


def synced(desk: Desk, prefer: str) -> Any:
    return desk.finish(desk.approve(prefer))


@pytest.mark.parametrize("prefer", ["huma", "tripletex"])
def test_the_present_one_is_compared_and_both_sides_agree_afterwards(desk: Desk, prefer: str) -> None:
    employee = somebody(desk)
    assert differing(desk) == {"last_workday": (None, "2026-12-31", "tripletex")}

    run = synced(desk, prefer)

    assert desk.result(run, 1).outcome == "updated"
    assert differing(desk) == {}
    row = desk.read(1)
    assert (str(row.first_workday), str(row.last_workday)) == ("2024-02-01", "2026-12-31")
    desk.clock.now = datetime(2026, 6, 16, 9, 0, tzinfo=UTC)
    back = syncing.undo(desk.runtime, run, ANNA)
    desk.session.commit()
    desk.finish(back)
    assert differing(desk) == {"last_workday": (None, "2026-12-31", None)}
    assert [one["startDate"] for one in desk.in_tripletex(employee)["employments"]] == ["2024-02-01", "2027-01-01"]


def test_who_entered_the_next_one_has_changed_nothing_of_the_present_one(desk: Desk) -> None:
    employee = desk.both(1)
    present = {**desk.in_tripletex(employee)["employments"][0], "startDate": "2020-01-01", **_without_id(PRESENT)}
    desk.change(1, last_workday="2026-12-31")
    desk.http("PATCH", f"employees/{employee}", json={"employments": [{**present, "startDate": "2020-01-01"}]})
    synced(desk, "huma")
    desk.http("PATCH", f"employees/{employee}", json={"employments": [{**present, "startDate": "2020-01-01"}, COMING]})
    assert differing(desk) == {}

    desk.change(1, last_workday="2026-11-30")
    desk.drain()

    assert [one["endDate"] for one in desk.in_tripletex(employee)["employments"]] == ["2026-11-30", "2027-12-31"]
    assert differing(desk) == {}


def _without_id(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "id"}


def test_an_end_that_was_approved_is_written_to_the_present_one(desk: Desk) -> None:
    employee = somebody(desk, last_workday="2026-10-31")
    assert differing(desk) == {"last_workday": ("2026-10-31", "2026-12-31", None)}

    run = synced(desk, "huma")

    assert desk.result(run, 1).outcome == "updated"
    assert [one["endDate"] for one in desk.in_tripletex(employee)["employments"]] == ["2026-10-31", "2027-12-31"]
    (read,) = read_back(desk.runtime, run, desk.connection())
    assert all(value.is_right for value in read.values)
    assert differing(desk) == {}


def test_once_the_present_one_is_over_the_next_one_is_compared(quick_desk: Desk) -> None:
    desk = quick_desk
    somebody(desk, last_workday="2026-12-31")
    synced(desk, "huma")

    desk.clock.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)

    assert differing(desk) == {
        "first_workday": ("2024-02-01", "2027-01-01", "tripletex"),
        "last_workday": ("2026-12-31", "2027-12-31", "tripletex"),
    }
