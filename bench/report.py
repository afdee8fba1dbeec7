"""Keeps what was measured: figures in bench/results/, one file for each section, and a table of them in the docs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.ratio import Ratio

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
TABLE = "<!-- figures: written by make bench -->\n"
HEAD = "| what | ratio | spread | target | ours | the other | |\n|---|---|---|---|---|---|---|\n"


def keep(section: str, ratios: Sequence[Ratio]) -> None:
    """Replaces the figures of a section."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    content = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "ratios": [one.as_json() for one in ratios],
    }
    (RESULTS / f"{section}.json").write_text(json.dumps(content, indent=2) + "\n")


def tell(sections: Sequence[str]) -> None:
    """Writes the table again, from all that was ever kept."""
    before, _mark, after = PAGE.read_text().partition(TABLE)
    _old, end, rest = after.partition("\n\n")
    PAGE.write_text(before + TABLE + HEAD + "\n".join(_rows(sections)) + end + rest)


def _rows(sections: Sequence[str]) -> Iterator[str]:
    for section in sections:
        file = RESULTS / f"{section}.json"
        if file.exists():
            yield from (_row(one) for one in json.loads(file.read_text())["ratios"])


def _row(one: dict[str, Any]) -> str:
    low, high = one["spread"]
    verdict = "" if not one["target"] else "holds" if one["holds"] else "**missed**"
    cells = (
        one["name"],
        f"{one['ratio']:.2f}",
        f"{low:.2f} to {high:.2f}",
        one["target"],
        f"{one['ours']:.4g} {one['unit']}",
        f"{one['theirs']:.4g} {one['unit']}",
        verdict,
    )
    return f"| {' | '.join(cells)} |"
