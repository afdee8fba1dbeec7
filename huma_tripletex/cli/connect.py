"""`flask tripletex connect`: the token comes from standard input, so that neither history nor process list has it."""

from __future__ import annotations

import sys

import click

from huma_tripletex import connecting
from huma_tripletex.cli.speaking import Asks, Refused, for_organisation, open_connection, say
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime


@click.command()
@click.option("--confirm", is_flag=True, help="Go on although the token is of another company than before.")
@for_organisation
def connect(runtime: Runtime, organisation: str, as_json: bool, confirm: bool) -> None:
    """Connects an organisation, or gives it a token in place of one that is no longer accepted: from standard input."""
    if not runtime.host.organisation_name(organisation):
        raise Refused(f"There is no organisation {organisation} in Huma.")
    try:
        made = _connected(runtime, organisation, _token(), confirm)
    except connecting.NeedsConfirmation as asked:
        raise Asks(
            f"This token belongs to {asked.now}, and {asked.links} people are linked to {asked.earlier}. "
            "Their links would be archived. Use --confirm to go on."
        ) from None
    facts = {
        "organisation": organisation,
        "connection": made.id,
        "company": made.company_name,
        "company_id": str(made.company_id),
        "owner": made.owner_name,
        "state": made.state,
    }
    runtime.session.commit()
    say(
        as_json,
        facts,
        [
            f"Connected to {facts['company']} ({facts['company_id']}) with {facts['owner']}'s token.",
            f"Next: flask tripletex plan --organisation {organisation}",
        ],
    )


def _connected(runtime: Runtime, organisation: str, token: str, confirm: bool) -> Connection:
    """A connection whose token is no longer accepted gets this one in its place, and goes on with what waits."""
    existing = open_connection(runtime, organisation)
    if existing is None or not existing.has_broken_token:
        return connecting.connect(runtime, organisation, token, None, confirm_other_company=confirm)
    connecting.replace_token(runtime, existing, token, None)
    return existing


def _token() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Employee token", hide_input=True, err=True))
    token = sys.stdin.readline().strip()
    if not token:
        raise Refused("No employee token came from standard input. Pipe it in: flask tripletex connect ... < token.txt")
    return token
