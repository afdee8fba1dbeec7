"""Whoever is left out of every sync needs nobody: status, metrics, mail and commands all count without them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from huma_tripletex import planning, reporting
from huma_tripletex.models import OutboxEntry
from tests.flows.cli.test_commands import asked
from tests.flows.planning_parts import ANNA
from tests.flows.reporting.test_notices import park, tell
from tests.flows.reporting.test_summaries import mixed
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


@pytest.fixture
def left(quick_desk: Desk) -> Desk:
    """Two people whose change is parked; the first is left out since."""
    desk = quick_desk
    desk.administrators = [replace(ANNA, locale="en")]
    mixed(desk, by=None)
    park(desk, 1)
    planning.never_sync(desk.runtime, desk.connection(), "1", ANNA)
    desk.session.commit()
    assert set(desk.session.scalars(select(OutboxEntry.person_id).where(OutboxEntry.state == "parked"))) == {"1", "2"}
    return desk


def test_every_number_is_of_those_who_take_part(left: Desk) -> None:
    label = f'{{connection="{left.connection().id}"}}'
    assert reporting.status(left.runtime, left.connection()).figures.parked_people == 1
    assert f"huma_tripletex_parked_people{label} 1.0" in reporting.metrics(left.runtime).splitlines()
    assert asked(left, "status")["parked_people"] == 1
    entries = asked(left, "entries")
    assert entries["counts"] == {"waiting": 0, "in_flight": 0, "parked": 1}
    assert [one["person_id"] for one in entries["entries"]] == ["2"]

    assert tell(left) == 1
    (mail,) = left.mails
    assert mail.subject == "Tripletex: 1 person needs attention"
    assert "Family2" in mail.text
    assert "Family1" not in mail.text


def test_what_is_parked_of_them_is_sent_again_only_by_name(left: Desk) -> None:
    assert asked(left, "retry") == {"retried": 1}
    assert asked(left, "retry", "--person", "1") == {"retried": 1}


def test_nobody_is_told_of_them_alone(left: Desk) -> None:
    planning.never_sync(left.runtime, left.connection(), "2", ANNA)
    left.session.commit()
    assert tell(left) == 0
    planning.sync_again(left.runtime, left.connection(), "1", ANNA)
    left.session.commit()
    assert tell(left) == 1
    assert "Family1" in left.mails[0].text
