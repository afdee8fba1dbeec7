"""Why a connection is not made. Each is shown to the administrator as a sentence, and then nothing is stored."""

from __future__ import annotations

from huma_tripletex.errors import HumaTripletexError


class Refusal(HumaTripletexError):
    """The connection is not made or changed. `reason` is a key of `core.reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NeedsConfirmation(HumaTripletexError):
    """The token belongs to another Tripletex company than before: the earlier links would be archived.

    `links` is how many people are linked to the earlier company.
    """

    def __init__(self, earlier: str, now: str, links: int) -> None:
        super().__init__("the token belongs to another Tripletex company than before")
        self.earlier = earlier
        self.now = now
        self.links = links
