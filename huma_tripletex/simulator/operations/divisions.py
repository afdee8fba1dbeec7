"""`/division`: the sub-units ("virksomheter") employments belong to. There is no GET of a single one."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.refusals import REQUIRED, Problem, invalid
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row

NEEDED = {
    "organizationNumber": REQUIRED,
    "municipalityDate": REQUIRED,
    "municipality": "Må velges.",
    "startDate": REQUIRED,
}
IS_LEGAL_UNIT = "Juridisk enhet kan ikke registreres som virksomhet/underenhet."


def _list(call: Call) -> Response:
    asked = call.text("query").casefold()
    rows = [row for row in call.company.rows("Division") if asked in row["name"].casefold()]
    return call.many("Division", rows)


def _create(call: Call) -> Response:
    return call.one("Division", _add(call, call.body("Division")), 201)


def _create_list(call: Call) -> Response:
    return call.created("Division", [_add(call, values) for values in call.bodies("Division")])


def _update(call: Call) -> Response:
    return call.one("Division", _change(call, call.row("Division"), call.body("Division")))


def _update_list(call: Call) -> Response:
    bodies = call.bodies("Division")
    return call.many("Division", [_change(call, call.row("Division", b.get("id") or 0), b) for b in bodies])


def _add(call: Call, sent: dict[str, Any]) -> Row:
    row = blank("Division", id=call.company.new_id("Division"))
    return _stored(call, changed(call, "Division", row, without_ids(sent)))


def _change(call: Call, row: Row, values: dict[str, Any]) -> Row:
    check_version(row, values)
    new = changed(call, "Division", row, values)
    return row if new == row else _stored(call, {**new, "version": row["version"] + 1})


def _stored(call: Call, row: Row) -> Row:
    problems = [Problem(name, message) for name, message in NEEDED.items() if not row[name]]
    if row["organizationNumber"] == call.row("Company", call.company.id)["organizationNumber"]:
        problems.append(Problem("organizationNumber", IS_LEGAL_UNIT))
    if problems:
        raise invalid(*problems)
    call.company.put("Division", row)
    return row


ROUTES = (
    Route("GET", "division", _list),
    Route("POST", "division", _create, "write"),
    Route("POST", "division/list", _create_list, "write"),
    Route("PUT", "division/{id}", _update, "write"),
    Route("PUT", "division/list", _update_list, "write"),
)
