"""The echo guard: what a run writes to Huma makes no outbox entry for the connection that the run belongs to.

Syncing sets it around its writes, capture asks it when it records; both are flows, so they meet here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_silent: ContextVar[int | None] = ContextVar("huma_tripletex_silent", default=None)


@contextmanager
def quiet(connection_id: int) -> Iterator[None]:
    """Within, changes of people are not captured for this connection. They are captured when flushed: flush inside."""
    token = _silent.set(connection_id)
    try:
        yield
    finally:
        _silent.reset(token)


def silent_connection() -> int | None:
    """The connection for which nothing is captured just now; None: everything is."""
    return _silent.get()
