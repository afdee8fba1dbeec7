"""`make bench`: runs every measurement, prints the ratios with their spread, and writes them to bench/results/."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import capture, latency, limits, throughput
from bench.ratio import Ratio
from bench.stand import postgresql, valkey

RESULTS = Path(__file__).parent / "results"
SECTIONS = {"capture": capture, "latency": latency, "throughput": throughput, "limits": limits}


def main(chosen: list[str]) -> int:
    """Exit status 1 if a target is missed."""
    ratios: list[Ratio] = []
    with postgresql() as url, valkey() as redis_url:
        for name in chosen or list(SECTIONS):
            print(f"{name}: {(SECTIONS[name].__doc__ or '').splitlines()[0]}", flush=True)
            for ratio in SECTIONS[name].measure(url, redis_url):
                print(f"  {ratio}", flush=True)
                ratios.append(ratio)
    write(ratios)
    return 0 if all(ratio.holds for ratio in ratios) else 1


def write(ratios: list[Ratio]) -> None:
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    content = {"at": datetime.now(UTC).isoformat(), "machine": machine, "ratios": [ratio.as_json() for ratio in ratios]}
    (RESULTS / "latest.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
