"""`flask tripletex sync`: plans, decides by a preference, approves, has a worker run it and prints the result."""

from __future__ import annotations

import click

from huma_tripletex import planning, reporting
from huma_tripletex.cli.comparing import compared
from huma_tripletex.cli.results import facts, lines, link_to
from huma_tripletex.cli.speaking import Asks, connection_of, explained, for_organisation, say
from huma_tripletex.cli.waiting import expect_end, wait_for
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import SyncPlan, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.task_queue import RUN

GUARDS = {name: f"guard_{name}" for name in ("share", "same_account", "empty_huma", "empty_tripletex")}
GUARDS["many_accounts"] = "guard_accounts"


@click.command()
@click.option("--prefer", type=click.Choice(["huma", "tripletex"]), required=True, help="Whose value wins.")
@click.option("--add-to-huma", is_flag=True, help="Add those who are only in Tripletex.")
@click.option("--add-to-tripletex", is_flag=True, help="Add those who are only in Huma.")
@click.option("--confirm", is_flag=True, help="Go on where the plan does something large or odd.")
@click.option("--email", metavar="ADDRESS", help="Mail the result.")
@for_organisation
def sync(
    runtime: Runtime,
    organisation: str,
    as_json: bool,
    prefer: str,
    add_to_huma: bool,
    add_to_tripletex: bool,
    confirm: bool,
    email: str | None,
) -> None:
    """Compares, settles conflicts by a preference, and synchronises. Needs a worker. Mails nobody unless told to."""
    connection = connection_of(runtime, organisation)
    expect_end(connection)
    plan = compared(runtime, connection, confirm)
    planning.choose_for_all(runtime, plan, prefer)
    planning.choose_everybody(runtime, plan, "only_in_huma", "add" if add_to_tripletex else None)
    planning.choose_everybody(runtime, plan, "only_in_tripletex", "add" if add_to_huma else None)
    runtime.session.commit()
    run = _approved(runtime, plan, confirm, email)
    asked = {"only_in_huma": add_to_tripletex, "only_in_tripletex": add_to_huma}
    planning.note_impossible(runtime, plan, run, [kind for kind, wanted in asked.items() if wanted])
    run_id = run.id
    runtime.session.commit()
    runtime.queue.enqueue(RUN, run_id)
    wait_for(runtime, run_id)
    ended = runtime.session.get_one(SyncRun, run_id, populate_existing=True)
    rows, different = list(reporting.every_row(runtime, ended)), _different(runtime, ended)
    if as_json:  # standard output is the JSON alone
        for line in different:
            click.echo(line, err=True)
    say(as_json, facts(rows), [*lines(rows), *different])


def _approved(runtime: Runtime, plan: SyncPlan, confirm: bool, email: str | None) -> SyncRun:
    by = HostUser(id="", name="", email=email) if email else None
    try:
        run = planning.approve(runtime, plan, by, mail=bool(email))
    except planning.NeedsConfirmation as asked:
        runtime.session.rollback()
        guards = " ".join(explained(GUARDS.get(guard["guard"], guard["guard"])) for guard in asked.guards)
        if not confirm:
            raise Asks(f"{guards} Nothing was written. Use --confirm to go on.") from None
        click.echo(f"Confirmed: {guards}", err=True)
        run = planning.approve(runtime, plan, by, mail=bool(email), typed=asked.to_type)
    run.link = link_to(runtime, run)
    return run


def _different(runtime: Runtime, run: SyncRun) -> list[str]:
    """What the sync left as it is, in numbers: what was chosen so, and what a preference cannot settle."""
    left = reporting.left_of(runtime, run)
    return [f"still different: {left.people}", *reporting.still_different(left)] if left.told else []
