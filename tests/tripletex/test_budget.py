"""The rate limit: nearly all of it is used, and it is never exceeded. A model of Tripletex's counter, as measured, is
asked by several callers with several delays, event by event; no time passes.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil, floor
from typing import Any

import httpx
import pytest

from huma_tripletex.errors import RateLimited
from huma_tripletex.tripletex import Budget, Reading
from huma_tripletex.tripletex.window import Permit, Window
from tests.tripletex.stub import Stub, many, refusal

START = datetime(2026, 3, 2, tzinfo=UTC)
Rounding = Callable[[float], int]


@dataclass
class Counted:
    """`limit` calls in each window of `period` seconds, the windows beginning at `phase`. `windows` counts the calls
    in each, `refused` those of ours that were too many.
    """

    limit: int = 100
    period: float = 10.0
    phase: float = 0.0
    rounding: Rounding = floor
    windows: Counter[int] = field(default_factory=Counter)
    refused: int = 0

    def hit(self, at: float) -> Reading | None:
        number = floor((at - self.phase) / self.period)
        self.windows[number] += 1
        if self.windows[number] > self.limit:
            return None
        left = (number + 1) * self.period + self.phase - at
        return Reading(self.limit, self.limit - self.windows[number], self.rounding(left))


@dataclass
class Simulation:
    """`callers` on one window, event by event. `delay` is how long a request or an answer is on its way, `rest` how
    long a caller pauses after an answer. `ours` counts the calls they make in each of the server's windows.
    """

    server: Counted
    delay: Callable[[], float]
    rest: Callable[[float], float] = lambda _: 0.0
    window: Window = field(default_factory=Window)
    ours: Counter[int] = field(default_factory=Counter)
    planned: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    made: int = 0

    def plan(self, at: float, event: Callable[[float], None]) -> None:
        self.made += 1
        heapq.heappush(self.planned, (at, self.made, event))

    def run(self, seconds: float) -> None:
        while self.planned and self.planned[0][0] < seconds:
            at, _, event = heapq.heappop(self.planned)
            event(at)

    def ask(self, at: float) -> None:
        wait = self.window.wait(moment(at))
        if wait:
            self.plan(at + wait, self.ask)
        else:
            self.plan(at + self.delay(), partial(self.arrive, self.window.take(moment(at))))

    def arrive(self, permit: Permit, at: float) -> None:
        self.ours[floor((at - self.server.phase) / self.server.period)] += 1
        self.plan(at + self.delay(), partial(self.answer, permit, self.server.hit(at)))

    def answer(self, permit: Permit, reading: Reading | None, at: float) -> None:
        self.window.answered(permit, reading, moment(at))
        if reading is None:
            self.server.refused += 1
            self.window.refused(moment(at), 0.5)
        self.plan(at + self.rest(at), self.ask)


def moment(at: float) -> datetime:
    return START + timedelta(seconds=at)


def simulate(
    server: Counted, seconds: float, callers: int, delay: Callable[[], float], others: float = 0.0, **how: Any
) -> Counter[int]:
    """The calls of ours in each of the server's windows; `others` calls a second come from elsewhere."""
    simulation = Simulation(server, delay, **how)
    for caller in range(callers):
        simulation.plan(caller / 1000, simulation.ask)
    for other in range(int(others * seconds)):
        simulation.plan(other / others, server.hit)
    simulation.run(seconds)
    return simulation.ours


@pytest.mark.parametrize("rounding", [floor, ceil, round], ids=["down", "up", "nearest"])
@pytest.mark.parametrize("callers", [1, 4, 8])
def test_nearly_all_of_the_limit_is_used_and_never_more(callers: int, rounding: Rounding) -> None:
    for seed in range(30):
        chance = random.Random(seed)
        slowest = chance.choice([0.01, 0.03]) if callers < 8 else chance.choice([0.01, 0.05, 0.2])
        server = Counted(phase=chance.uniform(0, 10), rounding=rounding)
        ours = simulate(server, 70, callers, lambda s=slowest, c=chance: c.uniform(s / 3, s))
        assert server.refused == 0, seed
        whole = [ours[number] for number in range(min(ours) + 1, max(ours))]
        assert len(whole) >= 5
        assert min(whole) >= 95, (seed, whole)


def test_answers_that_take_long_never_lead_to_a_429() -> None:
    for seed in range(30):
        chance = random.Random(seed)
        server = Counted(phase=chance.uniform(0, 10))
        simulate(server, 120, 16, lambda c=chance: c.choice([0.02, 0.5, 3.0, 12.0]))
        assert server.refused == 0, seed


