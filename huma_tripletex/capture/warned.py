"""Warns of changes that are not captured, once per place in the host's code; the warning names `record_change()`."""

from __future__ import annotations

import logging
import sys
import warnings
from types import FrameType

from huma_tripletex.capture.watch import Watch

log = logging.getLogger(__name__)
NOT_THE_HOST = ("sqlalchemy", "flask_sqlalchemy", "huma_tripletex.capture", "contextlib")
UNCAPTURED = (
    "this changes {table} without an event of the session, so Tripletex hears of it only at the next comparison; "
    "call huma_tripletex.record_change() in the same transaction"
)
UNCERTAIN = (
    "which rows of {table} this changes cannot be told for certain, so Tripletex may hear of some of them only at the "
    "next comparison; call huma_tripletex.record_change() in the same transaction"
)


class UncapturedChange(UserWarning):
    """People were changed in a way that is not captured."""


def warn(watch: Watch, advice: str, table: str) -> None:
    """Says once per place in the host's code what is amiss there."""
    frame = _host_frame()
    place = frame.f_code.co_filename, frame.f_lineno
    if place in watch.warned:
        return
    watch.warned.add(place)
    text = advice.format(table=table)
    log.warning("%s:%s: %s", *place, text)
    warnings.warn_explicit(text, UncapturedChange, *place, module=frame.f_globals.get("__name__"))


def _host_frame() -> FrameType:
    """Where in the host's code we are: the nearest frame that belongs to no library between it and the database."""
    frame: FrameType | None = sys._getframe(1)
    found = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not any(name == part or name.startswith(part + ".") for part in NOT_THE_HOST):
            return frame
        frame = frame.f_back
    return found
