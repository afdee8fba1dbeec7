"""Sockets and files are counted by the operating system, and a process may have so many. One that has used them up
reaches nobody any more, which looks as if Tripletex did not answer: so the log says what it is.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from typing import Final

log = logging.getLogger(__name__)

PAUSE: Final = 60.0
"""Seconds until it is said again."""
_REFUSED: Final = (errno.EMFILE, errno.ENFILE)


class _Said:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0


_said = _Said()


def tell_if_none_is_left() -> None:
    """To be called where no connection could be made: says in the log if that is for want of a descriptor."""
    if _is_one_left():
        return
    with _said.lock:
        if time.monotonic() < _said.until:
            return
        _said.until = time.monotonic() + PAUSE
    log.error(
        "too many open files, so Tripletex cannot be reached: raise the limit (LimitNOFILE, ulimit -n), see "
        "docs/operating.md"
    )


def _is_one_left() -> bool:
    """By trying: what went wrong may have been dressed as a name that does not resolve."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in _REFUSED
    return True
