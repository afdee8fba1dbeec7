"""The log of the worker command, where the host has set up none: lines with time, level and the logger's name."""

from __future__ import annotations

import logging
from typing import Final

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS: Final = "huma_tripletex"
SPEAKING: Final = (OURS, "rq")
"""Loggers that a worker speaks by; the host's own are left as they are."""


def set_up() -> None:
    """Does nothing if the host has a handler for what we say, be it the root's; what it says of levels holds."""
    if logging.getLogger(OURS).hasHandlers():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT))
    for name in SPEAKING:
        logging.getLogger(name).addHandler(handler)
    ours = logging.getLogger(OURS)
    if ours.level == logging.NOTSET:
        ours.setLevel(logging.INFO)
