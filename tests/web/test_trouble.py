"""Tripletex refuses in the middle of a sync: the pages say so, and what to press when it is put right."""

from __future__ import annotations

import re

from sqlalchemy import select

from huma_tripletex import reporting
from huma_tripletex.demo import Person, db, mail
from huma_tripletex.models import Connection, SyncPlan, SyncRun
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor, approve

FORBIDDEN = {"kind": "status", "status": 403, "method": "P*", "path": "/v2/employee*"}
WAITS = "The sync waits"


def begin_sync(office: Office, visitor: Visitor) -> str:
    plan = office.one(SyncPlan)
    visitor.read(f"/tripletex/plans/{plan.id}/approval")
    approve(visitor, plan.id)
    return f"/tripletex/runs/{office.one(SyncRun).id}"


def test_a_sync_that_waits_says_what_for_and_ends_after_another_look(office: Office, compared: Visitor) -> None:
    office.simulator.faults.add(FORBIDDEN)
    run = begin_sync(office, compared)
    office.work()

    page = compared.read(run)
    assert WAITS in page
    assert "lacks the right" in page
    assert " left." not in page
    assert 'id="solve" href="/settings/integrations/tripletex"' in page

    page = compared.read("/tripletex")
    assert "Check again" in page
    assert re.findall(r'is-primary"[^>]*>([^<]+)<', page) == ["Replace the token"]
    assert "Next: compare" not in page
    office.simulator.faults.clear()
    said = compared.follow(compared.send("/tripletex/connection/check"))
    assert "Tripletex accepts the token." in said
    assert "Check again" not in said
    office.work()
    assert "people synced" in compared.read(run)


def test_another_look_that_does_not_help_says_so(office: Office, compared: Visitor) -> None:
    office.simulator.faults.add({"kind": "revoke_token"})
    run = begin_sync(office, compared)
    office.work()
    assert WAITS in compared.read(run)

    said = compared.follow(compared.send("/tripletex/connection/check"))

    assert "does not accept the token yet" in said
    assert office.one(Connection).state == "needs_attention"


def test_a_sync_that_goes_on_does_not_say_that_it_waits(office: Office, compared: Visitor) -> None:
    page = compared.read(begin_sync(office, compared))
    assert WAITS not in page
    assert 'id="solve"' not in page


def test_what_another_look_finds_is_told_to_the_administrators_once(office: Office, connected: Visitor) -> None:
    office.simulator.faults.add({"kind": "revoke_token"})
    for _ in range(2):
        connected.read("/tripletex")
        connected.send("/tripletex/connection/check")
        with office.app.app_context():
            runtime = current_runtime()
            for _ in range(2):  # the clock ticks: the first round notes what the next one tells
                reporting.send_notices(runtime, runtime.clock())
            assert [message["To"] for message in mail.box()] == ["anna.berg@fjord.example"]


def test_a_right_that_another_look_finds_missing_is_told_to_the_administrators(
    office: Office, connected: Visitor
) -> None:
    """The daily look would find nothing new, so it is said now or never."""
    with office.app.app_context():
        session = current_runtime().session
        connection = session.scalars(select(Connection)).one()
        connection.rights = [*connection.rights, "AUTH_HOLIDAY_PLANS"]
        session.commit()
    connected.read("/tripletex")
    connected.send("/tripletex/connection/check")
    with office.app.app_context():
        assert [message["To"] for message in mail.box()] == ["anna.berg@fjord.example"]


def test_a_tripletex_that_is_away_is_told_where_nothing_is_sent(office: Office, synced: Visitor) -> None:
    office.simulator.faults.add({"kind": "status", "status": 500, "path": "/v2/employee*"})
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name="Strand").first()
        person.phone_number = "41234567"
        db.session.commit()
    assert "Nothing is sent" not in synced.read("/tripletex"), "nobody has tried"
    office.work()

    away = "Nothing is sent at the moment. Tripletex is not available at the moment."
    page = synced.read("/tripletex")
    assert away in page
    assert 'class="tx-dot tx-warn"' in page
    assert away in synced.open("/tripletex", **{"HX-Request": "true"}).get_data(as_text=True)
    assert "Nothing is sent at the moment" in synced.read("/")
    assert "Ingenting sendes for øyeblikket. Tripletex er" in office.visitor(locale="nb").read("/tripletex")
