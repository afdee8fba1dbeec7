"""How long a lost request may still be carried out depends on who gave up: Tripletex, something in between, or we."""

from __future__ import annotations

import pytest

from huma_tripletex import errors
from huma_tripletex.core.doubt import BROKEN, UNANSWERED, seconds_in_doubt


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.Unavailable("Tripletex itself", status=500), 0),
        (errors.Unavailable("closed", status=503), 0),
        (errors.Unavailable("a gateway lost it", status=502), BROKEN),
        (errors.Unavailable("a gateway gave up", status=504), UNANSWERED),
        (errors.AnswerLost("dropped"), BROKEN),
        (errors.TimedOut("we gave up"), UNANSWERED),
        (errors.Unreadable("a page of something in between"), BROKEN),
        (None, BROKEN),
    ],
)
def test_it_is_in_doubt_for_as_long_as_somebody_may_be_at_it(
    error: errors.TripletexError | None, seconds: float
) -> None:
    assert seconds_in_doubt(error) == seconds
