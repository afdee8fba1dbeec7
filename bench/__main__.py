"""`make bench`: runs every measurement, prints the ratios with their spread, and keeps them in
bench/results/ and docs/performance.md."""

from __future__ import annotations

import sys

from bench import capture, fairness, latency, limits, pages, recovery, report, throughput
from bench.stand import postgresql, valkey

SECTIONS = {
    "capture": capture,
    "latency": latency,
    "throughput": throughput,
    "limits": limits,
    "fairness": fairness,
    "recovery": recovery,
    "pages": pages,
}


def main(chosen: list[str]) -> int:
    """Exit status 1 if a target is missed."""
    holds = True
    with postgresql() as url, valkey() as redis_url:
        for name in chosen or list(SECTIONS):
            print(f"{name}: {(SECTIONS[name].__doc__ or '').splitlines()[0]}", flush=True)
            ratios = []
            for ratio in SECTIONS[name].measure(url, redis_url):
                print(f"  {ratio}", flush=True)
                ratios.append(ratio)
            report.keep(name, ratios)
            holds = holds and all(ratio.holds for ratio in ratios)
    report.tell(list(SECTIONS))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
