"""Tripletex's budget: so many calls per fixed period for each employee token."""

import math
from dataclasses import dataclass, field


@dataclass
class RateLimit:
    """`limit` calls per `period` seconds, counted in windows that begin at multiples of the period; 0: no limit."""

    limit: int = 0
    period: float = 10.0
    _used: dict[object, tuple[int, int]] = field(default_factory=dict)

    def spend(self, key: object, now: float, *, retry_after: bool = False) -> tuple[bool, list[tuple[str, str]]]:
        """Take one call from the budget of `key` at epoch second `now`: was there one, and the headers to send.

        As observed, the refusal itself carries no `X-Rate-Limit-Reset`; with `retry_after`, it carries that.
        """
        if not self.limit:
            return True, []
        window = int(now // self.period)
        begun, used = self._used.get(key, (window, 0))
        used = used + 1 if begun == window else 1
        self._used[key] = (window, used)
        headers = [
            ("X-Rate-Limit-Limit", str(self.limit)),
            ("X-Rate-Limit-Remaining", str(max(0, self.limit - used))),
        ]
        left = (window + 1) * self.period - now
        if used > self.limit:
            return False, [*headers, ("Retry-After", str(math.ceil(left)))] if retry_after else headers
        return True, [*headers, ("X-Rate-Limit-Reset", str(int(left)))]
