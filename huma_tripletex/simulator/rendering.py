"""From a stored row to the JSON Tripletex answers with. A selection is compiled once and then run per row."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.selection import Selection, selected
from huma_tripletex.simulator.shapes import Field, Model, Row
from huma_tripletex.simulator.view import View

Render = Callable[[View, Row], Any]
ONLY_WHERE_USED = {"departmentManager", "businessActivityTypeId"}


@lru_cache(maxsize=1024)
def renderer(model: str, fields: str = "") -> Render:
    """How rows of `model` are shown under the given `fields`; refuses names that do not exist."""
    return _compiled(model, selected(model, fields))


def _compiled(model_name: str, selection: Selection) -> Render:
    model = MODELS[model_name]
    getters = [(name, _getter(model, model.by_name[name], inside)) for name, inside in selection]

    def render(view: View, row: Row) -> dict[str, Any]:
        return {name: get(view, row) for name, get in getters}

    if model_name == "Department":
        return _where_departments_are_used(render)
    salary = [name for name, _ in getters if model.by_name[name].salary]
    return _where_salary_is_seen(render, salary) if salary else render


def _where_departments_are_used(render: Render) -> Render:
    """A company that never used departments has a default one, which lacks some of its fields, as was recorded."""

    def rendered(view: View, row: Row) -> Any:
        shown = render(view, row)
        if not view.company.departments_active:
            for name in ONLY_WHERE_USED & shown.keys():
                del shown[name]
        return shown

    return rendered


def _where_salary_is_seen(render: Render, salary: list[str]) -> Render:
    """Without the right to see salary, its values are missing or, by a switch, read as empty."""

    def rendered(view: View, row: Row) -> Any:
        shown = render(view, row)
        if not view.sees_salary and view.leaves_out:
            for name in salary:
                del shown[name]
        return shown

    return rendered


def _getter(model: Model, field: Field, inside: Selection | None) -> Render:
    if field.kind == "url":
        return lambda view, row: view.url(model.path, row["id"])
    if field.kind == "changes":
        return _changes(inside)
    raw = COMPUTED.get((model.name, field.name)) or _stored(field)
    if field.kind == "one":
        return _reference(field.model, raw, inside)
    if field.kind == "many":
        return _references(field.model, raw, inside)
    if field.kind == "part":
        return _part(field.model, raw, inside)
    return raw


def _stored(field: Field) -> Render:
    if field.write_only:
        return lambda _view, _row: None
    name = field.name
    if field.salary:
        return lambda view, row: row[name] if view.sees_salary else field.empty
    get = itemgetter(name)
    return lambda _, row: get(row)


def _one_shown(model: str, inside: Selection | None) -> Callable[[View, int], Any]:
    path = MODELS[model].path
    if inside is None:
        return lambda view, row_id: {"id": row_id, "url": view.url(path, row_id)}
    render = _compiled(model, inside)

    def expanded(view: View, row_id: int) -> Any:
        row = view.company.get(model, row_id)
        return None if row is None else render(view, row)

    return expanded


def _reference(model: str, raw: Render, inside: Selection | None) -> Render:
    shown = _one_shown(model, inside)

    def render(view: View, row: Row) -> Any:
        row_id = raw(view, row)
        return None if row_id is None else shown(view, row_id)

    return render


def _references(model: str, raw: Render, inside: Selection | None) -> Render:
    shown = _one_shown(model, inside)
    return lambda view, row: [shown(view, row_id) for row_id in raw(view, row)]


def _part(model: str, raw: Render, inside: Selection | None) -> Render:
    render = _compiled(model, inside or selected(model, ""))

    def embedded(view: View, row: Row) -> Any:
        value = raw(view, row)
        return None if value is None else render(view, value)

    return embedded


def _changes(inside: Selection | None) -> Render:
    names = [name for name, _ in inside] if inside else ["employeeId", "timestamp", "changeType"]
    return lambda _, row: [{name: change[name] for name in names} for change in row.get("changes", ())]


def _latest_salary(view: View, row: Row) -> int | None:
    today = view.today.isoformat()
    details = view.company.child_rows("EmploymentDetails", row["id"])
    begun = [detail for detail in details if (detail["date"] or "") <= today]
    return max(begun, key=lambda detail: detail["date"] or "")["id"] if begun else None


def _address_text(_: View, row: Row) -> str:
    place = " ".join(filter(None, (row["postalCode"], row["city"])))
    return ", ".join(filter(None, (row["addressLine1"], row["addressLine2"], place)))


def _named(_: View, row: Row) -> Any:
    return row["name"]


COMPUTED: dict[tuple[str, str], Render] = {
    ("Employee", "displayName"): lambda _, row: " ".join(filter(None, (row["firstName"], row["lastName"]))),
    ("Employee", "companyId"): lambda view, _: view.company.id,
    ("Employee", "employments"): lambda view, row: view.company.children("Employment", row["id"]),
    ("Employment", "employmentDetails"): lambda view, row: view.company.children("EmploymentDetails", row["id"]),
    ("Employment", "latestSalary"): _latest_salary,
    ("EmploymentDetails", "monthlySalary"): lambda _, row: round(row["annualSalary"] / 12, 2),
    ("Department", "displayName"): lambda _, row: " ".join(filter(None, (row["departmentNumber"], row["name"]))),
    ("Division", "displayName"): _named,
    ("Company", "displayName"): _named,
    ("Client", "displayName"): _named,
    ("Municipality", "displayName"): _named,
    ("Country", "displayName"): _named,
    ("Address", "displayName"): _address_text,
    ("Address", "addressAsString"): _address_text,
    ("Address", "displayNameInklMatrikkel"): _address_text,
}
