"""Why an employment ends is reported to the authorities: what Tripletex says already is left as it is, unless somebody
has decided otherwise, and an end without a reason is given one.
"""

from __future__ import annotations

from typing import Literal

import pytest

from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import Bench, bench, employee_json

LOOK, PUT_EMPLOYMENT = "GET /employee/{id}", "PUT /employee/employment/{id}"
SETTING, OTHER = "EMPLOYMENT_END_EMPLOYEE", "EMPLOYMENT_END_EMPLOYER"
Wanted = Literal["required", "optional"]

both_readings = pytest.mark.parametrize("wanted", ["required", "optional"])
looking_or_not = pytest.mark.parametrize("looks", [False, True])


def ending(stand: Bench, end: str | None, reason: str | None) -> int:
    """Somebody in both systems, agreed on, whose employment ends in Tripletex for a reason."""
    stand.person("p1", last_workday=end)
    period = {"startDate": "2020-01-01", "endDate": end, "employmentEndReason": reason}
    (row,) = stand.http("POST", "employees", json=[{**employee_json(stand.people["p1"]), "employments": [period]}])
    return stand.link("p1", row["id"])


def touched(stand: Bench, number: int, **values: str) -> None:
    """Somebody changes something else of the employment in Tripletex, so that it has to be read anew."""
    (period,) = stand.employee(number)["employments"]
    period |= {"version": period["version"] + 1, "taxDeductionCode": "pensjon", **values}
    stand.http("PATCH", f"employees/{number}", json={"employments": [period]})
    stand.http("DELETE", "requests")


def period_of(stand: Bench, number: int) -> tuple[str | None, str | None]:
    (period,) = stand.employee(number)["employments"]
    return period["endDate"], period["employmentEndReason"]


@both_readings
@looking_or_not
def test_another_last_workday_leaves_the_reason_that_tripletex_has(wanted: Wanted, looks: bool) -> None:
    with bench(switches=Switches(end_reason=wanted)) as stand:
        number = ending(stand, "2031-01-31", OTHER)
        for last in ("2031-02-28", "2031-03-31"):
            if looks:
                touched(stand, number)
            stand.edit("p1", last_workday=last)
            stand.drain()
            assert period_of(stand, number) == (last, OTHER)
        assert stand.calls() == ([PUT_EMPLOYMENT, LOOK, PUT_EMPLOYMENT] if looks else [PUT_EMPLOYMENT] * 2)


@both_readings
@looking_or_not
def test_an_end_that_had_no_reason_is_given_the_setting(wanted: Wanted, looks: bool) -> None:
    with bench(switches=Switches(end_reason=wanted)) as stand:
        number = ending(stand, "2031-01-31", None)
        if looks:
            touched(stand, number)
        stand.edit("p1", last_workday="2031-02-28")
        stand.drain()
        assert period_of(stand, number) == ("2031-02-28", SETTING)
        assert stand.entry().outcome == "delivered"
        assert stand.calls() == ([PUT_EMPLOYMENT, LOOK, PUT_EMPLOYMENT] if looks else [PUT_EMPLOYMENT] * 2)


def test_an_end_that_somebody_has_set_in_tripletex_meanwhile_keeps_its_reason() -> None:
    with bench() as stand:
        number = ending(stand, None, None)
        touched(stand, number, endDate="2031-01-31", employmentEndReason=OTHER)
        stand.edit("p1", last_workday="2031-02-28")
        stand.drain()
        assert period_of(stand, number) == ("2031-02-28", OTHER)


@looking_or_not
def test_a_reason_that_was_left_over_is_not_that_of_the_next_end(looks: bool) -> None:
    with bench() as stand:
        number = ending(stand, None, OTHER)
        if looks:
            touched(stand, number)
        stand.edit("p1", last_workday="2031-02-28")
        stand.drain()
        assert period_of(stand, number) == ("2031-02-28", SETTING)
        assert stand.calls().count(PUT_EMPLOYMENT) == 1 + looks


@both_readings
def test_an_end_that_was_never_agreed_on_keeps_its_reason(wanted: Wanted) -> None:
    """Tripletex has an end of its own that nobody has taken over, and then Huma's last workday is set."""
    with bench(switches=Switches(end_reason=wanted)) as stand:
        number = ending(stand, "2031-01-31", OTHER)
        link = stand.link_of()
        assert link is not None
        link.agreed = {key: seal for key, seal in link.agreed.items() if key != "last_workday"}
        stand.session.commit()
        stand.edit("p1", last_workday="2031-02-28")
        stand.drain()
        assert period_of(stand, number) == ("2031-02-28", OTHER)


@both_readings
def test_nothing_is_left_of_an_end_that_is_taken_back(wanted: Wanted) -> None:
    with bench(switches=Switches(end_reason=wanted)) as stand:
        number = ending(stand, "2031-01-31", OTHER)
        stand.edit("p1", last_workday=None)
        stand.drain()
        assert period_of(stand, number) == (None, None)
        stand.edit("p1", last_workday="2031-04-30")
        stand.drain()
        assert period_of(stand, number) == ("2031-04-30", SETTING)
        assert stand.calls() == [PUT_EMPLOYMENT] * 2
