"""Fields that an answer lacks: "missing fields or even no response data can occur because result objects and fields are
filtered on authorization", says Tripletex.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from huma_tripletex.simulator.messages import Response


def without(response: Response, fields: Iterable[str]) -> Response:
    """The same answer without these fields in any of its values; `employments.endDate` is inside every employment."""
    if response.status >= 300 or not response.body:
        return response
    answer = msgspec.json.decode(response.body)
    for name in fields:
        for value in answer.get("values", [answer.get("value")]):
            _take_away(value, name.split("."))
    return Response(response.status, msgspec.json.encode(answer), response.headers)


def _take_away(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _take_away(item, path)
    elif isinstance(value, dict) and len(path) > 1:
        _take_away(value.get(path[0]), path[1:])
    elif isinstance(value, dict):
        value.pop(path[0], None)
