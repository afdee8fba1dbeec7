"""A simulator that holds everything it is asked, and everything it answers, against what is published: the tables of
`tests/tripletex/published.py` and `tests/simulator/shapes.py`, and the specification itself where it is at hand.
`python -m tests.parts.watching REPORT ...` is the simulator's own command line with this inside.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from huma_tripletex.simulator import Simulator
from huma_tripletex.simulator import __main__ as command_line
from huma_tripletex.simulator.messages import Request, Response
from tests.parts.deviations import FOUND
from tests.simulator.shapes import check_answer
from tests.tripletex.published import checked

OURS = "huma-tripletex/"
DELIBERATE = {
    "html": "a gateway's page, which no specification has",
    "status": "a fault whose body a test gave itself",
}
"""What is not held against anything: answers that a test asked to be wrong."""


class Watch:
    """Collects what deviates. `report` is a file that gets each deviation as a line, for another process to read."""

    def __init__(self, report: Path | None = None) -> None:
        self.deviations: list[str] = []
        self.seen: Counter[str] = Counter()
        self._report = report
        self._lock = threading.Lock()

    def asked(self, request: Request) -> None:
        """Holds a request of our client against what is published; other clients may ask what they like."""
        if not request.headers.get("user-agent", "").startswith(OURS):
            return
        sent = httpx.Request(
            request.method,
            f"http://tripletex{request.target}?{request.query_string}",
            headers=dict(request.headers),
            content=request.body,
        )
        try:
            checked(sent, request.target.removeprefix("/v2"))
        except (AssertionError, KeyError, ValueError) as wrong:
            self._note(f"asked {request.method} {request.target}: {wrong!r}")
        self._count("requests")

    def answered(self, request: Request, response: Response, deliberate: str) -> None:
        """Holds an answer against what is published, unless a test asked for it to be wrong."""
        if deliberate:
            self._count(deliberate)
            return
        path = request.target.removeprefix("/v2").replace("%3E", ">")
        headers = [(name, value) for name, value in response.headers if name != "Content-Encoding"]
        told = httpx.Response(response.status, headers=headers, content=response.body)
        try:
            check_answer(request.method, path, told)
        except (AssertionError, KeyError, ValueError) as wrong:
            self._note(f"answered {request.method} {path} with {response.status}: {wrong!r}")
        self._count("answers")

    def _count(self, what: str) -> None:
        with self._lock:
            self.seen[what] += 1

    def _note(self, deviation: str) -> None:
        with self._lock:
            self.deviations.append(deviation)
            FOUND.append(deviation)
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


def main() -> int:
    report, *arguments = sys.argv[1:]
    command_line.Simulator = functools.partial(WatchedSimulator, report=Path(report))  # type: ignore[misc,assignment]
    return command_line.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
