"""For how long a request whose answer was lost may still be carried out: until then, not to find its work proves
nothing.

Tripletex has no idempotency keys, and what answers for it may give up before it does (TRIPLETEX.md, 3).
"""

from __future__ import annotations

from typing import Final

from huma_tripletex.errors import TimedOut, TripletexError, Unavailable

BROKEN: Final = 15.0
"""Seconds, after a dropped connection or an answer of something in between: whatever was at it is at its end."""
UNANSWERED: Final = 300.0
"""Seconds, after nobody answered in time: whatever was at it may well go on."""
BY_STATUS: Final = {502: BROKEN, 504: UNANSWERED}
"""What a gateway answers. With any other 5xx Tripletex itself says that it is done, whatever it has done."""
HANGS: Final = 10.0
"""Seconds without an answer after which a request counts as one that nobody may ever answer."""
LOOK: Final = 15.0
"""Seconds between two looks while it is in doubt."""


def seconds_in_doubt(error: TripletexError | None) -> float:
    """How long a write that ended in `error` may still be carried out."""
    if isinstance(error, Unavailable):
        return BY_STATUS.get(error.status, 0.0)
    return UNANSWERED if isinstance(error, TimedOut) else BROKEN
