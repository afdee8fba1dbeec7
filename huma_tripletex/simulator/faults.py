"""Faults on demand: which requests they hit, how often, and what happens then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from huma_tripletex.simulator.messages import Request
from huma_tripletex.simulator.rate_limit import RateLimit

KINDS = ("status", "delay", "drop_before", "drop_after", "lie", "rate_limit", "revoke_token", "html", "hide")
CODES = {400: 4000, 401: 3000, 403: 9000, 404: 6000, 409: 8000, 422: 18000, 429: 429, 500: 1000}


@dataclass
class Fault:
    """One fault. `times` None: until removed. `company`: only calls of that company."""

    id: int
    kind: str
    method: str = "*"
    path: str = "*"
    times: int | None = None
    company: int | None = None
    status: int = 500
    code: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 1.0
    limit: int = 100
    period: float = 10.0
    answer: str = "stored"
    fields: tuple[str, ...] = ()
    budget: RateLimit = field(default_factory=RateLimit)

    def hits(self, request: Request, company: int | None) -> bool:
        """Does this fault concern the request?"""
        return (
            self.times != 0
            and fnmatchcase(request.method, self.method)
            and fnmatchcase(request.path, self.path)
            and (self.company is None or self.company == company)
        )

    def as_json(self) -> dict[str, Any]:
        """The fault as the control surface shows it: the common keys and those of its kind."""
        own = {
            "status": ("status", "code", "headers", "body"),
            "delay": ("seconds",),
            "rate_limit": ("limit", "period"),
            "lie": ("answer",),
            "html": ("status",),
            "hide": ("fields",),
        }
        names = ("id", "kind", "method", "path", "times", "company", *own.get(self.kind, ()))
        return {name: getattr(self, name) for name in names}


class Faults:
    """The faults in force, in the order they were made."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, description: Mapping[str, Any]) -> Fault:
        """A new fault from its JSON; raises ValueError with a sentence when it makes no sense."""
        checked = _checked(description)
        self._made += 1
        fault = Fault(id=self._made, **checked)
        fault.budget = RateLimit(fault.limit, fault.period)
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        """The faults that may still strike."""
        return [fault for fault in self._faults if fault.times != 0]

    def clear(self) -> None:
        """No faults."""
        self._faults.clear()

    def struck(self, request: Request, company: int | None) -> list[Fault]:
        """The faults that strike this request: every delay, and the first of the others. Each is used up by one."""
        struck: list[Fault] = []
        for fault in self._faults:
            if not fault.hits(request, company):
                continue
            if fault.kind != "delay" and any(other.kind != "delay" for other in struck):
                continue
            struck.append(fault)
            if fault.times is not None:
                fault.times -= 1
        return struck


_NUMBERS: dict[str, Callable[[float], int | float]] = {
    "times": int,
    "company": int,
    "status": int,
    "code": int,
    "limit": int,
    "seconds": float,
    "period": float,
}


def _checked(description: Mapping[str, Any]) -> dict[str, Any]:
    kind = description.get("kind")
    if kind not in KINDS:
        raise ValueError(f"A fault needs a `kind`: one of {', '.join(KINDS)}; not {kind!r}.")
    known = {"method", "path", "headers", "body", "answer", "fields", *_NUMBERS}
    if unknown := sorted(set(description) - known - {"kind", "id"}):
        raise ValueError(f"A fault has no {', '.join(unknown)}; it has kind, {', '.join(sorted(known))}.")
    values = {name: value for name, value in description.items() if name in known and value is not None}
    for name in _NUMBERS.keys() & values.keys():
        values[name] = _number(name, values[name])
    _check_words(kind, values)
    if kind == "html":
        values.setdefault("status", 502)
    return {"kind": kind, **values}


def _check_words(kind: str, values: dict[str, Any]) -> None:
    for name in ("method", "path"):
        if name in values and not isinstance(values[name], str):
            raise ValueError(f"A fault's {name} is a pattern such as 'PUT' or '/v2/employee/*', not {values[name]!r}.")
    if "method" in values:
        values["method"] = values["method"].upper()
    if not isinstance(values.get("headers", {}), Mapping):
        raise ValueError("A fault's headers are an object of names and values.")
    if "fields" in values or kind == "hide":
        values["fields"] = _names(values.get("fields"))
    if values.get("answer", "stored") not in ("stored", "asked"):
        raise ValueError("A lie's answer is 'stored' (what is really there) or 'asked' (what was asked for).")
    if kind == "status" and "status" not in values:
        raise ValueError("A fault of kind `status` needs a `status`, such as 500.")
    if values.get("status", 200) not in set(HTTPStatus):
        raise ValueError(f"{values['status']} is not an HTTP status.")


def _names(fields: Any) -> tuple[str, ...]:
    if not isinstance(fields, list) or not fields or not all(isinstance(name, str) and name for name in fields):
        raise ValueError("A fault of kind `hide` needs `fields`: a list of names such as 'employments.endDate'.")
    return tuple(fields)


def _number(name: str, value: Any) -> int | float:
    wanted = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or wanted(value) != value:
        raise ValueError(f"A fault's {name} is a number from 0, not {value!r}.")
    return wanted(value)
