"""How long a drain may begin with people, so that others have their turn too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

HANGS: Final = timedelta(seconds=1)
"""So long after its turn, a drain that has not ended waits for answers that hang."""


@dataclass
class Turn:
    """Of one drain. `stop`: whether all work is to end; `length` None: it lasts until nothing is left; `may_renew`:
    whether nobody else waits for the place.
    """

    clock: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    length: timedelta | None = None
    may_renew: Callable[[], bool] = lambda: False
    _ends_at: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def goes_on(self) -> bool:
        """Whether somebody may be begun with."""
        return not self.stop() and (self._ends_at is None or self.clock() < self._ends_at)

    def renew(self) -> None:
        """Another turn, if the last one is over and answers hang: nobody else of the connection waits for them."""
        if self._ends_at and self.clock() >= self._ends_at + HANGS and self.may_renew():
            self._begin()

    def _begin(self) -> None:
        self._ends_at = self.clock() + self.length if self.length is not None else None
