"""One call and its answer, as values that can stand in a log, a repr or a traceback without telling anything: the
operation is always a template ("PUT /employee/{id}"), and what was asked and answered is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

import msgspec

from huma_tripletex.tripletex.window import Reading

ENTITY: Final = "application/json; charset=utf-8"
PLAIN_JSON: Final = "application/json"


@dataclass(frozen=True)
class Authorization:
    """The value of the header of that name, wrapped so that no traceback with local variables shows it."""

    header: str = field(repr=False)


@dataclass(frozen=True)
class Ask:
    """One request: `template` may be logged, `path`, `query` and `body` may not."""

    method: str
    template: str
    path: str = field(repr=False)
    query: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ENTITY

    @property
    def operation(self) -> str:
        """The method and the path template."""
        return f"{self.method} {self.template}"

    @classmethod
    def read(cls, template: str, key: str | int = "", **query: str | int) -> Ask:
        """A GET; `key` fills the one placeholder of the template, if it has one."""
        return cls("GET", template, _filled(template, key), query)

    def page(self, start: int, count: int) -> Ask:
        """The same of a list, ordered by id, from number `start` on."""
        return replace(self, query={**self.query, "sorting": "id", "from": start, "count": count})

    @classmethod
    def write(cls, method: str, template: str, body: Any, key: str | int = "", content_type: str = ENTITY) -> Ask:
        """A POST or PUT of `body` as JSON."""
        return cls(method, template, _filled(template, key), {}, msgspec.json.encode(body), content_type)

    @classmethod
    def delete(cls, template: str, key: str | int) -> Ask:
        """A DELETE."""
        return cls("DELETE", template, _filled(template, key))


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status. `retry_after`, in seconds, is the rate budget's word on a 429."""

    operation: str
    status: int
    request_id: str = ""
    content: bytes = field(default=b"", repr=False)
    rate: Reading | None = None
    retry_after: float | None = None


@dataclass(frozen=True)
class Call:
    """For the log and the metrics: one exchange. `status` is 0 when no answer came; `seconds` excludes waiting for
    budget.
    """

    operation: str
    status: int
    request_id: str
    seconds: float


class Hidden(dict[str, Any]):
    """What is said about a person, in a form that no traceback with local variables shows."""

    def __repr__(self) -> str:
        return "<hidden>"


OnCall = Callable[[Call], None]


def clean_request_id(text: str | None) -> str:
    """Tripletex's request id if it looks like one, otherwise "": it ends in our log, so it must not carry line
    breaks.
    """
    return text if text and re.fullmatch(r"[\w.:-]{1,100}", text, re.ASCII) else ""


def _filled(template: str, key: str | int) -> str:
    return re.sub(r"\{\w+\}", lambda _: quote(str(key), safe=""), template)
