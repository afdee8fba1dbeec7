"""`/employee/employment/details`: one row per employment and date."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.operations.employment_rules import BEFORE_START, TWICE
from huma_tripletex.simulator.refusals import NOT_NULL, REQUIRED, Problem, invalid
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row


def add_details(call: Call, sent: dict[str, Any]) -> Row:
    """Store new details; without a date they count from the employment's start."""
    values = without_ids(sent)
    employment = call.referred("Employment", values["employment"])
    values["date"] = values.get("date") or employment["startDate"]
    row = changed(call, "EmploymentDetails", blank("EmploymentDetails", id=0), values)
    _check(call, employment, row)
    row["id"] = call.company.new_id("EmploymentDetails")
    call.company.put("EmploymentDetails", row)
    return row


def _list(call: Call) -> Response:
    ids = call.ids("employmentId")
    rows = [row for row in call.company.rows("EmploymentDetails") if ids is None or row["employment"] in ids]
    return call.many("EmploymentDetails", rows, digest=None)


def _read(call: Call) -> Response:
    return call.one("EmploymentDetails", call.row("EmploymentDetails"))


def _create(call: Call) -> Response:
    values = call.body("EmploymentDetails")
    if values.get("employment") is None:
        raise invalid(Problem("employment.id", REQUIRED))
    row = add_details(call, values)
    call.employment_changed(call.row("Employment", row["employment"])["employee"])
    return call.one("EmploymentDetails", row, 201)


def _update(call: Call) -> Response:
    row = call.row("EmploymentDetails")
    values = call.body("EmploymentDetails")
    check_version(row, values)
    values.pop("employment", None)
    new = changed(call, "EmploymentDetails", row, values)
    employment = call.row("Employment", row["employment"])
    _check(call, employment, new)
    if new != row:
        new["version"] = row["version"] + 1
        call.company.put("EmploymentDetails", new)
        call.employment_changed(employment["employee"])
    return call.one("EmploymentDetails", new)


def _check(call: Call, employment: Row, row: Row) -> None:
    if not row["date"]:
        raise invalid(Problem("date", NOT_NULL))
    if row["date"] < (employment["startDate"] or ""):
        raise invalid(Problem("date", BEFORE_START))
    siblings = call.company.child_rows("EmploymentDetails", employment["id"])
    if any(other["date"] == row["date"] and other["id"] != row["id"] for other in siblings):
        raise invalid(Problem("date", TWICE))


ROUTES = (
    Route("GET", "employee/employment/details", _list),
    Route("GET", "employee/employment/details/{id}", _read),
    Route("POST", "employee/employment/details", _create, "write"),
    Route("PUT", "employee/employment/details/{id}", _update, "write"),
)
