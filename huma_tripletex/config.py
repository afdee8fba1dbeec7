"""The settings of the extension: Flask config keys that begin with HUMA_TRIPLETEX_, read once into a frozen object.

`TRIPLETEX_API_URL`, `TRIPLETEX_CONSUMER_TOKEN` and `REDIS_URL` keep their well-known names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from huma_tripletex.errors import ConfigurationError

PREFIX = "HUMA_TRIPLETEX_"
PRODUCTION = "https://tripletex.no/v2"
WELL_KNOWN = {
    "api_url": "TRIPLETEX_API_URL",
    "consumer_token": "TRIPLETEX_CONSUMER_TOKEN",
    "redis_url": "REDIS_URL",
}

ABOVE_ZERO = frozenset({"lease", "sweep_interval", "in_flight", "batch", "slice"})
"""Settings with which nothing would ever be done, or the same all the time without a pause, if they were 0."""


MOST = 100_000
"""Of whatever is counted: dates have an end, and in days this is a few centuries."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may decide. Durations are in seconds unless the name says otherwise."""

    api_url: str = PRODUCTION
    """Base address of Tripletex, with `/v2`."""
    consumer_token: str = field(default="", repr=False)
    """The application's own token, from Tripletex."""
    redis_url: str = field(default="", repr=False)
    """Redis or Valkey. Empty: no nudges, the sweep does all the work."""
    keys: str = field(default="", repr=False)
    """Encryption keys, `id:base64` separated by commas; the first encrypts, all decrypt."""
    hash_key: str = field(default="", repr=False)
    """Key of the agreement hashes, base64; never rotated. Empty: derived from the oldest key."""
    base_url: str = ""
    """Where the host is reached from outside, for links in emails; empty: as in the request that began the run."""
    lease: float = 20.0
    """How long a worker may hold a person's entries without a sign of life."""
    sweep_interval: float = 5.0
    """How often a worker looks for what is due or abandoned."""
    in_flight: int = 8
    """Requests in flight per connection and worker: two workers may have twice as many for one company."""
    batch: int = 100
    """People claimed at a time."""
    slice: float = 5.0
    """How long one connection may work before the next one has its turn."""
    retry_hours: float = 96.0
    """How long what may pass is tried before it is parked; a pause does not count."""
    run_wait: float = 600.0
    """How long a run waits for its entries before the rest is reported as waiting."""
    plan_hours: float = 24.0
    """How long a plan may be approved."""
    keep_days: int = 30
    """How long values in plans and runs, and delivered entries, are kept."""
    guard_share: float = 0.3
    """The share of people that a plan may change or clear before it asks for a typed confirmation."""
    guard_minimum: int = 3
    """Below so many changed people the share is not looked at, unless they are everybody, and two at least."""
    guard_accounts: int = 10
    """So many changed account numbers ask for a typed confirmation; two do where they are more than the share."""
    drift_hours: float = 24.0
    """How often Tripletex is compared without writing; 0: only on demand."""
    queue: str = "huma_tripletex"
    """Name of the RQ queue."""
    url_prefix: str = "/settings/integrations"
    """Where the pages are mounted."""
    content_security_policy: str = "strict"
    """Sent with our pages unless the host sends its own; `strict`: ours, empty: none."""
    htmx: str = "ours"
    """`ours`: our pages load the htmx we ship; `host`: the host's layout has it already."""
    metrics_token: str = field(default="", repr=False)
    """Bearer token of the metrics endpoint; empty: there is none."""

    @property
    def patience(self) -> float:
        """Seconds after which what is due and in nobody's hands shows that no worker runs."""
        return max(15.0, 3 * self.sweep_interval)

    @property
    def lease_time(self) -> timedelta:
        return timedelta(seconds=self.lease)

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Settings:
        """The settings of a Flask `config`.

        Raises:
            ConfigurationError: a key that begins with our prefix is unknown, or a value has the wrong type or makes
                no sense.
        """
        known = {f.name: f for f in fields(cls)}
        values: dict[str, Any] = {}
        for key, value in config.items():
            if not key.startswith(PREFIX):
                continue
            name = key.removeprefix(PREFIX).lower()
            if name not in known:
                raise ConfigurationError(f"{key} is not a setting of huma_tripletex")
            values[name] = _typed(key, value, type(known[name].default))
        for name, key in WELL_KNOWN.items():
            if config.get(key):
                values[name] = str(config[key])
        return cls(**values)


def _typed(key: str, value: Any, kind: type) -> Any:
    try:
        typed = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise ConfigurationError(f"{key} must be of type {kind.__name__}") from None
    if kind is int and isinstance(value, float) and typed != value:
        raise ConfigurationError(f"{key} must be a whole number")
    if kind in (int, float) and not 0 <= typed <= MOST:
        raise ConfigurationError(f"{key} must be a number from 0 to {MOST:,}")
    if key.removeprefix(PREFIX).lower() in ABOVE_ZERO and not typed:
        raise ConfigurationError(f"{key} must be more than 0")
    return typed
