"""Which operation answers which method and path, and what right it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from huma_tripletex.simulator.call import Operation
from huma_tripletex.simulator.mapping import is_whole
from huma_tripletex.simulator.refusals import forbidden, method_not_allowed, not_found, wrong_number

Needs = Literal["login", "read", "write"]
NOT_SIMULATED = {
    "employee/category",
    "employee/hourlyCostAndRate",
    "employee/nextOfKin",
    "employee/preferences",
    "employee/standardTime",
}
"""Paths that Tripletex has where an id could stand too, so that they are not taken for one."""
LEVEL: dict[str, int] = {"login": 0, "read": 1, "write": 2}


@dataclass(frozen=True)
class Route:
    """One operation. In `path`, `{id}` is a number and `{word}` any text."""

    method: str
    path: str
    operation: Operation
    needs: Needs = "read"


@dataclass(frozen=True)
class Match:
    """A route and what its placeholders stand for."""

    route: Route
    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


class Routes:
    """All routes. Exact paths win over placeholders, so `/employee/list` is not an employee."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._exact = {(route.method, route.path): route for route in routes if "{" not in route.path}
        self._open = [(route, route.path.split("/")) for route in routes if "{" in route.path]
        self._paths = {route.path for route in routes}

    def match(self, method: str, path: str) -> Match:
        """The route for a path below /v2/; refuses with 404, 422/21000, or 400/4000 for the wrong method."""
        if (exact := self._exact.get((method, path))) is not None:
            return Match(exact)
        if path in NOT_SIMULATED:
            raise not_found()
        segments = path.split("/")
        candidates = [(route, places) for route, places in self._open if _alike(places, segments)]
        for route, places in candidates:
            if route.method == method:
                return _filled(route, places, segments)
        if path in self._paths:
            raise method_not_allowed()
        if candidates:
            raise _refusal_for(method, candidates[0][1], segments)
        raise not_found()


def _alike(places: list[str], segments: list[str]) -> bool:
    return len(places) == len(segments) and all(
        place.startswith("{") or place == segment for place, segment in zip(places, segments, strict=True)
    )


def _filled(route: Route, places: list[str], segments: list[str]) -> Match:
    numbers, words = [], []
    for place, segment in zip(places, segments, strict=True):
        if place == "{id}":
            numbers.append(_number(segment))
        elif place == "{word}":
            words.append(segment)
    return Match(route, tuple(numbers), tuple(words))


def _refusal_for(method: str, places: list[str], segments: list[str]) -> Exception:
    if method == "DELETE" and places == ["employee", "{id}"]:
        return forbidden()  # recorded thirty times: it exists, and nobody may
    for place, segment in zip(places, segments, strict=True):
        if place == "{id}":
            _number(segment)
    return method_not_allowed()


def _number(segment: str) -> int:
    if not is_whole(segment):
        raise wrong_number(segment)
    return int(segment)
