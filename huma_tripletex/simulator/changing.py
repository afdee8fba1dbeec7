"""Writing values into a row: what clears, what is ignored, and references to other rows."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import MODELS, blank
from huma_tripletex.simulator.clearing import ignored
from huma_tripletex.simulator.mapping import extra_keys
from huma_tripletex.simulator.refusals import NOT_NULL, Problem, invalid, not_found, revision_conflict
from huma_tripletex.simulator.shapes import Field, Row


def without_ids(values: dict[str, Any], place: int | None = None, within: str = "") -> dict[str, Any]:
    """The values of a new object, which stands `within` another one or alone; refuses an id or a version."""
    for name in ("id", "version"):
        if values.get(name):
            path = None if place is None else f"[{place}].{within}{name}"
            raise invalid(Problem(within + name, "An ID cannot be set when creating a new object.", path, place))
    return {name: value for name, value in values.items() if name not in ("id", "version")}


def check_version(row: Row, values: dict[str, Any]) -> None:
    """Take id and version off the values; refuses with 409/8000 when the row has moved on."""
    version, row_id = values.pop("version", None), values.pop("id", None)
    if row_id is not None and row_id != row["id"]:
        raise invalid(Problem("id", "The id of the body is not that of the path.", "id"))
    if version is not None and version != row["version"]:
        raise revision_conflict()


def changed(call: Call, model: str, row: Row, values: dict[str, Any]) -> Row:
    """A copy of `row` with `values`; a null, or a "" for a date, clears or is ignored as the switches say."""
    new = dict(row)
    for name, value in values.items():
        field = MODELS[model].by_name[name]
        if field.kind == "many" or ignored(field, value, call.switches):
            continue
        new[name] = _stored(call, field, value, row.get(name))
    return new


def _stored(call: Call, field: Field, value: Any, old: Any) -> Any:
    if field.kind == "text":
        return value or ""
    if field.kind == "date":
        return value or None
    if field.kind == "choice" and value is None:
        return field.empty
    if field.kind == "one" and value is not None:
        return _inline_address(call, value, old) if field.model == "Address" else _reference(call, field, value)
    if field.kind == "part" and value is not None:
        part = {**blank(field.model), **value}
        if isinstance(part.get("country"), dict):
            part["country"] = part["country"].get("id")
        return part
    return value


def _reference(call: Call, field: Field, value: dict[str, Any]) -> int:
    if "id" not in value:
        raise not_found()
    if call.switches.reference_extras == "refused" and (extra := extra_keys(value)):
        raise invalid(*(Problem(f"{field.name}.{key}", NOT_NULL, f"{field.name}.{key}") for key in extra))
    if call.company.get(field.model, value["id"]) is None:
        raise not_found()
    return int(value["id"])


def _inline_address(call: Call, value: dict[str, Any], old: int | None) -> int:
    """An address travels inside its owner, and one that is there carries its own id, by which it is edited. Without the
    id it is a new one, which is refused where there is an old one, or replaces it.
    """
    row_id = value.get("id")
    if row_id is None:
        if old is not None and call.switches.address_without_id == "refused":
            raise invalid(Problem("address.id", NOT_NULL, "address.id"))
        row = blank("Address", id=call.company.new_id("Address"))
    elif row_id == old and (found := call.company.get("Address", row_id)) is not None:
        row = {**found, "version": found["version"] + 1}
    else:
        raise not_found()
    row = changed(call, "Address", row, {k: v for k, v in value.items() if k not in ("id", "version")})
    call.company.put("Address", row)
    return int(row["id"])
