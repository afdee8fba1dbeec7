"""`/company`, `/country`: the company of the token, and the countries of the world."""

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.changing import changed, check_version
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.refusals import NOT_NULL, Problem, invalid
from huma_tripletex.simulator.routing import Route


def _read(call: Call) -> Response:
    return call.one("Company", call.row("Company"))


def _update(call: Call) -> Response:
    row = call.row("Company", call.company.id)
    values = call.body("Company")
    check_version(row, values)
    if "name" in values and not values["name"]:
        raise invalid(Problem("name", NOT_NULL))
    new = changed(call, "Company", row, values)
    if new != row:
        new["version"] = row["version"] + 1
        call.company.put("Company", new)
    return call.one("Company", new)


def _divisions(call: Call) -> Response:
    return call.many("Company", [])


def _with_login_access(call: Call) -> Response:
    # Clients of an accountant. The simulated companies are not accountants.
    return call.many("Client", [])


def _countries(call: Call) -> Response:
    ids, codes = call.ids("id"), {code for code in call.text("code").upper().split(",") if code}
    rows = [
        row
        for row in call.company.rows("Country")
        if (ids is None or row["id"] in ids) and (not codes or row["isoAlpha2Code"] in codes)
    ]
    return call.many("Country", [] if call.flag("isDisabled") else rows)


def _country(call: Call) -> Response:
    return call.one("Country", call.row("Country"))


ROUTES = (
    Route("GET", "company/>withLoginAccess", _with_login_access, "login"),
    Route("GET", "company/divisions", _divisions),
    Route("GET", "company/{id}", _read, "login"),
    Route("PUT", "company", _update, "write"),
    Route("GET", "country", _countries, "login"),
    Route("GET", "country/{id}", _country, "login"),
)
