"""`/employee/employment`: list, read, create, update. There is no delete and no bulk form."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.operations.details import add_details
from huma_tripletex.simulator.operations.employment_rules import check, check_all_new
from huma_tripletex.simulator.refusals import REQUIRED, Problem, invalid
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row


def check_nested(call: Call, employee: Row, employments: list[dict[str, Any]], place: int | None) -> None:
    """Refuse employments that are created inside their employee, before anything is stored."""
    check_all_new(call, employee, employments, place)


def add_employment(call: Call, sent: dict[str, Any], place: int | None = None, within: str = "") -> Row:
    """Store a new employment, and the details nested in it; see `without_ids`."""
    values = without_ids(sent, place, within)
    details = values.pop("employmentDetails", None) or []
    row = changed(call, "Employment", blank("Employment", id=call.company.new_id("Employment")), values)
    call.company.put("Employment", row)
    for detail in details:
        add_details(call, {**detail, "employment": {"id": row["id"]}})
    return row


def _list(call: Call) -> Response:
    if call.switches.employments_without_employee == "refused":
        call.need("employeeId")
    employee = call.number("employeeId")
    if employee is not None:
        rows = call.company.child_rows("Employment", employee)
    else:
        rows = call.company.rows("Employment") if call.switches.employments_without_employee == "listed" else []
    return call.many("Employment", rows, digest=None)


def _read(call: Call) -> Response:
    return call.one("Employment", call.row("Employment"))


def _create(call: Call) -> Response:
    values = call.body("Employment")
    if values.get("employee") is None:
        raise invalid(Problem("employee.id", REQUIRED))
    employee = call.referred("Employee", values["employee"])
    check(call, employee, values)
    row = add_employment(call, values)
    call.employment_changed(employee["id"])
    return call.one("Employment", row, 201)


def _update(call: Call) -> Response:
    row = call.row("Employment")
    values = call.body("Employment")
    check_version(row, values)
    for name in ("employee", "employmentDetails"):
        values.pop(name, None)  # an employment stays with its employee; details have a resource of their own
    new = changed(call, "Employment", row, values)
    check(call, call.row("Employee", row["employee"]), new, row)
    if new != row:
        new["version"] = row["version"] + 1
        call.company.put("Employment", new)
        _spread_access(call, new)
        call.employment_changed(row["employee"])
    return call.one("Employment", new)


def _spread_access(call: Call, row: Row) -> None:
    """`isRemoveAccessAtEmploymentEnded` belongs to the employee: all employments show it."""
    name = "isRemoveAccessAtEmploymentEnded"
    for sibling in call.company.child_rows("Employment", row["employee"]):
        if sibling[name] != row[name]:
            call.company.put("Employment", {**sibling, name: row[name]})


ROUTES = (
    Route("GET", "employee/employment", _list),
    Route("GET", "employee/employment/{id}", _read),
    Route("POST", "employee/employment", _create, "write"),
    Route("PUT", "employee/employment/{id}", _update, "write"),
)
