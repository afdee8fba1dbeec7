"""What the client asks is what the specification has, by the table and by the specification itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.tripletex.published import MODELS, OPERATIONS, Operation
from tests.tripletex.stub import Stub, many, one

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = Path(os.environ.get("TRIPLETEX_OPENAPI", ROOT / "../shared/tripletex/openapi.json"))
EMPLOYEE = {"id": 7, "version": 3, "employments": []}
EMPLOYMENT = {"id": 9, "version": 1, "startDate": "2026-01-01", "endDate": None}
NEW = {
    "firstName": "Kari",
    "lastName": "Nordmann",
    "employeeNumber": "12",
    "dateOfBirth": "1990-05-17",
    "userType": "NO_ACCESS",
    "email": "kari@example.no",
    "phoneNumberMobile": "91234567",
    "phoneNumberMobileCountry": {"id": 161},
    "bankAccountNumber": "12345678903",
    "department": {"id": 1},
}


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("the published specification is not at hand")
    return json.loads(SPECIFICATION.read_text())


@pytest.fixture
def stub() -> Stub:
    return Stub(
        {
            "DELETE /token/session/{token}": httpx.Response(204),
            "GET /token/session/>whoAmI": one({"employeeId": 1, "companyId": 2}),
            "GET /company/{id}": one({"id": 2}),
            "GET /country": many({"id": 161}),
            "GET /department": many({"id": 1}),
            "GET /division": many({"id": 1}),
            "GET /employee": many(EMPLOYEE),
            "GET /employee/{id}": one(EMPLOYEE),
            "POST /employee": one(EMPLOYEE, 201),
            "POST /employee/list": many(EMPLOYEE, status=201),
            "PUT /employee/{id}": one(EMPLOYEE),
            "GET /employee/employment": many(EMPLOYMENT),
            "POST /employee/employment": one(EMPLOYMENT, 201),
            "PUT /employee/employment/{id}": one(EMPLOYMENT),
            "GET /employee/entitlement": many({"id": 1, "name": "ROLE_ADMINISTRATOR"}),
        }
    )


def ask_everything(stub: Stub) -> None:
    with stub.client() as client:
        client.who_am_i()
        client.entitlements(1)
        client.company(2)
        client.countries()
        client.departments()
        client.divisions()
        client.employees()
        client.employee(7)
        client.find_employees(employee_number="12", email="k", first_name="K", last_name="N")
        client.create_employee(NEW)
        client.create_employees([NEW])
        client.update_employee(7, {"id": 7, "version": 3, "bankAccountNumber": None, "dateOfBirth": "1990-05-17"})
        client.employments(7)
        client.create_employment({"employee": {"id": 7}, "startDate": "2026-01-01", "division": {"id": 4}})
        client.update_employment(9, {"id": 9, "version": 1, "endDate": None})
        client.close_session()


def test_every_method_asks_what_the_table_has_and_every_row_of_it_is_used(stub: Stub) -> None:
    ask_everything(stub)  # Checked raises for what the table does not have
    used = {asked for asked, _, _ in stub.transport.asked}
    # the two parameters that only a company of more than 10,000 needs are asked in test_listing.py
    assert used == {f"{method} {template}" for method, template in OPERATIONS}


def test_every_request_is_valid_by_the_specification_itself(stub: Stub, specification: dict[str, Any]) -> None:
    ask_everything(stub)
    for asked, query, body in stub.transport.asked:
        method, template = asked.split(" ")
        published = specification["paths"][template][method.lower()]
        assert set(query) <= {p["name"] for p in published.get("parameters", ()) if p["in"] == "query"}
        if body is not None:
            (content,) = published["requestBody"]["content"].values()
            schema = {**content["schema"], "components": specification["components"]}
            jsonschema_rs.validator_for(schema).validate(without_nulls(body))


@pytest.mark.parametrize(("key", "operation"), OPERATIONS.items(), ids=map(" ".join, OPERATIONS))
def test_the_table_is_what_the_specification_says(
    key: tuple[str, str], operation: Operation, specification: dict[str, Any]
) -> None:
    published = specification["paths"][key[1]][key[0].lower()]
    parameters = {p["name"]: p["schema"]["type"] for p in published.get("parameters", ()) if p["in"] == "query"}
    assert operation.query.items() <= parameters.items()
    assert str(operation.success) in published["responses"]
    content = published.get("requestBody", {}).get("content", {})
    assert list(content) == ([operation.content_type] if operation.body else [])
    if operation.body:
        schema = content[operation.content_type]["schema"]
        assert name_of(schema) == operation.body


@pytest.mark.parametrize("model", MODELS)
def test_the_models_of_the_table_are_those_of_the_specification(model: str, specification: dict[str, Any]) -> None:
    published = specification["components"]["schemas"][model]["properties"]
    for name, kind in MODELS[model].items():
        assert name_of(published[name]) == kind, name


def name_of(schema: dict[str, Any]) -> str:
    if schema.get("type") == "array":
        return name_of(schema["items"]) + "[]"
    return schema.get("$ref", "").rpartition("/")[2] or schema["type"]


def without_nulls(body: Any) -> Any:
    """Null clears a value; the specification is silent about it (TRIPLETEX.md 4.4)."""
    return {k: v for k, v in body.items() if v is not None} if isinstance(body, dict) else body
