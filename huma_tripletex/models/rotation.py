"""Which columns are sealed, and with which context; seals anew what an older key than the first sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import select

from huma_tripletex.models.connection import Connection
from huma_tripletex.models.plan import PlanItem, SyncPlan
from huma_tripletex.models.run import SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.vault import Vault

AT_ONCE: Final = 500


def rotate_keys(runtime: Runtime) -> int:
    """Seals every value with the first key and answers how many had to be. Commits as it goes; may be run again.

    Raises:
        NotReadable: a key that sealed something is no longer configured.
    """
    connections = {one.id: one for one in runtime.session.scalars(select(Connection))}
    for connection in connections.values():
        runtime.session.refresh(connection, with_for_update=True)
    count = sum(_secrets(runtime.vault, connection) for connection in connections.values())
    count += sum(_recipient(runtime.vault, connections[run.connection_id], run) for run in _sealed_runs(runtime))
    runtime.session.commit()
    return count + _items(runtime) + _results(runtime)


def _secrets(vault: Vault, connection: Connection) -> int:
    count = 0
    for column, what in (("sealed_token", "token"), ("sealed_session", "session")):
        sealed = getattr(connection, column)
        if sealed is not None and not vault.is_current(sealed):
            context = (connection.organisation_id, connection.id, what)
            setattr(connection, column, vault.seal(vault.open(sealed, *context), *context))
            count += 1
    return count


def _sealed_runs(runtime: Runtime) -> Sequence[SyncRun]:
    return runtime.session.scalars(select(SyncRun).where(SyncRun.sealed_recipient.is_not(None))).all()


def _recipient(vault: Vault, connection: Connection, run: SyncRun) -> int:
    assert run.sealed_recipient is not None
    if vault.is_current(run.sealed_recipient):
        return 0
    context = (connection.organisation_id, connection.id, "recipient", run.id)
    run.sealed_recipient = vault.seal(vault.open(run.sealed_recipient, *context), *context)
    return 1


def _items(runtime: Runtime) -> int:
    sealed = (
        select(PlanItem, Connection.organisation_id, Connection.id, PlanItem.plan_id)
        .join(SyncPlan, SyncPlan.id == PlanItem.plan_id)
        .join(Connection, Connection.id == SyncPlan.connection_id)
    )
    return _rows(runtime, sealed, PlanItem, "plan_item")


def _results(runtime: Runtime) -> int:
    sealed = (
        select(SyncResult, Connection.organisation_id, Connection.id, SyncResult.run_id)
        .join(SyncRun, SyncRun.id == SyncResult.run_id)
        .join(Connection, Connection.id == SyncRun.connection_id)
    )
    return _rows(runtime, sealed, SyncResult, "result")


def _rows(runtime: Runtime, sealed: Any, table: type[PlanItem] | type[SyncResult], what: str) -> int:
    count = 0
    for row, organisation_id, connection_id, owner_id in _in_pieces(runtime, sealed, table):
        if not runtime.vault.is_current(row.sealed):
            context = (organisation_id, connection_id, what, owner_id, row.position)
            row.sealed = runtime.vault.seal(runtime.vault.open(row.sealed, *context), *context)
            count += 1
    return count


def _in_pieces(runtime: Runtime, sealed: Any, table: type[PlanItem] | type[SyncResult]) -> Iterator[Any]:
    after = 0
    while True:
        piece = sealed.where(table.sealed.is_not(None), table.id > after).order_by(table.id).limit(AT_ONCE)
        rows = runtime.session.execute(piece).all()
        if not rows:
            return
        after = rows[-1][0].id
        yield from rows
        runtime.session.commit()
