"""What was taken back while nobody knew whether Tripletex had carried it out is looked at, and nothing is sent."""

from __future__ import annotations

from huma_tripletex.core.employments import about
from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.choosing import still_worth_sending
from huma_tripletex.delivery.employment_part import FIRST
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work


def only_look(asking: Asking, work: Work, progress: Progress, fields: set[str]) -> None:
    """Notes which of these fields Tripletex holds as they were to be sent, and leaves the others alone. Raises
    TripletexError.
    """
    seen = asking.look(progress)
    employed = about(seen, work.values.get(FIRST), work.terms.today)
    for own, found in ((fields - EMPLOYMENT_KEYS, seen), (fields & EMPLOYMENT_KEYS, employed)):
        progress.left_alone(still_worth_sending(work, progress, found, own))
