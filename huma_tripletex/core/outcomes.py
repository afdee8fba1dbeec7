"""What one attempt led to: five outcomes, one type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivered:
    """Tripletex took the values and answered with them; `remark`: what else somebody should know, a reason's key."""

    remark: str = ""


@dataclass(frozen=True)
class NothingToDo:
    """There was nothing to send; `reason` says why, if that is worth saying."""

    reason: str = ""


@dataclass(frozen=True)
class Later:
    """It may pass by itself; this counts as an attempt. `unsure`: it may have been done, so look before acting."""

    reason: str
    unsure: bool = False


@dataclass(frozen=True)
class Snoozed:
    """Nobody's fault, so it does not count as an attempt; not before `seconds` from now."""

    reason: str
    seconds: float


@dataclass(frozen=True)
class Parked:
    """A human is needed; an edit of the person supersedes it."""

    reason: str


Outcome = Delivered | NothingToDo | Later | Snoozed | Parked
