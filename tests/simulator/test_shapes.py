"""Everything the simulator answers has a published shape, by the table and by the specification itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from huma_tripletex.simulator.operations.table import API
from tests.simulator.conftest import Api, MakeApi
from tests.simulator.shapes import ANSWERS, MODELS, check, model_of

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = Path(os.environ.get("TRIPLETEX_OPENAPI", ROOT / "../shared/tripletex/openapi.json"))
LISTS = [path for path in ANSWERS if "{" not in path and ":" not in path and not path.endswith((">whoAmI", "/company"))]
VARIANTS = ("employmentEndReasonType", "employmentFormType", "salaryType", "scheduleType")
NOT_SIMULATED = {
    "/company/settings/altinn": "nothing here needs it",
    "/company/salesmodules": "nothing here needs it",
    "/token/employee/:create": "only selected consumers are allowed to call it",
    "/employee/entitlement/:grantClientEntitlementsByTemplate": "for accountants",
}


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("the published specification is not at hand")
    return json.loads(SPECIFICATION.read_text())


@pytest.fixture
def full(second: Api) -> Api:
    """A company in which every kind of row exists."""
    division = second.get("division")[0]["id"]
    department = second.get("department")[0]["id"]
    employment = {
        "startDate": "2024-01-01",
        "division": {"id": division},
        "employmentDetails": [{"date": "2024-01-01", "annualSalary": 600000, "occupationCode": {"id": 2503}}],
    }
    body = second.person(
        employments=[employment], department={"id": department}, address={"addressLine1": "Storgata 1", "city": "Oslo"}
    )
    new = second("POST", "employee", body).json()["value"]
    leave = {"employment": {"id": new["employments"][0]["id"]}, "startDate": "2025-01-01", "type": "FURLOUGH"}
    assert second("POST", "employee/employment/leaveOfAbsence", leave).status_code == 201
    hook = {"event": "employee.update", "targetUrl": "https://huma.example/hook", "hmacSharedSecret": "s"}
    assert second("POST", "event/subscription", hook).status_code == 201
    return second


@pytest.mark.parametrize("path", LISTS)
def test_lists_and_single_objects_have_published_shapes(full: Api, path: str, specification: dict[str, Any]) -> None:
    params = {"token": full.token["consumer_token"]} if "byToken" in path else {}
    got = full.get(path.lstrip("/"), **params)
    values = got if isinstance(got, list) else [got]
    for value in values:
        check(ANSWERS[path], value)
        valid_by(specification, ANSWERS[path], value)
    if values and f"{path}/{{id}}" in {f"/{route.path}" for route, _ in API._open if route.method == "GET"}:
        single = full.get(f"{path.lstrip('/')}/{values[0]['id']}")
        valid_by(specification, ANSWERS[path], single)


@pytest.mark.parametrize(
    "fields", ["*", "*,changes", "*,employments(*,employmentDetails(*),division(*),latestSalary(*))"]
)
def test_expanded_employees_have_published_shapes(full: Api, fields: str, specification: dict[str, Any]) -> None:
    for value in full.get("employee", fields=f"{fields},department(*),address(*),phoneNumberMobileCountry(*)"):
        check("Employee", value)
        valid_by(specification, "Employee", value)


@pytest.mark.parametrize("variant", VARIANTS)
def test_lists_of_words_have_published_shapes(api: Api, variant: str, specification: dict[str, Any]) -> None:
    for value in api.get(f"employee/employment/employmentType/{variant}"):
        valid_by(specification, "EmploymentType", value)


def test_who_am_i_and_the_events_have_published_shapes(api: Api, specification: dict[str, Any]) -> None:
    valid_by(specification, "LoggedInUserInfo", api.get("token/session/>whoAmI", fields="*,employee(*),company(*)"))
    valid_by(specification, "SessionToken", api.login().json()["value"])
    valid_by(specification, "EventInfo", api.get("event/employee.update"))
    assert set(api.get("event")) == {"employee.create", "employee.update", "employee.delete"}


def test_every_operation_of_the_specification_is_simulated_or_listed(specification: dict[str, Any]) -> None:
    simulated = {(route.method, route.path) for route, _ in API._open} | set(API._exact)
    simulated |= {("POST", "token/session/:create"), ("PUT", "token/session/:create")}
    general = {(method, path.replace("{word}", "{id}")) for method, path in simulated}
    published = {
        (method.upper(), path.lstrip("/").replace("{token}", "{id}").replace("{eventType}", "{id}"))
        for path, operations in specification["paths"].items()
        for method in operations
        if path not in NOT_SIMULATED
    }
    assert general == published


@pytest.mark.parametrize("model", MODELS)
def test_the_table_is_what_the_specification_says(model: str, specification: dict[str, Any]) -> None:
    published = specification["components"]["schemas"][model]["properties"]
    if model == "MaritimeEmployment":
        return
    assert {name: kind_of(schema) for name, schema in published.items()} == MODELS[model]


def test_the_checker_finds_what_is_wrong() -> None:
    check("Employee", {"id": 1, "dateOfBirth": None, "department": {"id": 2, "url": "x"}})
    wrong: list[dict[str, Any]] = [
        {"id": "1"},
        {"isInactive": False},
        {"firstName": None},
        {"isContact": 1},
        {"id": True},
        {"department": {"nome": "x"}},
        {"employments": {}},
        {"employments": [{"startDate": 2024}]},
    ]
    for value in wrong:
        with pytest.raises(AssertionError):
            check("Employee", value)


def test_paths_find_their_model() -> None:
    assert model_of("/employee/12") == "Employee"
    assert model_of("/employee/list") == "Employee"
    assert model_of("/employee/employment/3") == "Employment"
    assert model_of("/company/5") == "Company"


def test_every_answer_in_these_tests_is_checked(make_api: MakeApi) -> None:
    api = make_api()
    before = api.shapes.checked
    api.get("employee")
    assert api.shapes.checked == before + 1


def valid_by(specification: dict[str, Any], model: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{model}", "components": specification["components"]}
    jsonschema_rs.validator_for(schema).validate(without_nulls(value))


def without_nulls(value: Any) -> Any:
    """Where nulls may stand is checked by the table; the specification has none."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def kind_of(schema: dict[str, Any]) -> str:
    if schema.get("type") == "array":
        return kind_of(schema["items"]) + "[]"
    return schema.get("$ref", "").rpartition("/")[2] or schema["type"]
