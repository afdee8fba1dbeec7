"""`flask tripletex retry` and `disconnect`: what an administrator does with a button."""

from __future__ import annotations

import click

from huma_tripletex import connecting, reporting
from huma_tripletex.cli.speaking import Asks, connection_of, for_organisation, say
from huma_tripletex.models import LogLine
from huma_tripletex.outbox import wait
from huma_tripletex.runtime import Runtime


@click.command()
@click.option("--person", metavar="ID", help="Only this person's.")
@for_organisation
def retry(runtime: Runtime, organisation: str, as_json: bool, person: str | None) -> None:
    """Sends again what is parked, and what waits for its next attempt."""
    connection = connection_of(runtime, organisation)
    now = runtime.clock()
    count = wait.retry(runtime.session(), connection.id, now, person_id=person)
    runtime.session.add(LogLine.act(connection.id, "retried", now, person_id=person, entries=count))
    runtime.session.commit()
    runtime.queue.nudge(connection.id)
    say(as_json, {"retried": count}, [_said(reporting.status(runtime, connection), count)])


def _said(now: reporting.Status, count: int) -> str:
    """Where nothing goes at the moment it is not said that it does."""
    if now.flowing:
        return f"{count} changes are sent again."
    return f"{count} changes wait to be sent again. {now.why} {now.next_step}"


@click.command()
@click.option("--confirm", is_flag=True, help="Disconnect without asking.")
@for_organisation
def disconnect(runtime: Runtime, organisation: str, as_json: bool, confirm: bool) -> None:
    """Ends the connection and deletes the token. Who is who is remembered."""
    connection = connection_of(runtime, organisation)
    company = connection.company_name
    if not confirm:
        raise Asks(f"This disconnects {company}, deletes the token and drops what waits. Use --confirm to go on.")
    connecting.disconnect(runtime, connection, None)
    runtime.session.commit()
    say(as_json, {"disconnected": company}, [f"{company} is disconnected. Nothing more is sent to Tripletex."])
