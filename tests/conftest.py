"""What all tests share: real parts, started once per test process and thrown away after it.

PostgreSQL and Valkey come from wheels; the simulated Tripletex, the web server and the worker run in processes of their
own; mail is received over real SMTP.
"""

from __future__ import annotations

from collections import Counter

import pytest

pytest_plugins = [
    "tests.parts.deviations",
    "tests.parts.templates",
    "tests.parts.postgres",
    "tests.parts.valkey",
    "tests.parts.tripletex",
    "tests.parts.stage",
    "tests.parts.browser",
]
PARTS = {
    "postgres_server": "PostgreSQL",
    "sqlite_url": "SQLite",
    "sqlite_tables_url": "SQLite",
    "valkey_server": "Valkey",
    "tripletex": "a simulated Tripletex on a socket",
    "browser": "Chromium",
    "stage": "web, worker and SMTP in processes",
}
DATABASES = {"sqlite": "sqlite_url", "postgresql": "postgres_server"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing is skipped silently: the last lines say which real parts how many tests ran against."""
    ran: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if report.when == "call":
            ran.update(name for key, name in report.user_properties if key == "real part")
    for name, number in sorted(ran.items()):
        terminalreporter.write_line(f"{number:5} tests with {name}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    used = [*getattr(item, "fixturenames", ()), *databases_of(item)]
    item.user_properties.extend(
        ("real part", name)
        for fixture, name in PARTS.items()
        if fixture in used and ("real part", name) not in item.user_properties
    )
    yield


def databases_of(item: pytest.Item) -> list[str]:
    """Which database a test that runs on each in turn has: it is fetched by name, so no fixture tells."""
    parameters = getattr(item, "callspec", None)
    values = parameters.params.values() if parameters else ()
    return [DATABASES[value] for value in values if isinstance(value, str) and value in DATABASES]
