"""What an operator may set, and what is refused with a sentence."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from huma_tripletex.config import PREFIX, Settings
from huma_tripletex.errors import ConfigurationError


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.type == "float"])
@pytest.mark.parametrize("given", ["7.5", 7.5])
def test_a_duration_or_share_may_be_a_fraction(name: str, given: Any) -> None:
    assert getattr(Settings.read({f"{PREFIX}{name.upper()}": given}), name) == 7.5


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.type == "int"])
def test_what_is_counted_is_whole(name: str) -> None:
    key = f"{PREFIX}{name.upper()}"
    assert getattr(Settings.read({key: "7"}), name) == 7
    for given in ("7.5", 7.5):
        with pytest.raises(ConfigurationError, match=f"{key} must be"):
            Settings.read({key: given})


@pytest.mark.parametrize("name", ["LEASE", "SWEEP_INTERVAL", "SLICE", "IN_FLIGHT", "BATCH"])
def test_with_nothing_at_all_nothing_would_be_done(name: str) -> None:
    for given in (0, "0", 0.0):
        with pytest.raises(ConfigurationError, match=f"{PREFIX}{name} must be more than 0"):
            Settings.read({PREFIX + name: given})


@pytest.mark.parametrize("name", ["LEASE", "SWEEP_INTERVAL", "SLICE", "RETRY_HOURS", "KEEP_DAYS", "IN_FLIGHT"])
@pytest.mark.parametrize("given", [-1, "-1", "-0.5", "nan", "inf", float("nan"), 1e300, 100_001, "soon", None])
def test_what_is_no_number_or_out_of_reason_is_refused(name: str, given: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{PREFIX}{name} must be"):
        Settings.read({PREFIX + name: given})


def test_nothing_may_mean_never() -> None:
    assert Settings.read({f"{PREFIX}DRIFT_HOURS": "0"}).drift_hours == 0


def test_what_is_text_stays_as_it_is() -> None:
    assert Settings.read({f"{PREFIX}QUEUE": 1.5}).queue == "1.5"
