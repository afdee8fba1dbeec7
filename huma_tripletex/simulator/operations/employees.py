"""`/employee`: list, search, read, create one or many, update. There is no delete and no bulk update."""

from collections.abc import Collection, Container
from typing import Any

from huma_tripletex.simulator.call import NEVER_A_DIGEST, Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.countries import NORWAY
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.operations.employee_filters import FILTERS, SEARCH_FILTERS, passes
from huma_tripletex.simulator.operations.employee_rules import check_change, check_new, normal_phone
from huma_tripletex.simulator.operations.employments import add_employment, check_nested
from huma_tripletex.simulator.refusals import Refusal
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row

SEARCH_FIELDS = "id, employeeNumber, firstName, lastName, email, pictureId"


def _list(call: Call) -> Response:
    return call.many("Employee", _found(call, FILTERS, contacts=False), digest=NEVER_A_DIGEST)


def _search(call: Call) -> Response:
    found = _found(call, SEARCH_FILTERS, contacts=True)
    return call.many("Employee", found, digest=NEVER_A_DIGEST, fields=SEARCH_FIELDS)


def _found(call: Call, filters: Collection[str], contacts: bool) -> list[Row]:
    return passes(call, _candidates(call, filters), filters, contacts)


def _candidates(call: Call, filters: Container[str]) -> list[Row]:
    """Everybody, unless an index knows better."""
    ids = call.ids("id")
    if ids is None and "employeeNumber" in filters and (number := call.text("employeeNumber")):
        ids = call.company.holders("employeeNumber", number)
    if ids is None:
        return call.company.rows("Employee")
    return [row for row_id in sorted(ids) if (row := call.company.get("Employee", row_id)) is not None]


def _read(call: Call) -> Response:
    return call.one("Employee", call.row("Employee"))


def _create(call: Call) -> Response:
    return call.one("Employee", _add(call, call.body("Employee"), None), 201)


def _create_list(call: Call) -> Response:
    if call.switches.employee_list == "atomic":
        return call.created("Employee", [_add(call, v, place) for place, v in enumerate(call.bodies("Employee"))])
    added: list[Row] = []
    for place, values in enumerate(call.mapped_bodies("Employee")):
        try:
            with call.company.attempt():
                added.append(_add(call, call.checked("Employee", values, place), place))
        except Refusal:
            call.keep_what_was_done()
            raise
    return call.created("Employee", added)


def _add(call: Call, sent: dict[str, Any], place: int | None) -> Row:
    values = without_ids(sent, place)
    employments = values.pop("employments", None) or []
    values = normal_phone(call, values)
    check_new(call, values, employments, place)
    row = blank("Employee", id=call.company.new_id("Employee"))
    row = changed(call, "Employee", row, values)
    row["userType"] = row["userType"] or "NO_ACCESS"
    # Seen in every recorded create: 1 for a user, 0 for somebody without access.
    row["version"] = 0 if row["userType"] == "NO_ACCESS" else 1
    row = _with_defaults(call, row)
    check_nested(call, row, employments, place)
    stored = call.store("Employee", row, "CREATE")
    for employment in employments:
        add_employment(call, {**employment, "employee": {"id": row["id"]}}, place, "employments.")
    return stored


def _update(call: Call) -> Response:
    row = call.row("Employee")
    values = normal_phone(call, call.body("Employee"))
    check_version(row, values)
    values.pop("employments", None)  # not written through an employee that exists
    if call.switches.user_type_on_put == "ignored":
        values.pop("userType", None)
    check_change(call, row, values)
    new = _with_defaults(call, changed(call, "Employee", row, values))
    if new != row:
        new = call.store("Employee", {**new, "version": row["version"] + 1}, "UPDATE")
    return call.one("Employee", new)


def _with_defaults(call: Call, row: Row) -> Row:
    """Nobody reads as being without a department, or without a country for the mobile number."""
    department = row["department"] or call.company.rows("Department")[0]["id"]
    return {**row, "department": department, "phoneNumberMobileCountry": row["phoneNumberMobileCountry"] or NORWAY}


ROUTES = (
    Route("GET", "employee", _list),
    Route("GET", "employee/searchForEmployeesAndContacts", _search),
    Route("GET", "employee/{id}", _read),
    Route("POST", "employee", _create, "write"),
    Route("POST", "employee/list", _create_list, "write"),
    Route("PUT", "employee/{id}", _update, "write"),
)
