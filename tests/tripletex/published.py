"""The published API, as much of it as the client relies on, written down from the specification 2.74.00: which
operations there are, what they may be asked, and which properties their bodies have. `Checked` holds every request
against it.

`test_published.py` holds the table itself against the specification, where that is at hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.parts.deviations import noting
from tests.parts.specification import hold_request

JSON = "application/json"
UTF8 = "application/json; charset=utf-8"
PAGING = {"from": "integer", "count": "integer", "sorting": "string", "fields": "string"}


@dataclass(frozen=True)
class Operation:
    """`body` names a model, with [] for a list of them; `answer` names the model of `value` or `values`."""

    success: int
    query: dict[str, str] = field(default_factory=dict)
    body: str = ""
    content_type: str = ""
    answer: str = ""


OPERATIONS = {
    ("POST", "/token/session/:create"): Operation(201, body="PostSessionTokenBody", content_type=JSON),
    ("DELETE", "/token/session/{token}"): Operation(204),
    ("GET", "/token/session/>whoAmI"): Operation(200, {"fields": "string"}, answer="LoggedInUserInfo"),
    ("GET", "/company/{id}"): Operation(200, {"fields": "string"}, answer="Company"),
    ("GET", "/country"): Operation(200, PAGING, answer="Country"),
    ("GET", "/department"): Operation(200, PAGING, answer="Department"),
    ("GET", "/division"): Operation(200, PAGING, answer="Division"),
    ("GET", "/employee"): Operation(
        200,
        {
            "id": "string",
            "employeeNumber": "string",
            "email": "string",
            "firstName": "string",
            "lastName": "string",
            "departmentId": "string",
            "hasSystemAccess": "boolean",
            **PAGING,
        },
        answer="Employee",
    ),
    ("GET", "/employee/{id}"): Operation(200, {"fields": "string"}, answer="Employee"),
    ("POST", "/employee"): Operation(201, body="Employee", content_type=UTF8),
    ("POST", "/employee/list"): Operation(201, body="Employee[]", content_type=UTF8),
    ("PUT", "/employee/{id}"): Operation(200, body="Employee", content_type=UTF8),
    ("GET", "/employee/employment"): Operation(200, {"employeeId": "integer", **PAGING}, answer="Employment"),
    ("POST", "/employee/employment"): Operation(201, body="Employment", content_type=UTF8),
    ("PUT", "/employee/employment/{id}"): Operation(200, body="Employment", content_type=UTF8),
    ("GET", "/employee/entitlement"): Operation(200, {"employeeId": "integer", **PAGING}, answer="Entitlement"),
}

MODELS: dict[str, dict[str, str]] = {
    "PostSessionTokenBody": {"consumerToken": "string", "employeeToken": "string", "expirationDate": "string"},
    "Employee": {
        "id": "integer",
        "version": "integer",
        "firstName": "string",
        "lastName": "string",
        "employeeNumber": "string",
        "dateOfBirth": "string",
        "email": "string",
        "phoneNumberMobileCountry": "Country",
        "phoneNumberMobile": "string",
        "bankAccountNumber": "string",
        "userType": "string",
        "department": "Department",
        "employments": "Employment[]",
    },
    "Employment": {
        "id": "integer",
        "version": "integer",
        "employee": "Employee",
        "startDate": "string",
        "endDate": "string",
        "employmentEndReason": "string",
        "division": "Division",
    },
    "Country": {"id": "integer", "isoAlpha2Code": "string"},
    "Department": {"id": "integer", "name": "string", "departmentNumber": "string", "isInactive": "boolean"},
    "Division": {"id": "integer", "name": "string", "displayName": "string"},
    "Company": {"id": "integer", "name": "string", "organizationNumber": "string"},
    "Entitlement": {"id": "integer", "name": "string"},
    "LoggedInUserInfo": {
        "employeeId": "integer",
        "actualEmployeeId": "integer",
        "companyId": "integer",
        "language": "string",
        "company": "Company",
        "employee": "Employee",
    },
}

CLEARED = {"endDate", "employmentEndReason", "phoneNumberMobile", "bankAccountNumber"}
"""Null is not in the specification, but it is one of the two ways in which a value may be cleared (TRIPLETEX.md 4.4).
"""


class Checked(httpx.BaseTransport):
    """Passes requests on, after holding each against the table. `asked` keeps operation, query and body of each."""

    def __init__(self, inner: httpx.BaseTransport, prefix: str = "/v2") -> None:
        self._inner = inner
        self._prefix = prefix
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(self._prefix)
        with noting(f"asked {request.method} {path}"):
            self.asked.append(checked(request, path))
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()

    def count(self, operation: str) -> int:
        return sum(1 for asked, _, _ in self.asked if asked == operation)


def checked(request: httpx.Request, path: str) -> tuple[str, dict[str, str], Any]:
    """The operation, query and body of a request. Raises AssertionError or ValueError if the published API knows none
    like it: by the table always, and by the specification where that is at hand.
    """
    template = template_of(request.method, path)
    operation = OPERATIONS[request.method, template]
    query = dict(request.url.params)
    for name, value in query.items():
        assert name in operation.query, f"{template} has no parameter {name}"
        assert_parameter(operation.query[name], value)
    for path_of_fields in _fields(query.get("fields", "")):
        assert_field(operation.answer, path_of_fields)
    body = _body(request, operation)
    hold_request(request.method, path, query, request.headers.get("content-type", ""), body)
    return f"{request.method} {template}", query, body


def template_of(method: str, path: str) -> str:
    for known_method, template in OPERATIONS:
        pattern = (
            re.escape(template).replace(">", "(>|%3E)").replace(r"\{id\}", r"\d+").replace(r"\{token\}", "[^/:>]+")
        )
        if known_method == method and re.fullmatch(pattern, path):
            return template
    raise AssertionError(f"no such operation: {method} {path}")


def assert_parameter(kind: str, value: str) -> None:
    patterns = {"integer": r"\d+", "boolean": "true|false", "string": r"[\s\S]+"}
    assert re.fullmatch(patterns[kind], value), f"not a {kind}"


def assert_value(kind: str, value: Any, name: str = "") -> None:
    """Sub objects are referenced by id alone (TRIPLETEX.md 4.4)."""
    if value is None:
        assert name in CLEARED, f"{name} is null"
    elif kind.endswith("[]"):
        for item in value:
            assert_model(kind[:-2], item)
    elif kind in MODELS:
        assert list(value) == ["id"], f"{name} is referenced by more than its id"
        assert type(value["id"]) is int
    else:
        assert type(value) is {"integer": int, "string": str, "boolean": bool}[kind], f"{name} is no {kind}"


def assert_model(model: str, body: Any) -> None:
    assert isinstance(body, dict)
    for name, value in body.items():
        assert name in MODELS[model], f"{model} has no {name}"
        assert_value(MODELS[model][name], value, name)


def assert_field(model: str, path: tuple[str, ...]) -> None:
    for name in path:
        assert name in MODELS[model], f"{model} has no {name}"
        model = MODELS[model][name].removesuffix("[]")


def _body(request: httpx.Request, operation: Operation) -> Any:
    content = request.read()
    if not operation.body:
        assert not content
        return None
    assert request.headers["content-type"] == operation.content_type
    body = json.loads(content)
    assert_value(operation.body, body) if operation.body.endswith("[]") else assert_model(operation.body, body)
    return body


def _fields(text: str) -> Iterator[tuple[str, ...]]:
    """`a,b(c,d)` as ("a",), ("b",), ("b", "c"), ("b", "d")."""
    at: list[str] = []
    last = ""
    for token in re.findall(r"\w+|[(),]", text):
        if token == "(":
            at.append(last)
        elif token == ")":
            at.pop()
        elif token != ",":
            last = token
            yield (*at, token)
    assert not at, "brackets do not match"
