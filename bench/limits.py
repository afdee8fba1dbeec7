"""With Tripletex as slow as it is, and with its rate limit: as much as eight connections and the limit allow.

What the connections can carry is measured too, by a bare loop that does nothing else with them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from bench.ratio import Ratio
from bench.stand import Stand, stand
from bench.throughput import beside_a_bare_loop
from huma_tripletex import delivery
from huma_tripletex.runtime import current_runtime

LATENCY, PEOPLE = 0.05, 400
LIMIT, PERIOD, WINDOWS = 100, 10, 3


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    del redis_url
    with stand(PEOPLE, "--rate-limit", "0", "--latency", str(LATENCY), url=url, redis_url="") as made:
        clients = delivery.Clients()
        pairs = beside_a_bare_loop(made, 5, count(), clients)
        yield Ratio("50 ms answers: a drain / what the connections can carry", "changes/s", pairs, 0.95, True)
        clients.close()
    with stand(
        LIMIT * WINDOWS, "--rate-limit", str(LIMIT), "--rate-period", str(PERIOD), url=url, redis_url=""
    ) as made:
        yield Ratio("rate limit: calls made / calls allowed", "calls/s", [limited(made)], 0.95, True)


def limited(made: Stand) -> tuple[float, float]:
    """Calls in whole windows while there is always more to send, and not one 429."""
    time.sleep(PERIOD)
    made.edit_everybody(1)
    made.tripletex.forget_requests()
    clients, deadline = delivery.Clients(), time.monotonic() + PERIOD * (WINDOWS + 2)
    while turn(made, clients) and time.monotonic() < deadline:
        pass
    clients.close()
    calls = [row for row in made.tripletex.requests() if row["method"] == "PUT"]
    assert not [row for row in calls if row["status"] == 429], "a 429 was provoked"
    per_window: dict[int, int] = {}
    for row in calls:
        window = int(row["time"] // PERIOD)
        per_window[window] = per_window.get(window, 0) + 1
    whole = sorted(per_window.values())[1:]  # the first or the last window is not a whole one
    return sum(whole) / len(whole) / PERIOD, LIMIT / PERIOD


def turn(made: Stand, clients: delivery.Clients) -> bool:
    """Sends until the rate limit has to be waited for, and waits. Returns whether there is more to send."""
    with made.app.app_context():
        runtime = current_runtime()
        report = delivery.drain(runtime, made.connection_id, clients=clients)
        if report.again_at:
            time.sleep(max(0.0, (report.again_at - runtime.clock()).total_seconds()))
    return report.more
