"""Hundreds of seeds: whatever fails before or after whichever step, everything is there in the end, once, in order."""

from __future__ import annotations

import os

import pytest

from tests.flows.simulation.world import World

SEEDS = 10_000 if os.environ.get("SOAK") else 200
CHUNK = 50


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huma_tripletex.delivery.transaction.sleep", lambda _: None)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_everything_arrives_once_and_in_order(first: int) -> None:
    for seed in range(first, first + CHUNK):
        World(seed).run()
