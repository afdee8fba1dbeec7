"""The echo guard: what a run itself writes to Huma is no news to the connection that the run belongs to. What the host
changes at that moment of its own accord is news like anything else.

Syncing sets it around its writes, capture asks it when it records; both are flows, so they meet here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from huma_tripletex.core.fields import KEYS
from huma_tripletex.outbox.record import Change


@dataclass
class Echo:
    """What a run writes: these fields of a person, or somebody new (`person_id` None). `added`: who was new."""

    connection_id: int
    person_id: str | None
    fields: frozenset[str]
    added: list[Change] = field(default_factory=list)


_echo: ContextVar[Echo | None] = ContextVar("huma_tripletex_echo", default=None)


@contextmanager
def quiet(connection_id: int, person_id: str | None = None, fields: Collection[str] = KEYS) -> Iterator[Echo]:
    """Within, a change of these fields of the person makes no entry for this connection; nor does, without a
    `person_id`, that somebody is added. Changes are captured when flushed: flush inside.

    The values are not looked at: whoever writes looks afterwards whether they are what was written.
    """
    echo = Echo(connection_id, person_id, frozenset(fields))
    token = _echo.set(echo)
    try:
        yield echo
    finally:
        _echo.reset(token)


def without_echo(changes: list[Change]) -> tuple[list[Change], list[Change], int | None]:
    """What is news to everybody; what is none to the connection whose run wrote it; and this connection."""
    echo = _echo.get()
    if echo is None:
        return changes, [], None
    if echo.person_id is None:
        echo.added.extend(change for change in changes if change.kind == "added")
    people = {echo.person_id, *(change.person_id for change in echo.added)}
    news, own = [], []
    for change in changes:
        written = echo.fields.intersection(change.fields) if change.person_id in people else frozenset()
        if written:
            own.append(_only(change, written))
        if not written or not written.issuperset(change.fields):
            news.append(_only(change, frozenset(change.fields) - written))
    return news, own, echo.connection_id


def _only(change: Change, fields: frozenset[str]) -> Change:
    return replace(change, fields=tuple(key for key in change.fields if key in fields))
