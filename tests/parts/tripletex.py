"""The simulated Tripletex in a process of its own, as the demo runs it, behind a real socket."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.parts.processes import eventually, free_port, running

NEARLY_OVER = {"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "0"}
"""Headers of a 429 whose window ends within a second; without any, whoever asks next waits for ten."""


@dataclass(frozen=True)
class SimulatedTripletex:
    """A simulator, seen through its control surface."""

    url: str

    @property
    def api_url(self) -> str:
        return f"{self.url}/v2"

    def tokens(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = self.get("tokens")
        return rows

    @property
    def token(self) -> str:
        """The employee token of the first company with all rights."""
        return self.tokens()[0]["employee_token"]

    def employees(self, company: object | None = None) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("employees", {"company": company} if company else None)
        return rows

    def employee(self, number: str) -> dict[str, Any]:
        """The one employee with this employee number."""
        (found,) = [row for row in self.employees() if row["employeeNumber"] == number]
        return found

    def add(self, *employees: dict[str, Any], company: Any = None) -> list[dict[str, Any]]:
        answer = httpx.post(
            f"{self.url}/_simulator/employees", json=list(employees), params={"company": company} if company else None
        )
        rows: list[dict[str, Any]] = answer.raise_for_status().json()
        return rows

    def edit(self, employee_id: int, **changes: object) -> None:
        httpx.patch(f"{self.url}/_simulator/employees/{employee_id}", json=changes).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get("requests")
        return rows

    def forget_requests(self) -> None:
        httpx.delete(f"{self.url}/_simulator/requests").raise_for_status()

    def fault(self, kind: str, **how: object) -> None:
        httpx.post(f"{self.url}/_simulator/faults", json={"kind": kind, **how}).raise_for_status()

    def no_faults(self) -> None:
        httpx.delete(f"{self.url}/_simulator/faults").raise_for_status()

    def get(self, what: str, params: Any = None) -> Any:
        return httpx.get(f"{self.url}/_simulator/{what}", params=params, timeout=30).raise_for_status().json()


@pytest.fixture
def tripletex() -> Iterator[SimulatedTripletex]:
    """A simulated Tripletex of two companies without employees but the owners of the tokens; no rate limit."""
    with watched("--employees", "0", "--rate-limit", "0") as simulator:
        yield simulator


class simulated:
    """Starts a simulator with the arguments of its command line."""

    module: tuple[str, ...] = ("huma_tripletex.simulator",)

    def __init__(self, *arguments: str) -> None:
        self.port = free_port()
        self.process = running([sys.executable, "-m", *self.module, "--port", str(self.port), *arguments])

    def __enter__(self) -> SimulatedTripletex:
        self.process.__enter__()
        url = f"http://127.0.0.1:{self.port}"
        eventually(lambda: answers(f"{url}/_simulator/tokens"), 30)
        return SimulatedTripletex(url)

    def __exit__(self, *error: Any) -> None:
        self.process.__exit__(*error)


class watched(simulated):
    """The same with a watch over it: whatever deviates from the published shapes fails the test when it ends."""

    def __init__(self, *arguments: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="hut-watch-")
        self.report = Path(self.folder.name) / "deviations"
        self.module = ("tests.parts.watching", str(self.report))
        super().__init__(*arguments)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        with self.folder:
            deviations = self.report.read_text() if self.report.exists() else ""
        assert not deviations, f"not as published:\n{deviations}"


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False
