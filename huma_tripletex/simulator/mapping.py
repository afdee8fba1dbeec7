"""From the JSON of a request body to plain values: unknown names and wrong types are refused with 16000."""

import re
from datetime import date
from typing import Any

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.refusals import NO_SUCH_FIELD, WRONG_TYPE, Problem, not_mapped
from huma_tripletex.simulator.shapes import Field
from huma_tripletex.simulator.switches import Switches

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_REFERENCE_KEYS = {"id", "url", "version", "changes"}


def mapped(model: str, body: Any, switches: Switches, root: int | None = None) -> dict[str, Any]:
    """The writable values of `body` by field name, references still as `{"id": ...}`; refuses with 422/16000."""
    mapper = _Mapper(switches, root)
    values = mapper.object(model, body, "", "")
    if mapper.problems:
        raise not_mapped(mapper.problems)
    return values


class _Mapper:
    """Walks a body and collects what does not fit."""

    def __init__(self, switches: Switches, root: int | None) -> None:
        self.problems: list[Problem] = []
        self._switches = switches
        self._root = root

    def object(self, model: str, body: Any, dotted: str, path: str) -> dict[str, Any]:
        """The known values of one JSON object."""
        if not isinstance(body, dict):
            self._wrong(dotted.rstrip("."), path.rstrip("."))
            return {}
        known = MODELS[model].by_name
        values: dict[str, Any] = {}
        for name, value in body.items():
            field = known.get(name)
            if field is None:
                self.problems.append(Problem(name, NO_SUCH_FIELD, None, self._root))
            elif field.writable or name in ("id", "version"):
                values[name] = self._value(field, value, dotted + name, path + name)
        return values

    def _value(self, field: Field, value: Any, dotted: str, path: str) -> Any:
        if value is None:
            return None
        if field.kind == "one":
            return self._reference(field, value, dotted, path)
        if field.kind == "part":
            return self.object(field.model, value, f"{dotted}.", f"{path}.")
        if field.kind == "many":
            return self._list(field, value, dotted, path)
        if not self._fits(field, value):
            self._wrong(dotted, path)
        return value

    def _reference(self, field: Field, value: Any, dotted: str, path: str) -> Any:
        values = self.object(field.model, value, f"{dotted}.", f"{path}.")
        if isinstance(value, dict) and "id" in value and value["id"] is None:
            self._wrong(f"{dotted}.id", f"{path}.id")
        return values

    def _list(self, field: Field, value: Any, dotted: str, path: str) -> Any:
        if not isinstance(value, list):
            self._wrong(dotted, path)
            return []
        return [self.object(field.model, item, f"{dotted}.", f"{path}[{n}].") for n, item in enumerate(value)]

    def _fits(self, field: Field, value: Any) -> bool:
        match field.kind:
            case "text":
                return isinstance(value, str)
            case "date":
                return (value == "" and self._switches.date_cleared_by != "null") or is_date(value)
            case "whole":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "flag":
                return isinstance(value, bool)
            case "choice":
                return value in field.choices or (field.name == "userType" and value == "")
        return True

    def _wrong(self, dotted: str, path: str) -> None:
        if self._root is not None:
            path = f"[{self._root}].{path}" if path else f"[{self._root}]"
        self.problems.append(Problem(dotted, WRONG_TYPE, path, self._root))


def is_date(value: Any) -> bool:
    """Is it a date in the only form Tripletex takes, YYYY-MM-DD?"""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_whole(text: str) -> bool:
    """Is it a whole number, as a path or a query may hold one?"""
    return _WHOLE.fullmatch(text) is not None


def extra_keys(reference: dict[str, Any]) -> list[str]:
    """What a reference carries beside the keys that name an object."""
    return sorted(set(reference) - _REFERENCE_KEYS)
