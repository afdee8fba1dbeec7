"""RQ's log without its tracebacks. It calls an error of Redis unhandled and says that the worker quits, while this one
begins anew.
"""

from __future__ import annotations

import logging
import sys
from typing import Any


class RqLog(logging.LoggerAdapter[logging.Logger]):
    """`ended_in`: what RQ's loop has ended in, for whoever begins it anew to say in one line."""

    ended_in: BaseException | None = None

    def error(self, msg: object, *args: object, **named: Any) -> None:
        if named.pop("exc_info", None):
            self.ended_in = sys.exc_info()[1]
        else:
            super().error(msg, *args, **named)

    def exception(self, msg: object, *args: object, **_named: Any) -> None:
        super().error(f"{msg} (%s)", *args, type(sys.exc_info()[1]).__name__)
