"""The same figures for Prometheus, one series per connection: numbers only, labelled with ids; and one that says whose
connection it is and how it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from huma_tripletex.reporting.status import Status, statuses
from huma_tripletex.runtime import Runtime

PREFIX: Final = "huma_tripletex_"
TAKES: Final = "From the edit in Huma until Tripletex has it; a long transaction of the host counts in full"
GAUGES: Final[Mapping[str, tuple[str, Callable[[Status], float | None]]]] = {
    "active": ("1 if connected, with a first sync behind it, and not paused", lambda s: float(s.active)),
    "flowing": ("1 if changes go to Tripletex now", lambda s: float(s.flowing)),
    "oldest_waiting_seconds": (
        "How long ago the oldest change that waits was made, by its edit",
        lambda s: s.oldest_waiting,
    ),
    "waiting": ("Changes that wait", lambda s: s.figures.waiting),
    "in_flight": ("Changes that are being sent", lambda s: s.figures.in_flight),
    "parked_people": ("People whose change needs a human", lambda s: s.figures.parked_people),
    "delivered_per_minute": ("Changes delivered in the last minute", lambda s: s.figures.delivered_last_minute),
    "commit_to_tripletex_seconds_p50": (f"{TAKES}, median", lambda s: s.figures.p50),
    "commit_to_tripletex_seconds_p95": (f"{TAKES}, 95 of 100", lambda s: s.figures.p95),
}


def metrics(runtime: Runtime) -> str:
    """Prometheus text about every connection that is not disconnected, by three statements however many there are."""
    registry = CollectorRegistry()
    registry.register(_Figures(runtime))
    return generate_latest(registry).decode()


class _Figures(Collector):
    """Reads when it is asked, so that nothing is counted twice by several workers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = statuses(self._runtime)
        for name, (about, _) in GAUGES.items():
            yield _family(name, about, states)
        yield _whose(states)
        yield from _redis(self._runtime)


def _family(name: str, about: str, states: list[Status]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(PREFIX + name, about, labels=["connection"])
    for one in states:
        value = GAUGES[name][1](one)
        if value is not None:
            family.add_metric([str(one.connection_id)], value)
    return family


def _whose(states: list[Status]) -> GaugeMetricFamily:
    """What leads from an alert about a number to the organisation, and to why."""
    about = "Whose connection it is, its state, and the key of the reason why changes do not flow"
    family = GaugeMetricFamily(
        f"{PREFIX}connection_info", about, labels=["connection", "organisation", "state", "reason"]
    )
    for one in states:
        family.add_metric([str(one.connection_id), one.organisation_id, one.state, one.reason], 1)
    return family


def _redis(runtime: Runtime) -> Iterator[GaugeMetricFamily]:
    """Nothing where there is no Redis to answer."""
    if runtime.queue.url:
        about = (
            "1 if Redis answers the process that serves these figures; without it the sweep delivers, a little later"
        )
        yield GaugeMetricFamily(f"{PREFIX}redis_answers", about, value=float(runtime.queue.reachable()))
