"""Sending again what had failed: put back, written in the log with who pressed, and begun at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine
from huma_tripletex.outbox import wait
from huma_tripletex.runtime import Runtime


def again(
    runtime: Runtime,
    connection: Connection,
    entry_ids: Sequence[int],
    by: HostUser,
    person_id: str | None = None,
    **detail: Any,
) -> None:
    """Puts entries back, all of them of one person if one is named. Commits. The line in the log has the very moment
    that is written on the entries, so that it can be told of each who tried it again.
    """
    now = runtime.clock()
    count = wait.retry(runtime.session(), connection.id, now, entry_ids=entry_ids)
    line = LogLine.act(connection.id, "retried", now, by, person_id, **detail, entries=count)
    runtime.session.add(line)
    runtime.session.commit()
    runtime.queue.nudge(connection.id)
