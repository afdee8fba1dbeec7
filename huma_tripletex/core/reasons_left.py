"""Reasons why something is still different after a sync, though nothing went wrong: it was chosen so, or not chosen."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

_CHOOSE_AGAIN: Final = N_(
    "Nothing to do, if that is still right. Otherwise press Sync users and choose it under Left as they are, earlier."
)
REASONS: Final = (
    Reason(
        "left_both",
        N_("Both systems keep their own {field} of {name}, as chosen."),
        _CHOOSE_AGAIN,
    ),
    Reason(
        "left_both_earlier",
        N_("Both systems keep their own {field} of {name}, as chosen in an earlier sync."),
        _CHOOSE_AGAIN,
    ),
    Reason(
        "not_chosen",
        N_("Nobody has chosen which {field} of {name} is right, so both systems keep their own."),
        N_("Press Sync users and choose."),
    ),
    Reason(
        "not_decided",
        N_("Nobody has decided whether to add {name}."),
        N_("Press Sync users, and tick {name} if they are to be added."),
    ),
    Reason(
        "not_added",
        N_("{name} was not ticked."),
        N_("Nothing to do, if that is right. Otherwise press Sync users and ask again about those who were not added."),
    ),
    Reason(
        "not_added_earlier",
        N_("{name} was not ticked in an earlier sync, and nothing about them has changed since."),
        N_("Nothing to do, if that is right. Otherwise press Sync users and ask again about those who were not added."),
    ),
    Reason(
        "not_the_same",
        N_("{name} is not who they were taken for in Tripletex, so they were not matched."),
        N_("Press Sync users: it asks whether to add {name} to Tripletex."),
    ),
    Reason(
        "left_out",
        N_("{name} is left out of every sync, so nothing was compared."),
        N_("Nothing to do, if that is right. Otherwise open the page of {name} and take them in again."),
    ),
)
