"""The way to the simulator on which everything said is held against the published API: each request, each answer."""

from __future__ import annotations

import httpx

from tests.simulator.shapes import CheckedAnswers
from tests.tripletex.published import Checked

CONTROLS = "/_simulator"


class PublishedLine(httpx.BaseTransport):
    """What the product asks and what it is told passes the tables of both sides and the specification; the controls are
    nobody's API.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._checked = Checked(CheckedAnswers(inner))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        way = self._inner if request.url.path.startswith(CONTROLS) else self._checked
        return way.handle_request(request)
