"""Planning: both systems are compared, differences are decided about, and an approved plan is frozen into a run."""

from huma_tripletex.planning.approval import approve
from huma_tripletex.planning.beginning import begin, current_plan, discard
from huma_tripletex.planning.decisions import choose, choose_for_all
from huma_tripletex.planning.draft import draft
from huma_tripletex.planning.end_reasons import choose_end_reasons
from huma_tripletex.planning.impossible import note_impossible
from huma_tripletex.planning.lease import due_plans
from huma_tripletex.planning.people_decisions import choose_everybody, choose_people
from huma_tripletex.planning.people_reading import people, people_counts
from huma_tripletex.planning.reach import guards_of
from huma_tripletex.planning.reading import difference_counts, differences
from huma_tripletex.planning.refusals import ChangedMeanwhile, NeedsConfirmation, NotPossible, SeenOtherwise, Stale
from huma_tripletex.planning.summary import summary
from huma_tripletex.planning.taking_part import is_never_synced, never_sync, sync_again
from huma_tripletex.planning.totals import totals

__all__ = [
    "ChangedMeanwhile",
    "NeedsConfirmation",
    "NotPossible",
    "SeenOtherwise",
    "Stale",
    "approve",
    "begin",
    "choose",
    "choose_end_reasons",
    "choose_everybody",
    "choose_for_all",
    "choose_people",
    "current_plan",
    "difference_counts",
    "differences",
    "discard",
    "draft",
    "due_plans",
    "guards_of",
    "is_never_synced",
    "never_sync",
    "note_impossible",
    "people",
    "people_counts",
    "summary",
    "sync_again",
    "totals",
]
