"""Reasons about the connection: why it is not made, what troubles it, what its administrators should know."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

_NEW_TOKEN = N_("Make a new employee token in Tripletex and paste it here.")
_OPERATOR = N_("Tell whoever runs this system.")
_RIGHTS = N_("Give the owner of the token the right to manage employees and wages in Tripletex, and try again.")
REASONS: Final = (
    Reason("token_missing", N_("There is no employee token."), N_("Paste the employee token from Tripletex.")),
    Reason(
        "token_unknown",
        N_("Tripletex does not know this employee token."),
        N_("Copy the whole token from Tripletex and paste it again. If it was deleted there, make a new one."),
    ),
    Reason(
        "token_other_environment",
        N_("This employee token belongs to another environment of Tripletex: one is for tests, one for real work."),
        N_("Make the token in the Tripletex that this system is set up for."),
    ),
    Reason("token_unauthorised", N_("Tripletex no longer accepts this employee token."), _NEW_TOKEN),
    Reason("token_forbidden", N_("The owner of this token may not read employees in Tripletex."), _RIGHTS),
    Reason("token_read_only", N_("The owner of this token may read in Tripletex but not change anything."), _RIGHTS),
    Reason("token_rejected", N_("Tripletex does not accept this employee token."), _NEW_TOKEN),
    Reason(
        "token_other_company",
        N_("This token belongs to another Tripletex company than the one that is connected."),
        N_("Use a token of the same company. To change the company, disconnect first."),
    ),
    Reason(
        "consumer_token_missing",
        N_("This system has not been given its own key to Tripletex (the consumer token)."),
        _OPERATOR,
    ),
    Reason(
        "consumer_token_refused",
        N_("Tripletex does not accept the key of this system (the consumer token). The employee token may be fine."),
        _OPERATOR,
    ),
    Reason(
        "already_connected",
        N_("Tripletex is connected already."),
        N_("To use another token, replace it in the settings of the integration."),
    ),
    Reason("not_connected", N_("Tripletex is not connected."), N_("Press Connect.")),
    Reason(
        "no_worker",
        N_("Changes should have been sent by now, and no worker seems to be running."),
        N_("Start flask tripletex worker, or tell whoever runs this system. Nothing is lost."),
    ),
    Reason("not_paused", N_("The integration is not paused."), N_("Load the page again.")),
    Reason(
        "disconnected",
        N_("Tripletex was disconnected, so this was not sent."),
        N_("Connect again and press Synchronize users: everything is compared anew."),
    ),
    Reason(
        "needs_attention",
        N_("The connection to Tripletex does not work at the moment, and nothing is sent."),
        N_("See on the page of the integration what is the matter."),
    ),
    Reason(
        "key_missing",
        N_("The stored employee token cannot be read, because the key it was encrypted with is gone."),
        N_("Tell whoever runs this system, or paste the employee token again."),
    ),
    Reason(
        "token_unreadable",
        N_("The stored employee token cannot be read with the keys that this system has now."),
        N_("Tell whoever runs this system, or paste the employee token again."),
    ),
    Reason(
        "rights_lost",
        N_("The owner of the employee token has lost rights in Tripletex."),
        N_("See that the owner of the token can still manage employees and wages there."),
    ),
    Reason(
        "owner_leaves",
        N_("The owner of the employee token has a last workday soon. The token stops working when their access ends."),
        N_("Make an employee token for somebody who stays, and replace this one before that day."),
    ),
    Reason(
        "owner_left",
        N_("The owner of the employee token is no longer in Huma. The token stops working when their access ends."),
        N_("Make an employee token for somebody who works here, and replace this one."),
    ),
)
