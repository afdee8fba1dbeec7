"""What a drain tells whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DrainReport:
    """What a drain did, in entries. `more`: something is left, and may go at `again_at` (None: at once). `runs`: whose
    entries were settled.
    """

    delivered: int = 0
    parked: int = 0
    later: int = 0
    more: bool = False
    runs: frozenset[int] = frozenset()
    again_at: datetime | None = None
