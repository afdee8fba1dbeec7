"""How many drains may be under way in this process. One that gets no answers takes no room from the others, and the
fewer there is room for, the more it matters what is known of a connection.

Not safe for threads: whoever asks holds the lock on the drains.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from huma_tripletex.delivery import UnderWay

MOST: Final = 16
"""Drains that are under way at a time, slow ones apart; each has as many threads as it has requests in flight."""
KEPT_FREE: Final = 4
"""Of these, those that are kept for connections that are nudged, whatever waits on the agenda."""
ALL: Final = 64
"""Drains that are under way at a time, slow ones too: those that turn out to be slow make room for others. With eight
requests in flight each, they have as many sockets as a process with 1,024 descriptors can spare.
"""
KEPT_WELL: Final = 8
"""Of these, those that are kept for connections that got their answers in time while others did not."""
SLOW: Final = 8
"""Drains that are under way at a time of connections whose last one was slow."""
SILENCE: Final = 1.0
"""Seconds without any answer after which a drain is a slow one, until the next answer."""
GRACE: Final = 1.0
"""Seconds after the end of its turn from which a drain is a slow one: its answers take long."""


class Standing(Enum):
    """What is known of a connection: its last drain was slow, or it was not although others were."""

    SLOW = "slow"
    WELL = "well"
    UNKNOWN = "unknown"


class Room:
    """What the drains that are `under_way` leave. `turn`: the seconds after which a drain begins nothing more."""

    def __init__(self, under_way: Mapping[int, UnderWay], turn: float) -> None:
        self._under_way = under_way
        self._patience = turn + GRACE
        self._slow: set[int] = set()
        self._well: set[int] = set()

    def left(self, most: int = MOST) -> dict[Standing, bool]:
        """Whether there is room for one more, by what is known of its connection."""
        slow, there = self._count_slow(), len(self._under_way)
        is_free = there - slow < most
        return {
            Standing.SLOW: sum(one in self._slow for one in self._under_way) < SLOW and there < ALL - KEPT_WELL,
            Standing.WELL: is_free and there < ALL,
            Standing.UNKNOWN: is_free and there < ALL - KEPT_WELL,
        }

    def standing(self, connection_id: int) -> Standing:
        """What its last drain tells of a connection."""
        if connection_id in self._slow:
            return Standing.SLOW
        return Standing.WELL if connection_id in self._well else Standing.UNKNOWN

    def remember(self, ended: UnderWay) -> None:
        """Learns from a drain that is not under way any more."""
        number = ended.connection_id
        is_slow, are_others = ended.seconds > self._patience, bool(self._count_slow())
        (self._slow.add if is_slow else self._slow.discard)(number)
        (self._well.add if are_others and not is_slow else self._well.discard)(number)
        if not are_others:
            self._well.clear()

    def _count_slow(self) -> int:
        return sum(self._is_slow(drain) for drain in self._under_way.values())

    def _is_slow(self, drain: UnderWay) -> bool:
        is_late = drain.seconds > self._patience or drain.lanes.silence > SILENCE
        return is_late or drain.connection_id in self._slow
