"""Connecting: a token is checked live, joined to an organisation, watched, exchanged and given up."""

from huma_tripletex.connecting.acts import disconnect, pause, replace_token, resume
from huma_tripletex.connecting.connect import connect
from huma_tripletex.connecting.daily import Concern, check, claim_check, due_checks
from huma_tripletex.connecting.refusals import NeedsConfirmation, Refusal
from huma_tripletex.connecting.token import TokenFacts, check_token

__all__ = [
    "Concern",
    "NeedsConfirmation",
    "Refusal",
    "TokenFacts",
    "check",
    "check_token",
    "claim_check",
    "connect",
    "disconnect",
    "due_checks",
    "pause",
    "replace_token",
    "resume",
]
