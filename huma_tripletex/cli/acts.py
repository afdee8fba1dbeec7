"""`flask tripletex retry`, `pause`, `resume` and `disconnect`: what an administrator does with a button."""

from __future__ import annotations

import click

from huma_tripletex import connecting, reporting
from huma_tripletex.cli.speaking import Asks, Refused, connection_of, for_organisation, say
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
@for_organisation
def pause(runtime: Runtime, organisation: str, as_json: bool) -> None:
    """Sends nothing until it is resumed. Changes are still captured."""
    connection = connection_of(runtime, organisation)
    if connection.state == "needs_attention":
        now = reporting.status(runtime, connection)
        raise Refused(f"Nothing is sent to {now.company_name} as it is. {now.why} {now.next_step}")
    if connection.state != "paused":
        connecting.pause(runtime, connection, None)
        runtime.session.commit()
    company = connection.company_name
    way_back = f"To go on: flask tripletex resume --organisation {organisation}"
    say(as_json, {"paused": company}, [f"Nothing is sent to {company} now. Changes are kept.", way_back])


@click.command()
@for_organisation
def resume(runtime: Runtime, organisation: str, as_json: bool) -> None:
    """Sends what has waited since it was paused, and what changes from now on."""
    connection = connection_of(runtime, organisation)
    connecting.resume(runtime, connection, None)
    runtime.session.commit()
    runtime.queue.nudge(connection.id)
    now = reporting.status(runtime, connection)
    said = f"Waiting: {now.figures.waiting}." if now.flowing else f"{now.why} {now.next_step}"
    say(as_json, {"resumed": now.company_name}, [f"{now.company_name} is resumed. {said}"])


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
