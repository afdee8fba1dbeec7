"""From the bytes of a body to JSON, for the API and for the control surface."""

from collections.abc import Iterable
from typing import Any

import msgspec

DEEPEST = 40
"""So many objects and lists may stand inside each other: more than any object of the API needs, and few enough for what
walks through a body by calling itself."""


class NotJson(ValueError):
    """The body is not JSON, or nested deeper than anything here is."""


def parsed(body: bytes) -> Any:
    """The JSON of a body; raises NotJson."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson from error
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise NotJson


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
