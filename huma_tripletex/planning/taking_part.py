"""Never sync this person: an administrator's word that holds in every comparison until it is taken back.

Nothing is ended by it in either system; the person is only left out from then on.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, LogLine, RememberedChoice
from huma_tripletex.runtime import Runtime


def never_sync(runtime: Runtime, connection: Connection, person_id: str, by: HostUser | None) -> None:
    """Leaves a person out from now on. The caller commits."""
    now = runtime.clock()
    if is_never_synced(runtime, connection, person_id):
        return
    runtime.session.add(
        RememberedChoice(connection_id=connection.id, person_id=person_id, choice="never_sync", made_at=now)
    )
    _note(runtime, connection, "never_sync", person_id, by)


def sync_again(runtime: Runtime, connection: Connection, person_id: str, by: HostUser | None) -> None:
    """Takes `never_sync` back; the next comparison asks about the person. The caller commits."""
    if not is_never_synced(runtime, connection, person_id):
        return
    word = delete(RememberedChoice).where(*_word(connection, person_id))
    runtime.session.execute(word.execution_options(synchronize_session=False))
    _note(runtime, connection, "sync_again", person_id, by)


def is_never_synced(runtime: Runtime, connection: Connection, person_id: str) -> bool:
    """Whether an administrator said so."""
    found = select(RememberedChoice.id).where(*_word(connection, person_id)).limit(1)
    return runtime.session.scalar(found) is not None


def _word(connection: Connection, person_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RememberedChoice.connection_id == connection.id,
        RememberedChoice.person_id == person_id,
        RememberedChoice.choice == "never_sync",
    )


def _note(runtime: Runtime, connection: Connection, what: str, person_id: str, by: HostUser | None) -> None:
    line = LogLine.act(connection.id, what, runtime.clock(), by)
    line.person_id = person_id
    runtime.session.add(line)
