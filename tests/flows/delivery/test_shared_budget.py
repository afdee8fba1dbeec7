"""Several processes with one token: together they make no more calls than Tripletex allows, and use nearly all."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, select, text

from huma_tripletex.gateway.token_window import TokenWindow, shared_window
from huma_tripletex.models import TokenBudget
from huma_tripletex.tripletex import Budget, EmployeeTokenSession, Reading, Tripletex
from huma_tripletex.tripletex.budget import SharedWindow
from tests.parts.tripletex import watched

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIMIT, PERIOD, CALLS = 60, 3, 110


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url)
    TokenBudget.metadata.create_all(engine, tables=[TokenBudget.__table__])  # type: ignore[list-item]
    yield engine
    engine.dispose()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def granted(window: SharedWindow, wanted: int, at: float) -> int:
    return sum(window.reserve(1, later(at))[0] for _ in range(wanted))


def work(database_url: str, api_url: str, consumer_token: str, employee_token: str) -> int:
    """One process: as many calls as there are, by eight threads. Returns how many it made."""
    engine = create_engine(database_url)
    budget = Budget(shared=shared_window(engine, "token"))
    source = EmployeeTokenSession(api_url, consumer_token, employee_token)
    with Tripletex(api_url, source, budget=budget) as client, ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: client.departments(), range(CALLS)))
    engine.dispose()
    return len(made)


def test_two_processes_never_exceed_the_limit(engine: Engine, postgres_url: str) -> None:
    with (
        watched("--employees", "0", "--rate-limit", str(LIMIT), "--rate-period", str(PERIOD)) as company,
        ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool,
    ):
        token = company.tokens()[0]
        arguments = (postgres_url, company.api_url, token["consumer_token"], token["employee_token"])
        began = time.monotonic()
        assert [one.result() for one in [pool.submit(work, *arguments) for _ in range(2)]] == [CALLS, CALLS]
        took = time.monotonic() - began
        rows = [row for row in company.requests() if row["path"] == "/v2/department"]
    assert {row["status"] for row in rows} == {200}
    assert max(Counter(row["time"] // PERIOD for row in rows).values()) <= LIMIT
    assert took < PERIOD * (2 * CALLS / (0.9 * LIMIT) + 2) + 5


def test_it_is_exact_whatever_the_headers_tell_too_late(engine: Engine) -> None:
    """Nobody hears anything, and all of them want everything at once."""
    windows = [TokenWindow(engine, "token") for _ in range(6)]
    barrier = Barrier(6)

    def take(window: TokenWindow) -> int:
        barrier.wait()
        return granted(window, 100, 0)

    with ThreadPoolExecutor(6) as pool:
        shares = list(pool.map(take, windows))
    assert sum(shares) == 96
    assert [window.reserve(1, later(4)) for window in windows] == [(0, 6.0)] * 6
    assert granted(windows[0], 100, 10.1) == 96


def test_a_process_that_makes_one_call_takes_no_more_than_that(engine: Engine) -> None:
    for _ in range(50):
        assert TokenWindow(engine, "token").reserve(1, NOW) == (1, 0.0)
    assert granted(TokenWindow(engine, "token"), 100, 1) == 46


def test_calls_are_reserved_in_chunks(engine: Engine) -> None:
    window, fetched = TokenWindow(engine, "token"), 0
    for _ in range(96):
        before = row(engine)
        assert window.reserve(1, NOW)[0] == 1
        fetched += row(engine) != before
    assert fetched < 30


def test_what_headers_told_one_process_counts_for_all(engine: Engine) -> None:
    one, other = TokenWindow(engine, "token"), TokenWindow(engine, "token")
    assert one.reserve(1, NOW)[0] == 1
    one.learn(Reading(40, 20, 4), NOW, later(0.1))  # another program uses the token as well
    assert one.reserve(1, later(0.2))[0] == 1
    assert granted(other, 100, 0.3) == 17  # of 40: 20 are gone, 1 is spare and 2 are one's chunk
    assert other.reserve(1, later(0.3)) == (0, pytest.approx(4.8))


def test_a_late_answer_of_the_last_window_does_not_shorten_this_one(engine: Engine) -> None:
    window = TokenWindow(engine, "token")
    assert window.reserve(1, NOW)[0] == 1
    window.reserve(100, later(10.01))
    window.learn(Reading(100, 3, 0), later(9.9), later(10.1))
    assert window.reserve(100, later(10.2))[0] <= 93
    assert granted(window, 100, 11.5) == 0


def test_a_window_that_began_unseen_is_taken_over(engine: Engine) -> None:
    window = TokenWindow(engine, "token")
    assert granted(window, 100, 0) == 96
    window.learn(Reading(200, 199, 60), later(1), later(1.1))  # windows of a minute, for all we knew of ten seconds
    assert window.reserve(1, later(10.1))[0] == 1
    assert TokenWindow(engine, "token").reserve(1, later(61)) == (1, 0.0)
    ends_at, reserved, limit = row(engine) or (None, 0, 0)
    assert (ends_at, reserved, limit) == (later(62.1), 3, 200)


def test_a_database_that_fails_does_not_stop_delivery(
    engine: Engine, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    holder, window = create_engine(postgres_url), TokenWindow(engine, "token")
    assert window.reserve(1, NOW)[0] == 1
    with holder.connect() as frozen:
        frozen.execute(text("SELECT 1 FROM huma_tripletex_token_budget FOR UPDATE"))
        began = time.monotonic()
        assert [window.reserve(1, NOW) for _ in range(20)] == [(1, 0.0)] * 20
        assert 0.4 < time.monotonic() - began < 3  # it waited once
    assert "out of reach" in caplog.text
    assert window.reserve(1, later(9))[0] == 1
    holder.dispose()


def test_sqlite_has_none() -> None:
    assert shared_window(create_engine("sqlite://"), "token") is None


def row(engine: Engine) -> tuple[datetime, int, int] | None:
    with engine.connect() as connection:
        found = connection.execute(
            select(TokenBudget.window_ends_at, TokenBudget.reserved, TokenBudget.limit)
        ).one_or_none()
        return tuple(found) if found else None  # type: ignore[return-value]
