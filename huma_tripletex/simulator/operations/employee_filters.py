"""The query parameters of the employee lists."""

from collections.abc import Callable, Iterable
from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.world import owners

Test = Callable[[Row], bool]


def passes(call: Call, rows: list[Row], names: Iterable[str], contacts: bool) -> list[Row]:
    """The rows that pass every filter the call asks for. `contacts`: are external contacts listed unless told?"""
    tests = [test for name in names if call.text(name) and (test := MAKERS[name](call)) is not None]
    include = call.flag("includeContacts")
    if not (contacts if include is None else include) and not call.flag("onlyContacts"):
        tests.append(lambda row: not row["isContact"])
    if not call.switches.list_ended:
        tests.append(lambda row: not has_ended(call, row))
    return [row for row in rows if all(test(row) for test in tests)]


def has_ended(call: Call, row: Row) -> bool:
    """Has this employee had employments, and are all of them over?"""
    today = call.view.today.isoformat()
    periods = call.company.child_rows("Employment", row["id"])
    return bool(periods) and all(period["endDate"] and period["endDate"] < today for period in periods)


def _in_ids(parameter: str, field: str) -> Callable[[Call], Test | None]:
    def make(call: Call) -> Test | None:
        ids = call.ids(parameter)
        return None if ids is None else lambda row: row[field] in ids

    return make


def _contains(field: str) -> Callable[[Call], Test | None]:
    def make(call: Call) -> Test | None:
        asked = call.text(field).casefold()
        return lambda row: asked in str(row[field]).casefold()

    return make


def _equals(field: str) -> Callable[[Call], Test | None]:
    def make(call: Call) -> Test | None:
        asked = call.text(field)
        return lambda row: bool(row[field] == asked)

    return make


def _flagged(parameter: str, of: Callable[[Call, Row], bool]) -> Callable[[Call], Test | None]:
    """True: only those; false: only the others."""

    def make(call: Call) -> Test | None:
        asked = call.flag(parameter)
        return lambda row: of(call, row) == asked

    return make


def _only(parameter: str, of: Callable[[Call, Row], bool]) -> Callable[[Call], Test | None]:
    """True: only those; false: everybody."""

    def make(call: Call) -> Test | None:
        return (lambda row: of(call, row)) if call.flag(parameter) else None

    return make


def _period_start(call: Call) -> Test | None:
    start = call.day("periodStart")
    return lambda row: any(not p["endDate"] or p["endDate"] >= start for p in _periods(call, row))


def _period_end(call: Call) -> Test | None:
    end = call.day("periodEnd")
    return lambda row: any((p["startDate"] or "") <= end for p in _periods(call, row))


def _periods(call: Call, row: Row) -> list[dict[str, Any]]:
    return call.company.child_rows("Employment", row["id"])


def _has_access(_: Call, row: Row) -> bool:
    return bool(row["userType"] != "NO_ACCESS")


def _owns_token(call: Call, row: Row) -> bool:
    return row["id"] in owners(call.world, call.company)


FILTERS = (
    "id",
    "firstName",
    "lastName",
    "employeeNumber",
    "email",
    "allowInformationRegistration",
    "departmentId",
    "onlyProjectManagers",
    "onlyContacts",
    "assignableProjectManagers",
    "periodStart",
    "periodEnd",
    "hasSystemAccess",
    "onlyEmployeeTokens",
)
SEARCH_FILTERS = ("id", "firstName", "lastName", "email", "hasSystemAccess", "isInactive")
MAKERS: dict[str, Callable[[Call], Test | None]] = {
    "id": _in_ids("id", "id"),
    "firstName": _contains("firstName"),
    "lastName": _contains("lastName"),
    "employeeNumber": _equals("employeeNumber"),
    "email": _contains("email"),
    "allowInformationRegistration": _flagged("allowInformationRegistration", lambda _call, _row: True),
    "departmentId": _in_ids("departmentId", "department"),
    "onlyProjectManagers": _only("onlyProjectManagers", _has_access),
    "onlyContacts": _only("onlyContacts", lambda _, row: bool(row["isContact"])),
    "assignableProjectManagers": _only("assignableProjectManagers", _has_access),
    "periodStart": _period_start,
    "periodEnd": _period_end,
    "hasSystemAccess": _flagged("hasSystemAccess", _has_access),
    "onlyEmployeeTokens": _only("onlyEmployeeTokens", _owns_token),
    "isInactive": _flagged("isInactive", has_ended),
}
