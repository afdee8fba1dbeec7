"""Paging and sorting, the same for every list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.mapping import is_whole
from huma_tripletex.simulator.refusals import cannot_sort, too_low, wrong_number
from huma_tripletex.simulator.rendering import renderer
from huma_tripletex.simulator.selection import DEEPEST
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.view import View


@dataclass(frozen=True)
class Page:
    """The part of a list that is asked for."""

    start: int
    count: int

    @classmethod
    def of(cls, query: Mapping[str, str], maximum: int, default: int) -> "Page":
        """From the parameters `from` and `count`; more than `maximum` is cut down without a word."""
        count = _natural(query, "count", default)
        return cls(_natural(query, "from", 0), min(count, maximum) if maximum else count)


def full_result_size(start: int, shown: int, found: int, says: str) -> int:
    """What a list says of its size. It was never the size: recorded is one more than has been seen while there is more,
    and it is published as not exact, so it may also say nothing (`zero`) or that there is more when there is not.
    """
    if says == "zero":
        return 0
    seen = start + shown
    return seen + 1 if says == "too_many" or found > seen else seen


def sorted_by(model: str, rows: Sequence[Row], sorting: str, view: View) -> Sequence[Row]:
    """`rows` in the order of a `sorting` text such as `-lastName,department.id`; unset values come first."""
    for name in reversed([part.strip() for part in sorting.split(",") if part.strip()]):
        path = name.lstrip("-").split(".")
        if path == ["id"]:  # the usual one, and much quicker than through a renderer
            rows = sorted(rows, key=itemgetter("id"), reverse=name.startswith("-"))
            continue
        fields = _fields_for(model, path)
        render = renderer(model, fields)
        keyed = [(_key(render(view, row), path), row) for row in rows]
        keyed.sort(key=lambda pair: pair[0], reverse=name.startswith("-"))
        rows = [row for _, row in keyed]
    return rows


def _fields_for(model: str, path: list[str]) -> str:
    """`["department", "id"]` as `department(id)`; refuses what the model does not have."""
    here = model
    if len(path) > DEEPEST:
        raise cannot_sort(".".join(path))
    for place, name in enumerate(path):
        field = MODELS[here].by_name.get(name)
        last = place == len(path) - 1
        if field is None or field.kind in ("many", "changes") or (bool(field.model) == last):
            raise cannot_sort(".".join(path))
        here = field.model
    return "(".join(path) + ")" * (len(path) - 1)


def _key(shown: Any, path: list[str]) -> tuple[int, Any]:
    for name in path:
        shown = None if shown is None else shown.get(name)  # a default department lacks its manager
    if shown is None:
        return (0, 0)
    return (2, shown.casefold()) if isinstance(shown, str) else (1, shown)


def _natural(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text.strip():
        return default
    if not is_whole(text.strip()):
        raise wrong_number(text)
    if int(text) < 0:
        raise too_low(name)
    return int(text)
