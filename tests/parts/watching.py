"""A simulator that holds everything it is asked, and everything it answers, against the published shapes: the tables of
`tests/tripletex/published.py` and `tests/simulator/shapes.py`, and, of each kind of exchange the first, the
specification itself where it is at hand. `python -m tests.parts.watching REPORT ...` is the simulator's own command
line with this inside.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

from huma_tripletex.simulator import Simulator
from huma_tripletex.simulator import __main__ as command_line
from huma_tripletex.simulator.messages import Request, Response
from tests.simulator.shapes import check_answer, model_of
from tests.tripletex.published import checked

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = Path(os.environ.get("TRIPLETEX_OPENAPI", ROOT / "../shared/tripletex/openapi.json"))
OURS = "huma-tripletex/"
DELIBERATE = {
    "html": "a gateway's page, which no specification has",
    "status": "a fault whose body a test gave itself",
}
"""What is not held against anything: answers that a test asked to be wrong."""
_HELD: set[tuple[str, ...]] = set()
"""The kinds of exchange that this process has held against the specification."""


@functools.cache
def specification() -> Any:
    """The published specification, None where it is not at hand."""
    return json.loads(SPECIFICATION.read_text()) if SPECIFICATION.exists() else None


class Watch:
    """Collects what deviates. `report` is a file that gets each deviation as a line, for another process to read."""

    def __init__(self, report: Path | None = None) -> None:
        self.deviations: list[str] = []
        self.seen: Counter[str] = Counter()
        self._report = report
        self._lock = threading.Lock()
        self._published = specification()

    def asked(self, request: Request) -> None:
        """Holds a request of our client against the table; other clients may ask what they like."""
        if not request.headers.get("user-agent", "").startswith(OURS):
            return
        sent = httpx.Request(
            request.method,
            f"http://tripletex{request.target}?{request.query_string}",
            headers=dict(request.headers),
            content=request.body,
        )
        try:
            operation, query, body = checked(sent, request.target.removeprefix("/v2"))
            self._hold_request(operation, query, body)
        except (AssertionError, KeyError, jsonschema_rs.ValidationError) as wrong:
            self._note(f"asked {request.method} {request.target}: {wrong!r}")
        self._count("requests")

    def answered(self, request: Request, response: Response, deliberate: str) -> None:
        """Holds an answer against the table, unless a test asked for it to be wrong."""
        if deliberate:
            self._count(deliberate)
            return
        path = request.target.removeprefix("/v2").replace("%3E", ">")
        headers = [(name, value) for name, value in response.headers if name != "Content-Encoding"]
        told = httpx.Response(response.status, headers=headers, content=response.body)
        if "json" not in told.headers.get("content-type", ""):
            return
        try:
            check_answer(path, told)
            self._hold_answer(request, path, told)
        except (AssertionError, KeyError, ValueError, jsonschema_rs.ValidationError) as wrong:
            self._note(f"answered {request.method} {path} with {response.status}: {wrong!r}")
        self._count("answers")

    def _hold_request(self, operation: str, query: dict[str, str], body: Any) -> None:
        first = body[0] if isinstance(body, list) and body else body
        if self._published is None or not self._is_first("asked", operation, *sorted(query), *sorted(first or ())):
            return
        method, template = operation.split(" ")
        published = self._published["paths"][template][method.lower()]
        assert set(query) <= {p["name"] for p in published.get("parameters", ()) if p["in"] == "query"}
        if body is not None:
            (content,) = published["requestBody"]["content"].values()
            self._validate(content["schema"], body)

    def _hold_answer(self, request: Request, path: str, told: httpx.Response) -> None:
        model = model_of(path) if told.status_code < 400 else None
        general = re.sub(r"\d+", "#", path)
        key = (request.method, general, str(told.status_code), request.query.get("fields", ""))
        if self._published is None or model is None or not self._is_first("answered", *key):
            return
        body = told.json()
        schema = {"$ref": f"#/components/schemas/{model}"}
        values = body["values"] if "values" in body else [body["value"]]
        for value in values[:10]:
            self._validate(schema, value)

    def _validate(self, schema: dict[str, Any], value: Any) -> None:
        assert self._published is not None
        whole = {**schema, "components": self._published["components"]}
        jsonschema_rs.validator_for(whole).validate(_without_nulls(value))

    def _is_first(self, *key: str) -> bool:
        with self._lock:
            new = key not in _HELD
            _HELD.add(key)
            return new

    def _count(self, what: str) -> None:
        with self._lock:
            self.seen[what] += 1

    def _note(self, deviation: str) -> None:
        with self._lock:
            self.deviations.append(deviation)
            if self._report:
                with self._report.open("a") as file:
                    file.write(deviation.replace("\n", " ") + "\n")


class WatchedSimulator(Simulator):
    """A simulator with a watch over it."""

    def __init__(self, *, report: Path | None = None, **options: Any) -> None:
        self.watch = Watch(report)
        self._here = threading.local()
        super().__init__(**options)

    def answer(self, request: Request) -> Response:
        if not request.path.startswith("/v2/"):
            return super().answer(request)
        self.watch.asked(request)
        self._here.deliberate = ""
        response = super().answer(request)
        self.watch.answered(request, response, self._here.deliberate)
        return response

    def _carried_out(self, request: Request, session: Any, fault: Any, request_id: str) -> Response:
        if fault is not None and fault.kind in DELIBERATE and (fault.kind == "html" or fault.body is not None):
            self._here.deliberate = fault.kind
        return super()._carried_out(request, session, fault, request_id)


def _without_nulls(value: Any) -> Any:
    """Where nulls may stand is for the tables to say; the specification has none."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def main() -> int:
    report, *arguments = sys.argv[1:]
    command_line.Simulator = functools.partial(WatchedSimulator, report=Path(report))  # type: ignore[misc,assignment]
    return command_line.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
