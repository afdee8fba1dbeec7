"""`/event` and `/event/subscription`: what can be told by webhook, and to whom."""

from typing import Any
from urllib.parse import urlsplit

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response, json_response
from huma_tripletex.simulator.refusals import BAD_FORMAT, Problem, invalid, not_found
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.selection import selected
from huma_tripletex.simulator.shapes import Row

EVENTS = {
    "employee.create": "A new employee has been created.",
    "employee.update": "An employee has been updated.",
    "employee.delete": "An employee has been deleted.",
}


def _events(_: Call) -> Response:
    return json_response(200, {"value": {name: {"description": text} for name, text in EVENTS.items()}})


def _event(call: Call) -> Response:
    name = call.words[0]
    if name not in EVENTS:
        raise not_found()
    example = {"subscriptionId": 1, "event": name, "id": 1, "value": None}
    value = {"name": name, "description": EVENTS[name], "payloadModel": "Employee", "examples": [example]}
    return json_response(200, {"value": value})


def _list(call: Call) -> Response:
    return call.many("Subscription", _own(call))


def _read(call: Call) -> Response:
    return call.one("Subscription", _own_row(call, call.numbers[0]))


def _create(call: Call) -> Response:
    return call.one("Subscription", _add(call, call.body("Subscription")), 201)


def _create_list(call: Call) -> Response:
    return call.created("Subscription", [_add(call, values) for values in call.bodies("Subscription")])


def _update(call: Call) -> Response:
    return call.one("Subscription", _change(call, _own_row(call, call.numbers[0]), call.body("Subscription")))


def _update_list(call: Call) -> Response:
    bodies = call.bodies("Subscription")
    return call.many("Subscription", [_change(call, _own_row(call, b.get("id", 0)), b) for b in bodies])


def _delete(call: Call) -> Response:
    call.company.drop("Subscription", _own_row(call, call.numbers[0])["id"])
    return Response(204)


def _delete_list(call: Call) -> Response:
    call.need("ids")
    for row in [_own_row(call, row_id) for row_id in sorted(call.ids("ids") or ())]:
        call.company.drop("Subscription", row["id"])
    return Response(204)


def _own(call: Call) -> list[Row]:
    """A subscription belongs to the employee token that made it."""
    return [row for row in call.company.rows("Subscription") if row["token"] == call.token.id]


def _own_row(call: Call, row_id: int) -> Row:
    for row in _own(call):
        if row["id"] == row_id:
            return row
    raise not_found()


def _add(call: Call, sent: dict[str, Any]) -> Row:
    row = blank("Subscription", id=call.company.new_id("Subscription"), token=call.token.id, failing_since=None)
    row = changed(call, "Subscription", row, {**without_ids(sent), "status": "ACTIVE"})
    _check(call, row)
    call.company.put("Subscription", row)
    return row


def _change(call: Call, row: Row, values: dict[str, Any]) -> Row:
    check_version(row, values)
    new = changed(call, "Subscription", row, values)
    _check(call, new)
    if new == row:
        return row
    new = {**new, "version": row["version"] + 1, "failing_since": None}
    call.company.put("Subscription", new)
    return new


def _check(call: Call, row: Row) -> None:
    problems = []
    if row["event"] not in EVENTS:
        problems.append(Problem("event", BAD_FORMAT))
    if not _is_target(call, row["targetUrl"]):
        problems.append(Problem("targetUrl", BAD_FORMAT))
    if problems:
        raise invalid(*problems)
    selected("Employee", row["fields"] or "")


def _is_target(call: Call, url: str) -> bool:
    parts = urlsplit(url)
    schemes = ("https",) if call.switches.webhooks_need_https else ("https", "http")
    return parts.scheme in schemes and bool(parts.hostname)


ROUTES = (
    Route("GET", "event", _events),
    Route("GET", "event/{word}", _event),
    Route("GET", "event/subscription", _list),
    Route("GET", "event/subscription/{id}", _read),
    Route("POST", "event/subscription", _create, "write"),
    Route("POST", "event/subscription/list", _create_list, "write"),
    Route("PUT", "event/subscription/{id}", _update, "write"),
    Route("PUT", "event/subscription/list", _update_list, "write"),
    Route("DELETE", "event/subscription/{id}", _delete, "write"),
    Route("DELETE", "event/subscription/list", _delete_list, "write"),
)
