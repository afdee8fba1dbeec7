"""`/_simulator/employees`: look into a company and change it, as somebody at Tripletex's own screen would."""

from typing import Any

from huma_tripletex.simulator.catalogue import MODELS, blank
from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.control.surface import Controlled, Mistake, asked_company, said, sent, sent_object
from huma_tripletex.simulator.countries import NORWAY
from huma_tripletex.simulator.messages import Request, Response
from huma_tripletex.simulator.rendering import renderer
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.view import View

SHOWN = "*,employments(*)"


def listed(simulator: Controlled, request: Request, rest: str) -> Response:
    """Everybody, or the one whose id ends the path."""
    company = _home(simulator, request, rest)
    if rest:
        return said(_shown(simulator, request, company, _row(company, rest)))
    return said([_shown(simulator, request, company, row) for row in company.rows("Employee")])


def added(simulator: Controlled, request: Request, _rest: str) -> Response:
    """One employee, or a list of them, stored as given; answers in the order sent."""
    company, body = asked_company(simulator, request), sent(request)
    items = body if isinstance(body, list) else [body]
    with company.attempt():
        rows = [_add(company, item) for item in items]
    view = _view(simulator, request, company)
    simulator.webhooks.fire(view, [("employee.create", row["id"]) for row in rows])
    shown = [_shown(simulator, request, company, row) for row in rows]
    return said(shown if isinstance(body, list) else shown[0], 201)


def edited(simulator: Controlled, request: Request, rest: str) -> Response:
    """Some values of one employee. The version goes up; `employments` replaces the list."""
    company, values = _home(simulator, request, rest), sent_object(request)
    old = _row(company, rest)
    row = {**old, **_own(company, values), "id": old["id"]}
    row["version"] = values.get("version", old["version"] + 1)
    with company.attempt():
        company.put("Employee", row)
        if "employments" in values:
            _replace_employments(company, row["id"], values["employments"] or [])
    simulator.webhooks.fire(_view(simulator, request, company), [("employee.update", row["id"])])
    return said(_shown(simulator, request, company, row))


def removed(simulator: Controlled, request: Request, rest: str) -> Response:
    """One employee is gone, which the API itself cannot do."""
    company = _home(simulator, request, rest)
    row = _row(company, rest)
    company.drop("Employee", row["id"])
    simulator.webhooks.fire(_view(simulator, request, company), [("employee.delete", row["id"])])
    return Response(204)


def _home(simulator: Controlled, request: Request, text: str) -> Company:
    """The company that was asked for, otherwise the one that has this employee: ids are given once in all companies."""
    homes = simulator.world.companies if text.isdecimal() and "company" not in request.query else ()
    found = (company for company in homes if company.get("Employee", int(text)))
    return next(found, None) or asked_company(simulator, request)


def _add(company: Company, item: Any) -> Row:
    if not isinstance(item, dict):
        raise Mistake("An employee is a JSON object.")
    row_id = item.get("id") or company.new_id("Employee")
    if company.get("Employee", row_id) is not None:
        raise Mistake(f"There is an employee {row_id} already.", 409)
    first = company.rows("Department")[0]["id"]
    standard = {"phoneNumberMobileCountry": NORWAY, "department": first, "userType": "NO_ACCESS"}
    row = {**blank("Employee", **standard), **_own(company, item), "id": row_id}
    row["version"] = item.get("version", 0)
    company.put("Employee", row)
    _add_employments(company, row_id, item.get("employments") or [])
    return row


def _replace_employments(company: Company, employee_id: int, items: list[Any]) -> None:
    for employment in company.child_rows("Employment", employee_id):
        company.drop("Employment", employment["id"])
    _add_employments(company, employee_id, items)


def _add_employments(company: Company, employee_id: int, items: list[Any]) -> None:
    for item in items:
        if not isinstance(item, dict):
            raise Mistake('An employment is a JSON object such as {"startDate": "2024-01-01"}.')
        row = {**blank("Employment"), **_plain("Employment", item), "employee": employee_id}
        row["id"] = item.get("id") or company.new_id("Employment")
        row["version"] = item.get("version", 0)
        company.put("Employment", row)


def _own(company: Company, values: dict[str, Any]) -> dict[str, Any]:
    own = _plain("Employee", values)
    if isinstance(address := values.get("address"), dict) and "id" not in address:
        row = {**blank("Address", id=company.new_id("Address")), **_plain("Address", address)}
        company.put("Address", row)
        own["address"] = row["id"]
    return own


def _plain(model: str, values: dict[str, Any]) -> dict[str, Any]:
    """The stored form: references by id. Names the model does not have are a mistake, values are not checked."""
    fields = MODELS[model].by_name
    if unknown := sorted(set(values) - set(fields)):
        raise Mistake(f"{model} has no {', '.join(unknown)}.")
    kept = {}
    for name, value in values.items():
        if fields[name].kind in ("many", "url", "changes") or name in ("id", "version"):
            continue
        is_reference = fields[name].kind == "one" and isinstance(value, dict)
        kept[name] = value.get("id") if is_reference else value
    return kept


def _row(company: Company, text: str) -> Row:
    row = company.get("Employee", int(text)) if text.isdecimal() else None
    if row is None:
        raise Mistake(f"{company.name} has no employee {text}.", 404)
    return row


def _view(simulator: Controlled, request: Request, company: Company) -> View:
    return View(company, f"{request.headers.get('host', 'localhost')}/v2", simulator.world.clock.oslo_today())


def _shown(simulator: Controlled, request: Request, company: Company, row: Row) -> dict[str, Any]:
    """As the API shows it, and the user type, which the API never tells."""
    shown = renderer("Employee", SHOWN)(_view(simulator, request, company), row)
    return {**shown, "userType": row["userType"]}
