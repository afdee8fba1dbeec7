"""`/department`: the only resource here that can be deleted."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.refusals import Problem, invalid
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row

QUERY_FIELDS = "id, name"


def _list(call: Call) -> Response:
    ids, manager, inactive = call.ids("id"), call.ids("departmentManagerId"), call.flag("isInactive")
    name, number = call.text("name").casefold(), call.text("departmentNumber").casefold()
    rows = [
        row
        for row in call.company.rows("Department")
        if (ids is None or row["id"] in ids)
        and name in row["name"].casefold()
        and number in row["departmentNumber"].casefold()
        and (manager is None or row["departmentManager"] in manager)
        and (inactive is None or row["isInactive"] == inactive)
    ]
    return call.many("Department", rows)


def _query(call: Call) -> Response:
    ids, asked, inactive = call.ids("id"), call.text("query").casefold(), call.flag("isInactive")
    rows = [
        row
        for row in call.company.rows("Department")
        if (ids is None or row["id"] in ids)
        and asked in f"{row['departmentNumber']} {row['name']}".casefold()
        and (inactive is None or row["isInactive"] == inactive)
    ]
    return call.many("Department", rows, fields=QUERY_FIELDS, count=25)


def _read(call: Call) -> Response:
    return call.one("Department", call.row("Department"))


def _create(call: Call) -> Response:
    return call.one("Department", _add(call, call.body("Department"), None), 201)


def _create_list(call: Call) -> Response:
    return call.created("Department", [_add(call, v, n) for n, v in enumerate(call.bodies("Department"))])


def _update(call: Call) -> Response:
    return call.one("Department", _change(call, call.row("Department"), call.body("Department")))


def _update_list(call: Call) -> Response:
    bodies = call.bodies("Department")
    return call.many("Department", [_change(call, call.row("Department", b.get("id") or 0), b) for b in bodies])


def _delete(call: Call) -> Response:
    row = call.row("Department")
    if any(employee["department"] == row["id"] for employee in call.company.rows("Employee")):
        raise invalid(Problem(None, "Avdelingen er i bruk og kan ikke slettes."))
    call.company.drop("Department", row["id"])
    return Response(204)


def _add(call: Call, sent: dict[str, Any], place: int | None) -> Row:
    values = without_ids(sent, place)
    row = blank("Department", id=call.company.new_id("Department"))
    return _stored(call, changed(call, "Department", row, values), place)


def _change(call: Call, row: Row, values: dict[str, Any]) -> Row:
    check_version(row, values)
    new = changed(call, "Department", row, values)
    return row if new == row else _stored(call, {**new, "version": row["version"] + 1}, None)


def _stored(call: Call, row: Row, place: int | None) -> Row:
    problems = []
    number = row["departmentNumber"]
    others = [other for other in call.company.rows("Department") if other["id"] != row["id"]]
    if number and any(other["departmentNumber"] == number for other in others):
        problems.append(_problem("departmentNumber", "Nummeret er i bruk.", place))
    if problems:
        raise invalid(*problems)
    call.company.put("Department", row)
    call.company.departments_active = call.company.departments_active or bool(others)
    return row


def _problem(name: str, message: str, place: int | None) -> Problem:
    return Problem(name, message, None if place is None else f"[{place}].{name}", place)


ROUTES = (
    Route("GET", "department", _list),
    Route("GET", "department/query", _query),
    Route("GET", "department/{id}", _read),
    Route("POST", "department", _create, "write"),
    Route("POST", "department/list", _create_list, "write"),
    Route("PUT", "department/{id}", _update, "write"),
    Route("PUT", "department/list", _update_list, "write"),
    Route("DELETE", "department/{id}", _delete, "write"),
)
