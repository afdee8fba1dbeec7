"""`flask tripletex status`: is it well, what waits, and if nothing flows, why not and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from huma_tripletex import reporting
from huma_tripletex.cli.speaking import explained, for_one_or_all, open_connection, say
from huma_tripletex.runtime import Runtime


@click.command()
@for_one_or_all
def status(runtime: Runtime, organisation: str | None, as_json: bool) -> None:
    """How the connection is doing; without --organisation, a line for each."""
    if organisation is None:
        all_facts = [_facts(one) for one in reporting.statuses(runtime)]
        lines = [_line(facts) for facts in all_facts] or ["No organisation is connected to Tripletex."]
        say(as_json, all_facts, lines)
        return
    connection = open_connection(runtime, organisation)
    if connection is None:
        facts: dict[str, Any] = {"organisation": organisation, "state": "not_connected", "active": False}
        say(as_json, {**facts, "why": explained("not_connected")}, [explained("not_connected")])
        return
    facts = _facts(reporting.status(runtime, connection))
    say(as_json, facts, _lines(facts))


def _facts(now: reporting.Status) -> dict[str, Any]:
    figures = now.figures
    return {
        "organisation": now.organisation_id,
        "connection": now.connection_id,
        "company": now.company_name,
        "company_id": str(now.company_id),
        "state": now.state,
        "active": now.active,
        "flowing": now.flowing,
        "reason": now.reason,
        "why": now.why,
        "next_step": now.next_step,
        "waiting": figures.waiting,
        "in_flight": figures.in_flight,
        "parked_people": figures.parked_people,
        "oldest_waiting_seconds": round(now.oldest_waiting, 1),
        "delivered_last_minute": figures.delivered_last_minute,
        "p50_seconds": figures.p50,
        "p95_seconds": figures.p95,
        "last_synced_at": now.last_synced_at.isoformat() if now.last_synced_at else None,
    }


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    yield f"Connected to {facts['company']} ({facts['company_id']}): {facts['state'].replace('_', ' ')}"
    if not facts["flowing"]:
        is_so = "Nothing is sent at the moment." if facts["active"] else "Not active."
        yield f"{is_so} {facts['why']} {facts['next_step']}"
    yield f"Waiting: {facts['waiting']}, oldest for {facts['oldest_waiting_seconds']} s"
    yield f"In flight: {facts['in_flight']}"
    yield f"People who need attention: {facts['parked_people']}"
    yield f"Delivered in the last minute: {facts['delivered_last_minute']}"
    if facts["p50_seconds"] is not None:
        yield f"From edit to Tripletex: {facts['p50_seconds']:.2f} s (95 of 100 within {facts['p95_seconds']:.2f} s)"
    yield f"Last sync: {facts['last_synced_at'] or 'never'}"


def _line(facts: Mapping[str, Any]) -> str:
    whose = f"organisation {facts['organisation']}  {facts['company']}  {facts['state'].replace('_', ' ')}"
    flows = "flowing" if facts["flowing"] else f"not flowing: {facts['reason']}"
    waits = f"waiting {facts['waiting']}, oldest for {facts['oldest_waiting_seconds']} s"
    return f"{whose}  {flows}  {waits}, parked {facts['parked_people']}"
