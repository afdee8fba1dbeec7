"""How a run comes to be, whether a plan is approved or an earlier run is taken back: one at a time per connection."""

from __future__ import annotations

from sqlalchemy import select, update

from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, ConnectionOptions, SyncRun
from huma_tripletex.runtime import Runtime


def is_one_going_on(runtime: Runtime, connection_id: int) -> bool:
    """Whether a run of this connection has not ended.

    The connection is held until the caller's commit: of two who ask because they want to begin one, the second hears of
    the first.
    """
    held = update(Connection).where(Connection.id == connection_id).values(state=Connection.state)
    runtime.session.execute(held.execution_options(synchronize_session=False))
    going = select(SyncRun.id).where(SyncRun.connection_id == connection_id, SyncRun.state != "ended")
    return runtime.session.scalar(going.limit(1)) is not None


def new_run(
    runtime: Runtime,
    connection: Connection,
    plan_id: int,
    by: HostUser | None,
    *,
    mail: bool,
    link: str,
    undoes: int | None = None,
    whole: bool = False,
) -> SyncRun:
    """A run without people yet. Its result is mailed to whoever pressed, if they have an address and `mail` says so.
    `undoes`: the run that this one takes back, and `whole` whether nothing of it is left then. The caller commits.
    """
    run = SyncRun(
        connection_id=connection.id,
        plan_id=plan_id,
        undoes=undoes,
        whole=whole,
        pressed_by=by.id if by else "",
        pressed_by_name=by.name if by else "",
        locale=by.locale if by else "en",
        link=link,
        options=ConnectionOptions.read(connection.options).as_json(),
        approved_at=runtime.clock(),
    )
    runtime.session.add(run)
    runtime.session.flush()
    if mail and by and by.email:
        context = (connection.organisation_id, connection.id, "recipient", run.id)
        run.sealed_recipient = runtime.vault.seal(by.email.encode(), *context)
    return run
