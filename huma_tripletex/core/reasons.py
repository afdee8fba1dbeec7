"""Every reason the code gives, with a sentence and a next step: the same in pages, emails, CSV and on the
command line.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from huma_tripletex.core import (
    reasons_connection,
    reasons_delivery,
    reasons_guards,
    reasons_left,
    reasons_people,
    reasons_plan,
    reasons_tripletex,
    reasons_values,
)
from huma_tripletex.core.reason import N_, Reason

__all__ = ["ALL", "CHANGED_SINCE", "PASSING", "REASONS", "STAYS", "TRY_AGAIN", "UNKNOWN", "Reason", "reason"]

ALL: Final = tuple(
    chain(
        reasons_values.REASONS,
        reasons_delivery.REASONS,
        reasons_tripletex.REASONS,
        reasons_people.REASONS,
        reasons_plan.REASONS,
        reasons_left.REASONS,
        reasons_connection.REASONS,
        reasons_guards.REASONS,
    )
)
REASONS: Final = {one.key: one for one in ALL}
UNKNOWN: Final = Reason(
    "unknown",
    N_("Something happened that this version has no words for."),
    N_("Try again. If it comes back, tell whoever runs this system."),
)
PASSING: Final = frozenset({"no_answer", "unavailable", "unreadable", "rate_limited"})
"""What a delivery tries again by itself; connecting and comparing are tried again by whoever wanted them."""
STAYS: Final = ("added_stays", "cannot_go_back")
"""Known before an undo: there is nothing that it can put back."""
CHANGED_SINCE: Final = ("changed_in_huma_since", "changed_in_tripletex_since")
"""An undo leaves alone what somebody has changed since the sync, in Huma and in Tripletex."""
TRY_AGAIN: Final = N_("Wait a little, and try again.")


def reason(key: str) -> Reason:
    """The reason with this key; UNKNOWN for one that a row kept from another version."""
    return REASONS.get(key, UNKNOWN)
