"""What deviated from the published API during a test. It fails the test even where something between the one who looked
and the test took the error for one of Tripletex's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

FOUND: list[str] = []


@pytest.fixture(autouse=True)
def nothing_deviates() -> Iterator[None]:
    """Every request and every answer of this test was as published."""
    yield
    found, FOUND[:] = FOUND[:], []
    assert not found, "not as published:\n" + "\n".join(found)


@contextlib.contextmanager
def provoked() -> Iterator[list[str]]:
    """Inside, the deviations are what the test wants; they are in the list, and fail nothing."""
    before = len(FOUND)
    found: list[str] = []
    try:
        yield found
    finally:
        found += FOUND[before:]
        del FOUND[before:]


@contextlib.contextmanager
def noting(what: str) -> Iterator[None]:
    """Notes what deviates inside, and lets it through."""
    try:
        yield
    except (AssertionError, KeyError, ValueError) as wrong:
        FOUND.append(f"{what}: {str(wrong) or repr(wrong)}")
        raise