@pytest.mark.parametrize(("limit", "period"), [(100, 10.0), (30, 10.0), (10, 10.0), (100, 3.0)])
def test_bursts_across_the_end_of_a_window_never_lead_to_a_429(limit: int, period: float) -> None:
    """A window that is hardly used, then everybody at once just as it ends: those calls belong to the next one."""
    for seed in range(60):
        chance = random.Random(seed)
        server = Counted(limit, period, phase=chance.uniform(0, period), rounding=chance.choice([floor, ceil, round]))
        bursts = [chance.uniform(-0.8, 0.4) + server.phase + n * period * chance.randint(1, 3) for n in range(40)]

        def rest(at: float, bursts: list[float] = bursts, chance: random.Random = chance) -> float:
            if chance.random() < 0.9:
                return 0.0
            return min((burst - at for burst in bursts if burst > at), default=0.0)

        simulate(server, 12 * period, 8, lambda c=chance: c.choice([0.005, 0.03, 0.2]), rest=rest)
        assert server.refused == 0, seed


@pytest.mark.parametrize("limit", [1, 2, 5, 20, 1000])
def test_other_limits_are_learned(limit: int) -> None:
    server = Counted(limit=limit)
    ours = simulate(server, 60, 8, lambda: 0.01)
    assert server.refused == 0
    assert min(ours[number] for number in range(1, 5)) >= 0.95 * limit


def test_another_period_is_learned() -> None:
    server = Counted(limit=50, period=4.0)
    ours = simulate(server, 40, 8, lambda: 0.01)
    assert server.refused == 0
    assert min(ours[number] for number in range(1, 9)) >= 0.95 * 50


def test_calls_from_elsewhere_leave_less_for_us() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        server = Counted(phase=chance.uniform(0, 10))
        ours = simulate(server, 60, 8, lambda c=chance: c.uniform(0.01, 0.05), others=2.0)
        assert server.refused == 0, seed
        # the others keep calling when nothing is left; what they leave is used
        assert min(ours[number] for number in range(min(ours) + 1, max(ours))) >= 95 - 20


def test_a_server_that_names_no_limit_has_none() -> None:
    window = Window()
    first = window.take(START)
    assert window.wait(START) > 0  # the first call goes alone
    window.answered(first, None, START)
    for _ in range(1000):
        assert window.wait(START) == 0
        window.take(START)


@pytest.mark.parametrize(("good", "unlimited"), [(True, True), (False, False)])
def test_a_limit_that_is_named_no_more_ends_with_its_window(good: bool, unlimited: bool) -> None:
    """An error says nothing about it: a proxy may have made it."""
    window = Window()
    window.answered(window.take(START), Reading(2, 0, 1), START, good=True)
    now = START + timedelta(seconds=3)
    assert window.wait(now) == 0
    window.answered(window.take(now), None, now, good=good)
    now += timedelta(seconds=3)
    assert window.wait(now) == 0
    assert window.is_unlimited is unlimited


def test_after_a_429_nobody_calls_until_the_last_seen_end_of_the_window() -> None:
    window = Window()
    window.answered(window.take(START), Reading(100, 50, 7), START)
    window.answered(window.take(START), None, START)
    assert window.refused(START, 0.25) == 8.25  # seven seconds, one because they are whole seconds, and the jitter
    assert window.wait(START + timedelta(seconds=8)) == 0.25
    assert window.wait(START + timedelta(seconds=8.3)) == 0


@pytest.mark.parametrize("age", [0, 3600])
def test_after_a_429_without_any_word_of_the_end_it_is_ten_seconds(age: int) -> None:
    window = Window()
    window.answered(window.take(START), None, START)
    now = START + timedelta(seconds=age)
    window.answered(window.take(now), None, now)
    assert 9.9 <= window.refused(now, 0.5) - 0.5 <= 10
    assert window.wait(now) > 9


def test_the_end_of_the_window_is_not_believed_too_early() -> None:
    """The header counts whole seconds: 3 may mean 3.99."""
    window = Window()
    window.answered(window.take(START), Reading(100, 0, 3), START)
    assert window.wait(START + timedelta(seconds=3.9)) > 0
    assert window.wait(START + timedelta(seconds=4)) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"limit": "100", "remaining": "5"},
        {"limit": "0", "remaining": "0", "reset": "0"},
        {"limit": "x", "remaining": "1", "reset": "1"},
        {"limit": "-5", "remaining": "1", "reset": "1"},
        {"limit": "١٠٠", "remaining": "1", "reset": "1"},
        {"limit": "9" * 5000, "remaining": "1", "reset": "1"},
        {"limit": "", "remaining": "", "reset": ""},
    ],
    ids=str,
)
def test_headers_that_make_no_sense_are_no_reading(headers: dict[str, str]) -> None:
    assert Reading.of({f"x-rate-limit-{name}": value for name, value in headers.items()}) is None


