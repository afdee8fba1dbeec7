"""Reasons why a change waits, was not sent, or ended in something else than Tripletex's refusal."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

REASONS: Final = (
    Reason(
        "no_answer",
        N_("Tripletex does not answer."),
        N_("Nothing to do: it is tried again by itself."),
    ),
    Reason(
        "unavailable",
        N_("Tripletex is not available at the moment."),
        N_("Nothing to do: it is tried again by itself."),
    ),
    Reason(
        "unreadable",
        N_("Tripletex gave an answer that cannot be understood."),
        N_("Nothing to do: it is tried again by itself, after looking at what Tripletex holds."),
    ),
    Reason(
        "rate_limited",
        N_("Tripletex takes only so many requests at a time, and there were too many."),
        N_("Nothing to do: it goes on by itself in a few seconds."),
    ),
    Reason(
        "conflict",
        N_("Somebody changed {name} in Tripletex at the same moment."),
        N_("Nothing to do: it is tried again by itself, with what Tripletex holds now."),
    ),
    Reason(
        "paused",
        N_("The integration is paused."),
        N_("Resume it on the page of the integration in Huma, and what waits is sent."),
    ),
    Reason(
        "not_active",
        N_("The integration is connected, and changes are sent from the end of the first sync on."),
        N_("Complete a first sync."),
    ),
    Reason(
        "unauthorised",
        N_("Tripletex no longer accepts the employee token."),
        N_("Make a new employee token in Tripletex and replace it here. What waits is sent then."),
    ),
    Reason(
        "forbidden",
        N_("The owner of the employee token lacks the right to change employees in Tripletex."),
        N_("Give the owner of the token the right to manage employees and wages in Tripletex, and try again."),
    ),
    Reason(
        "not_in_tripletex",
        N_("{name} is no longer in Tripletex."),
        N_("Press Sync users to match {name} with somebody else in Tripletex, or to add them again."),
    ),
    Reason(
        "too_many",
        N_("Tripletex has more people than it can list in one go."),
        N_("Tell whoever runs this system."),
    ),
    Reason(
        "exhausted",
        N_("The change of {name} could not be delivered although it was tried for days."),
        N_("See whether Tripletex works again, and press Try again."),
    ),
    Reason(
        "internal",
        N_("Something went wrong in this system. It is not about what anybody entered."),
        N_("Try again. If it comes back, tell whoever runs this system."),
    ),
    Reason(
        "different",
        N_("Tripletex accepted the {field} of {name} but now shows another value than the one that was sent."),
        N_("Look at {name} in Tripletex, and correct it there or in Huma."),
    ),
    Reason(
        "found_several",
        N_("Several people in Tripletex may be {name}, or one who belongs to somebody else already."),
        N_("Press Sync users and choose who {name} is."),
    ),
    Reason(
        "resembles_somebody",
        N_("Somebody in Tripletex may be {name} already, so nobody was added."),
        N_("Press Sync users and say whether they are the same person. If not, add {name} there."),
    ),
    Reason(
        "found_afterwards",
        N_("Tripletex did not answer when {name} was added. Afterwards {name} was there, with what was sent."),
        N_("Look at {name} in Tripletex if somebody may have entered the same person there by hand just then."),
    ),
    Reason(
        "not_linked",
        N_("{name} has not been added to Tripletex, so the change was not sent."),
        N_("Press Sync users to add {name}, or let new people be added by themselves in the settings."),
    ),
    Reason(
        "never_sync",
        N_("{name} is left out of every sync, so the change was not sent."),
        N_("Open the page of {name} in the log and take them in again, if that was not meant."),
    ),
    Reason(
        "left_huma",
        N_("{name} is no longer in Huma or no longer takes part: nothing is sent, nothing is deleted in Tripletex."),
        N_("If {name} has left, see that the employment has ended in Tripletex."),
    ),
    Reason(
        "changed_in_tripletex",
        N_("The {field} of {name} was changed in Tripletex after the choice was made, so it was left alone."),
        N_("Press Sync users and choose again."),
    ),
    Reason(
        "changed_in_huma",
        N_("The {field} of {name} was changed in Huma after the choice was made, so it goes its own way."),
        N_("Nothing to do: the change in Huma is sent by itself."),
    ),
    Reason(
        "came_to_tripletex",
        N_("Somebody like {name} has been added in Tripletex since the comparison, so {name} was not added once more."),
        N_("Press Sync users and see whether they are the same person."),
    ),
    Reason(
        "came_to_huma",
        N_("Somebody like {name} has been added in Huma since the comparison, so {name} was not added once more."),
        N_("Press Sync users and see whether they are the same person."),
    ),
    Reason(
        "not_looked_again",
        N_("Tripletex could not be read again before its values went to Huma, so {name} was left alone there."),
        N_("Press Sync users when Tripletex answers again."),
    ),
    Reason(
        "cancelled",
        N_("The sync was stopped before it came to {name}."),
        N_("Press Sync users to do the rest."),
    ),
    Reason(
        "stopped_in_part",
        N_("The sync was stopped before all of {name} was done."),
        N_("Press Sync users to do the rest."),
    ),
    Reason(
        "dismissed",
        N_("The change of {name} was dismissed, so Tripletex has kept its own value."),
        N_("Nothing to do. The next sync shows the difference again."),
    ),
    Reason(
        "undone",
        N_("The sync was undone before Tripletex had taken this of {name}."),
        N_("Nothing to do. The next sync shows the difference again."),
    ),
    Reason(
        "superseded",
        N_("A newer change of {name}, or a later sync, has taken the place of this one."),
        N_("Nothing to do."),
    ),
    Reason(
        "huma_failed",
        N_("{name} could not be saved in Huma."),
        N_("Try to save {name} in Huma by hand to see why, then press Sync users again."),
    ),
    Reason(
        "added_stays",
        N_("{name} was added by that sync, and who was added is not removed again."),
        N_("If {name} should not be there, remove them by hand."),
    ),
    Reason(
        "cannot_go_back",
        N_("The {field} of {name} stays in Tripletex: it cannot be empty there again, or an employment began with it."),
        N_("If the value is wrong, correct it in Huma."),
    ),
    Reason(
        "end_reason_stays",
        N_("Tripletex has kept the reason for leaving that was written with the last workday of {name}."),
        N_("Remove the reason on the employment in Tripletex, if it is wrong there."),
    ),
    Reason(
        "changed_in_huma_since",
        N_("The {field} of {name} was changed in Huma after the sync, so it was left alone."),
        N_("Nothing to do, if Huma has the right value."),
    ),
    Reason(
        "changed_in_tripletex_since",
        N_("Tripletex no longer holds the {field} of {name} that the sync wrote, so it was left alone."),
        N_("Nothing to do, if Tripletex has the right value."),
    ),
    Reason(
        "nothing_to_undo",
        N_("There is nothing in that sync that can be put back."),
        N_("Nothing to do."),
    ),
    Reason(
        "undone_already",
        N_("It has been put back already, by an undo before this one."),
        N_("Look at the last syncs: the undo is one of them."),
    ),
    Reason(
        "undo_stays",
        N_("An undo is not undone."),
        N_("Press Sync users to choose again which values are right."),
    ),
    Reason(
        "values_forgotten",
        N_("The earlier values of that sync are no longer kept, so it cannot be undone."),
        N_("Correct by hand what is wrong."),
    ),
    Reason(
        "still_waiting",
        N_("The sync ended while the change of {name} was still waiting for Tripletex."),
        N_("Nothing to do: it is sent as soon as Tripletex takes it. Look again later."),
    ),
    Reason(
        "taken_back_unsure",
        N_("What was on its way for {name} was taken back, and Tripletex has not said yet whether it has it."),
        N_("Nothing to do: it is looked at as soon as Tripletex answers, and nothing more is sent."),
    ),
)
