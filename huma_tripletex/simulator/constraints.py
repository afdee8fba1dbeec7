"""What Tripletex checks of a body before any rule of its business: that the few values are there which no object can
be without. Its messages differ from the others: no `developerMessage`, and a `path` that begins with the place of the
object, "null" for the whole body.

A reference without an id counts as a new object, so what is missing is its name and not its id, as was recorded.
"""

from collections.abc import Callable, Iterator
from typing import Any

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.clearing import clears
from huma_tripletex.simulator.refusals import LENGTH, NOT_EMPTY, NOT_NULL, Problem, broken
from huma_tripletex.simulator.switches import Switches

Rule = Callable[[Any], str | None]


def check_constraints(
    model: str, values: dict[str, Any], switches: Switches, *, new: bool, place: int | None = None
) -> None:
    """Refuse with 422/18000 a `new` object that lacks what it must have, and a change that takes it away."""
    walk = _Walk(switches, new=new, root=place)
    if problems := list(walk.problems(model, values, "", "" if place is None else f"[{place}]")):
        raise broken(*problems)


class _Walk:
    def __init__(self, switches: Switches, *, new: bool, root: int | None) -> None:
        self._switches = switches
        self._new = new
        self._root = root

    def problems(self, model: str, values: dict[str, Any], dotted: str, at: str) -> Iterator[Problem]:
        """`dotted` and `at` are where the object stands, as `field` and as `path` say it."""
        for name, rules in CONSTRAINTS.get(model, {}).items():
            if self._new or dotted or self._touches(model, name, values):
                for message in filter(None, (rule(values.get(name)) for rule in rules)):
                    yield Problem(dotted + name, message, f"{at or 'null'}.{name}", self._root)
        for name, value in values.items():
            yield from self._inside(model, name, value, dotted, at)

    def _touches(self, model: str, name: str, values: dict[str, Any]) -> bool:
        value = values.get(name)
        return value is not None or (name in values and clears(MODELS[model].by_name[name], None, self._switches))

    def _inside(self, model: str, name: str, value: Any, dotted: str, at: str) -> Iterator[Problem]:
        field, here = MODELS[model].by_name[name], f"{at}.{name}" if at else name
        if field.kind == "one" and isinstance(value, dict) and "id" not in value:
            yield from self.problems(field.model, value, f"{dotted}{name}.", here)
        if field.kind == "many" and self._new:
            for number, item in enumerate(value or ()):
                yield from self.problems(field.model, item, f"{dotted}{name}.", f"{here}[{number}]")


def _there(value: Any) -> str | None:
    return NOT_NULL if value is None else None


def _filled(value: Any) -> str | None:
    return None if value else NOT_EMPTY


def _fits(value: Any) -> str | None:
    return None if value is None or 1 <= len(value) <= 100 else LENGTH


CONSTRAINTS: dict[str, dict[str, tuple[Rule, ...]]] = {
    "Employee": {"firstName": (_there, _fits), "lastName": (_there, _fits)},
    "Employment": {"startDate": (_there,)},
    "Department": {"name": (_there, _filled)},
    "Division": {"name": (_filled,)},
    "Subscription": {"event": (_there, _filled), "targetUrl": (_there, _filled)},
    "LeaveOfAbsence": {"employment": (_there,), "startDate": (_there,), "type": (_there,)},
}
"""Recorded, but for the last: nobody has recorded a leave of absence, so it follows the others."""