def test_headers_are_read() -> None:
    headers = httpx.Headers({"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "99", "X-Rate-Limit-Reset": "9"})
    assert Reading.of(headers) == Reading(100, 99, 9.0)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def budget_of(clock: Clock, **how: object) -> Budget:
    return Budget(clock=clock, sleep=clock.sleep, jitter=lambda: 0.5, **how)  # type: ignore[arg-type]


def test_callers_sleep_until_the_window_is_over() -> None:
    clock = Clock()
    budget = budget_of(clock)
    budget.settle(budget.acquire(), Reading(100, 3, 6))
    assert budget.wait_seconds() == 7
    budget.acquire()
    assert clock.slept == [7]
    assert budget.wait_seconds() == 0


def test_patience_ends_with_an_error_and_nothing_sent() -> None:
    clock = Clock()
    budget = budget_of(clock, patience=5)
    budget.settle(budget.acquire(), Reading(100, 0, 6))
    with pytest.raises(RateLimited) as caught:
        budget.acquire("PUT /employee/{id}")
    assert caught.value.retry_after == 7
    assert caught.value.operation == "PUT /employee/{id}"
    assert clock.slept == []


def test_a_429_tells_the_caller_how_long_and_holds_back_everybody() -> None:
    clock = Clock()
    budget = budget_of(clock, patience=1)
    stub = Stub({"GET /division": refusal(429)})
    client = stub.logged_in(budget=budget)
    with pytest.raises(RateLimited) as caught:
        client.divisions()
    assert caught.value.retry_after == pytest.approx(10.5)
    with pytest.raises(RateLimited):
        stub.logged_in(budget=budget).countries()
    assert len(stub.transport.asked) == 1


def test_a_call_that_fails_gives_its_place_back() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    clock = Clock()
    budget = budget_of(clock)
    budget.settle(budget.acquire(), Reading(100, 99, 9))
    client = Stub({"GET /division": broken}).logged_in(budget=budget)
    for _ in range(50):
        with pytest.raises(Exception, match="lost"):
            client.divisions()
    assert clock.slept == []
    assert budget.wait_seconds() == 0


def test_even_an_interrupted_call_gives_its_place_back() -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    clock = Clock()
    budget = budget_of(clock)
    client = Stub({"GET /division": interrupted}).logged_in(budget=budget)
    with pytest.raises(KeyboardInterrupt):
        client.divisions()
    assert budget.wait_seconds() == 0


def test_a_token_has_one_budget_in_the_process() -> None:
    assert Budget.for_token("a") is Budget.for_token("a")
    assert Budget.for_token("a") is not Budget.for_token("b")


def test_clients_of_the_same_credentials_share_their_budget_by_themselves() -> None:
    stub = Stub({"GET /division": refusal(429)})
    with pytest.raises(RateLimited):
        stub.logged_in(budget=None).divisions()
    assert Budget.for_token(stub.source().fingerprint).wait_seconds() > 5


@dataclass
class Row:
    """A window that several processes share, kept in memory here."""

    left: int
    learned: list[Reading] = field(default_factory=list)
    asked: int = 0

    def reserve(self, n: int, now: datetime) -> tuple[int, float]:
        self.asked += 1
        granted = min(n, self.left)
        self.left -= granted
        return granted, 2.0

    def learn(self, reading: Reading, sent_at: datetime, now: datetime) -> None:
        self.learned.append(reading)


def test_a_shared_window_has_the_last_word() -> None:
    clock = Clock()
    row = Row(left=1)
    budget = budget_of(clock, shared=row, patience=3)
    budget.settle(budget.acquire(), Reading(100, 4, 9))  # three are kept in reserve, so there is room for one
    assert row.learned == [Reading(100, 4, 9)]
    with pytest.raises(RateLimited):
        budget.acquire()
    assert clock.slept == [2.0]
    row.left = 1
    budget.acquire()  # the refused attempts left nothing in flight behind
    assert clock.slept == [2.0]


def test_a_shared_window_is_not_asked_for_calls_that_may_not_go_anyway() -> None:
    clock = Clock()
    row = Row(left=100)
    budget = budget_of(clock, shared=row, patience=1)
    budget.settle(budget.acquire(), Reading(100, 0, 9))
    with pytest.raises(RateLimited):
        budget.acquire()
    assert row.asked == 1


def test_threads_share_a_window_without_a_429() -> None:
    """Real threads, real time, a short window."""
    server = Counted(limit=30, period=3.0)
    lock = threading.Lock()
    began = datetime.now(UTC)

    def reply(_: httpx.Request) -> httpx.Response:
        with lock:
            reading = server.hit((datetime.now(UTC) - began).total_seconds())
        if reading is None:
            server.refused += 1
            return refusal(429)
        answer = many()
        answer.headers.update(dict(headers_of(reading)))
        return answer

    def headers_of(reading: Reading) -> Iterator[tuple[str, str]]:
        yield "X-Rate-Limit-Limit", str(reading.limit)
        yield "X-Rate-Limit-Remaining", str(reading.remaining)
        yield "X-Rate-Limit-Reset", str(int(reading.reset))

    stub = Stub({"GET /division": reply})
    with stub.logged_in() as client, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: client.divisions(), range(45))) == [()] * 45
    assert server.refused == 0
