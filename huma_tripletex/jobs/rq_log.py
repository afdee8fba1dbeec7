"""RQ's log without its tracebacks, and without saying once a second that Redis is not there. It calls an error of Redis
unhandled and says that the worker quits, while this one begins anew.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

log = logging.getLogger(__name__)

AWAY: Final = "could not connect to Redis"
"""RQ says so at each try."""


class Presence:
    """Whether Redis is there, as a worker has seen it last: told when that changes, however often it is tried."""

    def __init__(self) -> None:
        self._is_away = False

    def gone(self, error: BaseException) -> None:
        """It did not answer, or takes no writes."""
        if not self._is_away:
            name = type(error).__name__
            log.warning("Redis is not there (%s); until it is back, work goes on at the sweep's pace", name)
        self._is_away = True

    def back(self) -> None:
        """It has taken what was written."""
        if self._is_away:
            log.info("Redis is back")
        self._is_away = False


class RqLog(logging.LoggerAdapter[logging.Logger]):
    """`ended_in`: what RQ's loop has ended in, for whoever begins it anew to say in one line."""

    ended_in: BaseException | None = None

    def __init__(self, logger: logging.Logger, presence: Presence) -> None:
        super().__init__(logger)
        self._presence = presence

    def error(self, msg: object, *args: object, **named: Any) -> None:
        if named.pop("exc_info", None):
            self.ended_in = sys.exc_info()[1]
        elif AWAY in str(msg) and (errors := [one for one in args if isinstance(one, BaseException)]):
            self._presence.gone(errors[0])
        else:
            super().error(msg, *args, **named)

    def exception(self, msg: object, *args: object, **_named: Any) -> None:
        super().error(f"{msg} (%s)", *args, type(sys.exc_info()[1]).__name__)
