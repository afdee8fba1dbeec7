"""A broad `except` around one person in the drain. Mail has one of its own, and so have the threads of a worker.

An error that nobody foresaw (in our rules, in the host's way to load a person) must not hold up everybody else: it
counts as an attempt of that person and is parked with a reason when it stays. Errors of the database are not about a
person and pass.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

from huma_tripletex.delivery.transaction import PASSING
from huma_tripletex.models.called import called


def unforeseen(step: Callable[[], object]) -> str:
    """Runs `step`; "" if it went well, otherwise the error's name and place: its message might hold values."""
    try:
        step()
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - see the module's docstring
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-4:]))
        return f"{called(error)} at {places}"
    return ""
