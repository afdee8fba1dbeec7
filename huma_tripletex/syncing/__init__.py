"""Carries out what was approved: values for Huma are written here, values for Tripletex become outbox entries.

The second half of line two: planning made the results (`planned`), reporting reads what became of them.
"""

from huma_tripletex.syncing.cancelling import cancel, take_back
from huma_tripletex.syncing.carry_out import carry_out
from huma_tripletex.syncing.collecting import collect
from huma_tripletex.syncing.late import take_in, take_in_late
from huma_tripletex.syncing.lease import due_runs
from huma_tripletex.syncing.undoing import CannotUndo, undo
from huma_tripletex.syncing.unsent import Unsent, unsent
from huma_tripletex.syncing.waiting import waiting_runs
from huma_tripletex.syncing.written import EVERYTHING, Choice, Written, undos_of, written

__all__ = [
    "EVERYTHING",
    "CannotUndo",
    "Choice",
    "Unsent",
    "Written",
    "cancel",
    "carry_out",
    "collect",
    "due_runs",
    "take_back",
    "take_in",
    "take_in_late",
    "undo",
    "undos_of",
    "unsent",
    "waiting_runs",
    "written",
]
