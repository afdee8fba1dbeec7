"""The published specification as a judge of single requests and answers, by an existing validator (`jsonschema_rs`),
compiled once for each schema. Where the specification is not at hand, nothing is judged here; the tables of
`tests/tripletex/published.py` and `tests/simulator/shapes.py` always are.

In two things it is read otherwise than it stands. It knows no null, though Tripletex answers null and takes it (which,
the tables say), so null passes here. And it does not forbid other properties, though Tripletex refuses them (16000) and
a property that only the simulator has would be an invention, so here they are forbidden.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(os.environ.get("TRIPLETEX_OPENAPI", ROOT / "../shared/tripletex/openapi.json"))
UNPUBLISHED = {
    304: "documented by Tripletex's own example of checksums (TRIPLETEX.md 3.4)",
}
"""Answers below 400 that no operation publishes, with the evidence. Refusals are never published (TRIPLETEX.md 3.5)."""
PATTERNS = {"integer": r"-?\d+", "boolean": "true|false", "string": r"[\s\S]*"}


@functools.cache
def specification() -> Any:
    """The published specification, None where it is not at hand."""
    return json.loads(FILE.read_text()) if FILE.exists() else None


def hold_request(method: str, path: str, query: Mapping[str, str], content_type: str, body: Any) -> None:
    """Raises unless the specification has this request; `path` is below /v2, `body` None when there is none."""
    if specification() is None:
        return
    published = operation(method, path)
    assert published is not None, f"the specification has no {method} {path}"
    kinds = {p["name"]: p["schema"]["type"] for p in published.get("parameters", ()) if p["in"] == "query"}
    for name, value in query.items():
        assert name in kinds, f"the specification has no parameter {name}"
        assert re.fullmatch(PATTERNS[kinds[name]], value), f"the parameter {name} is no {kinds[name]}"
    contents = published.get("requestBody", {}).get("content", {})
    if body is None:
        assert not contents, "the specification has a body here"
    else:
        assert content_type in contents, f"a body of type {content_type}"
        valid(contents[content_type]["schema"], body)


def hold_answer(method: str, path: str, status: int, content_type: str, content: bytes) -> None:
    """Raises unless the specification has this answer. Refusals it has not, so they are for the tables."""
    if specification() is None or status >= 400 or status in UNPUBLISHED:
        return  # refusals and digests are for the tables
    published = operation(method, path)
    assert published is not None, f"the specification has no {method} {path}, so it cannot succeed"
    assert str(status) in published["responses"], f"the specification has no answer {status} here"
    schema = published["responses"][str(status)].get("content", {}).get("application/json", {}).get("schema")
    if schema is None or "$ref" not in schema:
        assert not content, "the specification has no body here"
        return
    assert content_type.partition(";")[0] == "application/json", f"a body of type {content_type}"
    valid(schema, json.loads(content))


@functools.lru_cache(maxsize=4096)
def operation(method: str, path: str) -> Any:
    """The published operation, None when there is none. A path without a placeholder goes before one with."""
    path = path.replace("%3E", ">").rstrip("/")
    for template, operations in sorted(specification()["paths"].items(), key=lambda item: "{" in item[0]):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return operations[method.lower()]
    return None


def valid(schema: Mapping[str, Any], value: Any) -> None:
    """Raises unless `value` is valid by a schema of the specification."""
    _validator(json.dumps(schema)).validate(value)


@functools.cache
def _validator(schema: str) -> Any:
    whole = {**_strict(json.loads(schema)), "components": {"schemas": _components()}}
    return jsonschema_rs.validator_for(whole)


@functools.cache
def _components() -> dict[str, Any]:
    return {name: _strict(schema, nullable=True) for name, schema in specification()["components"]["schemas"].items()}


def _strict(schema: dict[str, Any], nullable: bool = False) -> dict[str, Any]:
    """The schema with null wherever a property may stand, and without properties of other names."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}  # which may be null itself
    strict = {name: schema[name] for name in ("minimum", "maximum") if name in schema}
    if "enum" in schema:
        strict["enum"] = [*schema["enum"], *([None] if nullable else [])]
    if schema.get("type") == "array":
        strict["items"] = _strict(schema["items"])
    if "properties" in schema:
        strict["properties"] = {name: _strict(inner, nullable=True) for name, inner in schema["properties"].items()}
        strict["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        strict["additionalProperties"] = _strict(schema["additionalProperties"])
    if "type" in schema:
        strict["type"] = [schema["type"], "null"] if nullable else schema["type"]
    return strict
