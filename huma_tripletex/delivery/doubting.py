"""An answer was lost, and a look shows what was there before: that settles nothing as long as the lost request may be
carried out. It may until the version is another one than was sent with it: a newer one turns it away. One that begins
an employment has no version, so only what it begins, or time, ends that doubt.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from huma_tripletex.core.fields import EMPLOYEE_KEYS, EMPLOYMENT_KEYS
from huma_tripletex.core.outcomes import Delivered, NothingToDo
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Known, Work

EMPLOYMENT: Final = attrgetter("employment_id", "employment_version", "employment_count")
"""What of a link a request for an employment changes, if it is carried out."""


def doubt_what_is_settled(asking: Asking, work: Work, progress: Progress) -> None:
    """However an attempt has ended: looks again later at what it has settled, if a lost request may have been about it
    and nothing was sent that makes it come too late.
    """
    seconds = work.seconds_in_doubt(asking.clock()) if work.unsure else 0.0
    if not (seconds and work.known and progress.known):
        return
    if work.known.employee_version == progress.known.employee_version:
        progress.doubt(_lost(work, progress) & EMPLOYEE_KEYS, seconds)
    if _employment_may_come(work.known, progress.known):
        progress.doubt(_lost(work, progress) & EMPLOYMENT_KEYS, seconds)
        if work.known.employment_count is None:
            progress.remember(employment_count=None)


def seconds_until_begun(asking: Asking, work: Work, progress: Progress) -> float:
    """For how long a lost request for an employment may still be carried out; 0: it was, or it cannot be any more."""
    may_come = work.unsure and work.known and progress.known and _employment_may_come(work.known, progress.known)
    return work.seconds_in_doubt(asking.clock()) if may_come else 0.0


def _employment_may_come(before: Known, now: Known) -> bool:
    """An unknown number of employments: there may be one more, whatever has become of the others."""
    is_unknown = before.employment_count is None
    return before.employment_id == now.employment_id if is_unknown else EMPLOYMENT(before) == EMPLOYMENT(now)


def _lost(work: Work, progress: Progress) -> set[str]:
    """What is settled; of what is agreed on, nothing was lost."""
    found = {key for key, one in progress.outcomes.items() if isinstance(one, Delivered) or one == NothingToDo()}
    return {key for key in found if not work.is_agreed(key)}
