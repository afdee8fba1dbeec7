"""`flask tripletex undo`: puts back what a sync wrote: all of it, of some people, or of some fields."""

from __future__ import annotations

import click
from sqlalchemy import select

from huma_tripletex import reporting, syncing
from huma_tripletex.cli.results import facts, lines, link_to
from huma_tripletex.cli.speaking import Asks, Refused, connection_of, for_organisation, say
from huma_tripletex.cli.waiting import expect_end, wait_for
from huma_tripletex.core.fields import KEYS
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import RUN


@click.command()
@click.option(
    "--run",
    "run_id",
    type=int,
    metavar="NUMBER",
    help="Which sync, as in the address of its page; otherwise the last one.",
)
@click.option(
    "--person", "people", multiple=True, metavar="ID", help="Only of this person. May be given several times."
)
@click.option(
    "--field", "fields", multiple=True, type=click.Choice(KEYS), help="Only this field. May be given several times."
)
@click.option("--confirm", is_flag=True, help="Put it back; without, it is only said what would be.")
@click.option("--email", metavar="ADDRESS", help="Mail the result.")
@for_organisation
def undo(
    runtime: Runtime,
    organisation: str,
    as_json: bool,
    run_id: int | None,
    people: tuple[str, ...],
    fields: tuple[str, ...],
    confirm: bool,
    email: str | None,
) -> None:
    """Puts back the values that a sync replaced, where nobody has changed them since. Needs a worker. Mails nobody
    unless told to.
    """
    connection = connection_of(runtime, organisation)
    expect_end(connection)
    run = _run(runtime, connection, run_id)
    choice = syncing.Choice(people=frozenset(people) or None, fields=frozenset(fields) or None)
    if not confirm and (foretold := _foretold(runtime, run, choice)):
        raise Asks(f"{foretold} Nothing was put back. Use --confirm to go on.")
    going_back = _begun(runtime, run, choice, email)
    wait_for(runtime, going_back)
    ended = runtime.session.get_one(SyncRun, going_back, populate_existing=True)
    rows = list(reporting.every_row(runtime, ended))
    say(as_json, {"run": going_back, "undoes": run.id, **facts(rows)}, lines(rows))


def _run(runtime: Runtime, connection: Connection, run_id: int | None) -> SyncRun:
    """The sync that is meant, of this organisation."""
    syncs = select(SyncRun).where(SyncRun.connection_id == connection.id)
    syncs = syncs.where(SyncRun.id == run_id) if run_id else syncs.where(SyncRun.undoes.is_(None))
    found = runtime.session.scalars(syncs.order_by(SyncRun.id.desc())).first()
    if found is None:
        raise Refused(f"There is no sync {run_id} here." if run_id else "Nothing has been synced yet.")
    return found


def _foretold(runtime: Runtime, run: SyncRun, choice: syncing.Choice) -> str:
    """What would be done; "" for nothing."""
    chosen = [one.within(choice) for one in syncing.written(runtime, run)]
    back = [len(one.fields) for one in chosen if one.kept and one.fields]
    added, stuck = sum(one.added for one in chosen), sum(len(one.stuck) for one in chosen)
    said = [f"This puts back {sum(back)} values of {len(back)} people from the sync {run.id}."]
    said += [f"{added} people whom it added stay."] if added else []
    said += [f"{stuck} values stay that cannot be put back in Tripletex."] if stuck else []
    return " ".join(said) if back else ""


def _begun(runtime: Runtime, run: SyncRun, choice: syncing.Choice, email: str | None) -> int:
    by = HostUser(id="", name="", email=email) if email else None
    try:
        going_back = syncing.undo(runtime, run, by, choice, mail=bool(email))
    except syncing.CannotUndo as refusal:
        runtime.session.rollback()
        raise Refused.because(refusal.reason) from None
    going_back.link = link_to(runtime, going_back)
    number = going_back.id
    runtime.session.commit()
    runtime.queue.enqueue(RUN, number)
    return number
