"""Reasons about plans: why one failed, is no longer valid, or does not take a decision."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

_AGAIN = N_("Compare both systems again.")
REASONS: Final = (
    Reason(
        "plan_drafting",
        N_("Both systems are still being compared."),
        N_("Wait until the comparison is done."),
    ),
    Reason(
        "plan_expired",
        N_("The comparison is too old to be carried out."),
        _AGAIN,
    ),
    Reason(
        "plan_approved",
        N_("This comparison has been approved already."),
        N_("Look at the sync that came of it."),
    ),
    Reason(
        "not_as_approved",
        N_("What was stored for this sync is no longer what was approved, so nothing of it was written."),
        N_("Compare again, and tell whoever runs Huma: somebody or something changed the database."),
    ),
    Reason(
        "plan_discarded",
        N_("This comparison was discarded."),
        _AGAIN,
    ),
    Reason(
        "plan_failed",
        N_("Huma and Tripletex could not be compared."),
        _AGAIN,
    ),
    Reason(
        "plan_ready",
        N_("The comparison is ready."),
        N_("Settle the differences and press Sync users."),
    ),
    Reason(
        "changed_meanwhile",
        N_("Somebody else made choices here in the meantime."),
        N_("Look at the page as it is now, and choose again."),
    ),
    Reason(
        "choice_not_possible",
        N_("This choice cannot be carried out."),
        N_("Choose one of those that are offered."),
    ),
    Reason(
        "needs_date_of_birth",
        N_("{name} has no date of birth in Tripletex, which changes nobody without one."),
        N_("Choose the date of birth in Huma too, or leave the other values as they are."),
    ),
    Reason(
        "needs_other_workday",
        N_("Tripletex takes the first and the last workday of {name} from Huma together, but not this one alone."),
        N_("Choose both workdays in Huma, or leave both as they are."),
    ),
    Reason(
        "workdays_not_together",
        N_("The first and the last workday of {name} in Huma do not go together."),
        N_("Choose one of them in Huma and leave the other, or correct them in Huma."),
    ),
    Reason(
        "not_in_this_plan",
        N_("This person or value is not part of the comparison."),
        N_("Load the page again."),
    ),
    Reason(
        "few_people",
        N_("A try is for one to three people of whom something would be changed."),
        N_("Choose one to three people, and try again."),
    ),
    Reason(
        "run_in_progress",
        N_("A sync is running already."),
        N_("Wait until it has ended."),
    ),
    Reason(
        "being_sent",
        N_("An earlier change of somebody in this sync is on its way to Tripletex at this very moment."),
        N_("Nothing was written. Wait a few seconds, then try again."),
    ),
)
