"""What a page says at its top after something was done: a key in the address, from this list and no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from huma_tripletex.core.reasons import REASONS
from huma_tripletex.i18n import lazy_gettext as _
from huma_tripletex.web import words

QUERY = "notice"


@dataclass(frozen=True)
class Notice:
    """One sentence; `warns` when it is not good news."""

    sentence: Any
    warns: bool = False


NOTICES = {
    "connected": Notice(_("Connected. Next: synchronize users.")),
    "token_replaced": Notice(_("The token is replaced. Everything that was waiting is sent now.")),
    "token_replaced_paused": Notice(_("The token is replaced. Nothing is sent while the integration is paused.")),
    "paused": Notice(_("Paused. Changes in Huma are kept, and sent when you resume.")),
    "resumed": Notice(_("Resumed. What was waiting is sent now.")),
    "well_again": Notice(_("Tripletex accepts the token. What was waiting is sent now.")),
    "not_yet_well": Notice(_("Tripletex does not accept the token yet. What is waiting here is kept."), True),
    "disconnected": Notice(_("Disconnected. The token is deleted, and nothing more is sent to Tripletex.")),
    "dismissed": Notice(_("Dismissed. The value stays as it is in Tripletex until it is changed in Huma again.")),
    "nothing_to_retry": Notice(_("There was nothing left to try again: somebody else has seen to it.")),
    "left_out": Notice(_("Left out. From now on nothing about this person is compared or sent.")),
    "taken_in": Notice(_("Taken in again. The next sync asks about this person.")),
    "paired": Notice(_("They are the same person now. What differs between them is asked in step 2.")),
    "saved": Notice(_("The settings are saved.")),
    "discarded": Notice(_("The comparison is stopped. Nothing was changed in either system.")),
    "tried": Notice(_("Stopped here. Those it was tried on are synced, and nothing happened to the others.")),
    "looking": Notice(_("Both systems are being compared. What differs shows here in a moment.")),
    "cancelling": Notice(_("Stopping. The person in progress is finished first.")),
    "changed_meanwhile": Notice(
        _("Somebody else made choices here in the meantime. They are shown now; your last choice was not saved."), True
    ),
    "seen_otherwise": Notice(
        _("Choices were made since this summary was opened. It shows them now; nothing has been synced yet."), True
    ),
    "stale": Notice(_("This comparison is too old to be approved. Compare again; your choices are remembered."), True),
    "decided": Notice(_("That comparison has already been decided."), True),
}


def current() -> Notice | None:
    """What the address of this page says should be said; the key of a reason says why something was not done."""
    key = request.args.get(QUERY, "") if request else ""
    if key in NOTICES:
        return NOTICES[key]
    return Notice(f"{words.sentence(key)} {words.next_step(key)}", True) if key in REASONS else None
