"""The bench runs only when somebody measures; that it can begin is seen here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", sorted(file.stem for file in (ROOT / "bench").glob("*.py") if file.stem[0] != "_"))
def test_a_part_of_the_bench_can_be_loaded(name: str) -> None:
    import_module(f"bench.{name}")
