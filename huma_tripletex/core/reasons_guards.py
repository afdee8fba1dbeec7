"""Reasons to stop and ask before a large or odd plan is carried out."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

_LOOK = N_("Look at the summary again. If it is as you want it, confirm by typing.")
REASONS: Final = (
    Reason("guard_share", N_("Values of a large part of all people would be changed or cleared."), _LOOK),
    Reason("guard_accounts", N_("The bank account numbers of several people would be changed."), _LOOK),
    Reason(
        "guard_same_account",
        N_("Several people would have the same bank account number."),
        N_("Find out whose it is: a mistake, or somebody who wants another one's pay. Confirm only if it is meant."),
    ),
    Reason(
        "guard_empty_huma",
        N_("There is nobody in Huma, although earlier syncs found people there."),
        N_("Find out why before you go on. Confirm only if it is meant."),
    ),
    Reason(
        "guard_empty_tripletex",
        N_("There is nobody in Tripletex, although earlier syncs found people there."),
        N_("Find out why before you go on: the token may have lost a right. Confirm only if it is meant."),
    ),
)
