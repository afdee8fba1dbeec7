"""What empties a field, and what is ignored without a word: nobody has recorded which, so switches say."""

from typing import Any

from huma_tripletex.simulator.shapes import Field
from huma_tripletex.simulator.switches import Switches


def clears(field: Field, value: Any, switches: Switches) -> bool:
    """Does sending `value` empty the field?"""
    return value in (None, "") and not ignored(field, value, switches)


def ignored(field: Field, value: Any, switches: Switches) -> bool:
    """Does sending `value` change nothing?"""
    if field.kind == "text":
        return (value, switches.text_cleared_by) in ((None, "empty"), ("", "null"))
    if field.kind == "date":
        return value is None and switches.date_cleared_by == "empty"
    return value is None and field.kind in ("whole", "number", "flag", "part")
