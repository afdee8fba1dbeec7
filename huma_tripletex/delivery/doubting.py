"""An answer was lost, and a look shows what was there before: that settles nothing as long as the lost request may be
carried out. It may until the version is another one than was sent with it: a newer one turns it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Final

from huma_tripletex.core.outcomes import Delivered, NothingToDo
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work

State = Callable[[object], object]
EMPLOYEE: Final = attrgetter("employee_version")
EMPLOYMENT: Final = attrgetter("employment_id", "employment_version", "employment_count")
"""What of a link a request that is carried out changes."""


def seconds_in_doubt(asking: Asking, work: Work, progress: Progress, state: State) -> float:
    """For how long a lost request may still be carried out; 0: it has been, or it cannot be any more."""
    is_unchanged = state(progress.known) == state(work.known)
    return work.seconds_in_doubt(asking.clock()) if work.unsure and is_unchanged else 0.0


def doubt_what_is_equal(asking: Asking, work: Work, progress: Progress, fields: Iterable[str], state: State) -> None:
    """Looks again later at those of the fields that a lost request may have been about, if nothing is sent now that
    would make it come too late.
    """
    if seconds := seconds_in_doubt(asking, work, progress, state):
        settled = (NothingToDo(), Delivered())
        lost = [key for key in fields if progress.outcomes.get(key) in settled and not work.is_agreed(key)]
        if lost:
            progress.doubt(lost, seconds)
