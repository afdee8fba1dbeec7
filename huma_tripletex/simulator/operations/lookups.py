"""Lists of words (`employmentType` and its kin), occupation codes, and leave of absence."""

from collections.abc import Callable
from typing import Any

from huma_tripletex.simulator import people_models
from huma_tripletex.simulator.call import Call, Operation
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.changing import changed, check_version, without_ids
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row

# What the specification shows in the shape of an EmploymentType, whose enum does not fit these words: the code and
# the name carry them.
VARIANTS = {
    "employmentEndReasonType": people_models.END_REASONS,
    "employmentFormType": people_models.EMPLOYMENT_FORMS,
    "salaryType": people_models.REMUNERATION_TYPES,
    "scheduleType": people_models.WORKING_HOURS,
}
MARITIME = {
    "shipRegister": "NIS NOR FOREIGN",
    "shipType": "OTHER DRILLING_PLATFORM TOURIST",
    "tradeArea": "DOMESTIC FOREIGN",
}


def _words(model: str) -> Operation:
    return lambda call: call.many(model, call.company.rows(model))


def _variant(words: str) -> Operation:
    rows = [
        blank("EmploymentType", id=n, nameNO=word.replace("_", " ").capitalize(), code=word)
        for n, word in enumerate(words.split(), start=1)
    ]
    return lambda call: call.many("EmploymentType", rows)


def _maritime(call: Call) -> Response:
    call.need("type")
    words = {
        "shipRegister": "NIS NOR FOREIGN",
        "shipType": "OTHER DRILLING_PLATFORM TOURIST",
        "tradeArea": "DOMESTIC FOREIGN",
    }
    return _variant(words.get(call.text("type"), ""))(call)


def _occupations(call: Call) -> Response:
    ids, name, code = call.ids("id"), call.text("nameNO").casefold(), call.text("code")
    rows = [
        row
        for row in call.company.rows("OccupationCode")
        if (ids is None or row["id"] in ids) and name in row["nameNO"].casefold() and code in row["code"]
    ]
    return call.many("OccupationCode", rows)


def _leaves(call: Call) -> Response:
    ids, day = call.ids("employmentIds"), call.day("date")
    low, high = call.number("minPercentage") or 0, call.number("maxPercentage")
    rows = [
        row
        for row in call.company.rows("LeaveOfAbsence")
        if (ids is None or row["employment"] in ids)
        and low <= row["percentage"] <= (100 if high is None else high)
        and (not day or (row["startDate"] <= day <= (row["endDate"] or "9999")))
    ]
    return call.many("LeaveOfAbsence", rows, digest=None)


def _leave_added(call: Call, sent: dict[str, Any]) -> Row:
    values = without_ids(sent)
    row = changed(call, "LeaveOfAbsence", blank("LeaveOfAbsence", id=call.company.new_id("LeaveOfAbsence")), values)
    call.company.put("LeaveOfAbsence", row)
    return row


def _leave_update(call: Call) -> Response:
    row, values = call.row("LeaveOfAbsence"), call.body("LeaveOfAbsence")
    check_version(row, values)
    new = changed(call, "LeaveOfAbsence", row, values)
    if new != row:
        new["version"] = row["version"] + 1
        call.company.put("LeaveOfAbsence", new)
    return call.one("LeaveOfAbsence", new)


def _single(model: str) -> Callable[[Call], Response]:
    return lambda call: call.one(model, call.row(model))


_BASE = "employee/employment"
ROUTES = (
    *(Route("GET", f"{_BASE}/{field}", _words(model)) for model, (field, _) in people_models.LOOKUPS.items()),
    *(Route("GET", f"{_BASE}/employmentType/{name}", _variant(words)) for name, words in VARIANTS.items()),
    Route("GET", f"{_BASE}/employmentType/maritimeEmploymentType", _maritime),
    Route("GET", f"{_BASE}/occupationCode", _occupations),
    Route("GET", f"{_BASE}/occupationCode/{{id}}", _single("OccupationCode")),
    Route("GET", f"{_BASE}/leaveOfAbsence", _leaves),
    Route("GET", f"{_BASE}/leaveOfAbsence/{{id}}", _single("LeaveOfAbsence")),
    Route(
        "POST",
        f"{_BASE}/leaveOfAbsence",
        lambda call: call.one("LeaveOfAbsence", _leave_added(call, call.body("LeaveOfAbsence")), 201),
        "write",
    ),
    Route(
        "POST",
        f"{_BASE}/leaveOfAbsence/list",
        lambda call: call.created("LeaveOfAbsence", [_leave_added(call, v) for v in call.bodies("LeaveOfAbsence")]),
        "write",
    ),
    Route("PUT", f"{_BASE}/leaveOfAbsence/{{id}}", _leave_update, "write"),
)
