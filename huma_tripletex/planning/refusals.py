"""Why a plan cannot be made, decided or approved. The pages show each as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huma_tripletex.errors import HumaTripletexError


class NotPossible(HumaTripletexError):
    """What was asked for cannot be done. `reason` is a key of `core.reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stale(NotPossible):
    """The plan is no longer the one to decide about: it expired, was discarded, or was approved already."""


class ChangedMeanwhile(HumaTripletexError):
    """Somebody else decided about the plan since the page was drawn. `by_name` is who, if that is known."""

    def __init__(self, by_name: str) -> None:
        super().__init__("somebody else decided about the plan meanwhile")
        self.by_name = by_name


class SeenOtherwise(ChangedMeanwhile):
    """What is to be approved is not what was shown: somebody has decided since, perhaps in another window."""


class NeedsConfirmation(HumaTripletexError):
    """The plan does something large or odd. `guards` say what; `to_type` is what confirms it."""

    def __init__(self, guards: Sequence[dict[str, Any]], to_type: str) -> None:
        super().__init__("the plan must be confirmed by typing")
        self.guards = tuple(guards)
        self.to_type = to_type
