"""The worker's own log: a line when a connection stops flowing, needs somebody or is well again, and one for whoever is
parked; each once, after its commit, and without a value.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from huma_tripletex import planning
from huma_tripletex.jobs import upkeep
from huma_tripletex.models import Connection
from huma_tripletex.models.process_log import say_well_again
from tests.flows.delivery_parts import Bench, bench
from tests.flows.host_parts import db
from tests.flows.outbox_parts import Hands

SECRETS = ("41000", "Nordmann", "Kari", "12345678903", "1234.56")


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    with caplog.at_level(logging.INFO, "huma_tripletex"):
        yield Lines(caplog)


class Lines:
    """What was logged about connections since it was last asked, request ids apart."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self.requests: list[str] = []

    def __call__(self) -> list[tuple[str, str]]:
        found = [(one.levelname, one.getMessage()) for one in self._caplog.records]
        self._caplog.clear()
        assert not any(secret in message for _, message in found for secret in SECRETS)
        told = [(level, *message.partition(", request ")) for level, message in found if "connection 1" in message]
        self.requests = [request for *_, request in told]
        return [(level, message) for level, message, *_ in told]


def keep_on(stand: Bench, seconds: int = 300) -> None:
    for _ in range(seconds // 5):
        stand.clock.forward(5)
        stand.sweep()
        stand.drain()


@pytest.mark.parametrize(("status", "reason"), [(500, "unavailable"), (503, "unavailable")])
def test_trouble_is_told_as_it_begins_and_as_it_ends(stand: Bench, lines: Lines, status: int, reason: str) -> None:
    for n in range(12):
        stand.linked(f"p{n}", employee_id=str(n + 1), family_name=f"N{n}")
        stand.edit(f"p{n}", phone_number=f"410000{n:02}")
    stand.fault("status", status=status, path="/v2/employee*", times=None)
    stand.drain()
    assert lines() == [("WARNING", f"connection 1 does not flow: {reason}")]
    assert lines.requests != ["none"], "there is an id to give to Tripletex's support"
    keep_on(stand)
    assert lines() == [], "it is told once"

    stand.http("DELETE", "faults")
    keep_on(stand)

    assert lines() == [("INFO", "connection 1 is well again")]
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_a_token_that_is_refused_needs_attention_once(stand: Bench, lines: Lines) -> None:
    stand.linked("p1")
    stand.edit("p1", phone_number="41000001")
    stand.fault("status", status=401, code=3000, path="/v2/*", times=None)
    stand.drain()
    assert lines() == [("WARNING", "connection 1 needs attention: unauthorised")]
    keep_on(stand)
    assert lines() == []
    stand.http("DELETE", "faults")
    keep_on(stand)
    assert lines() == [("INFO", "connection 1 is well again")]


@pytest.mark.parametrize("how", ["look", "compare"])
def test_so_it_is_if_no_drain_has_found_it(stand: Bench, lines: Lines, how: str) -> None:
    def hear() -> None:
        if how == "look":
            stand.connection.checked_at = stand.connection.check_not_before = None
            stand.session.commit()
            return upkeep.check_tokens(stand.runtime, lambda: False)
        plan = planning.begin(stand.runtime, stand.connection, None)
        stand.session.commit()
        with contextlib.suppress(AssertionError):
            planning.draft(stand.runtime, plan.id)
        return None

    stand.linked("p1")
    stand.fault("status", status=401, code=3000, path="/v2/*", times=None)
    hear()
    (line,) = lines()
    assert line[0] == "WARNING"
    assert line[1].startswith("connection 1 needs attention: ")
    stand.http("DELETE", "faults")
    stand.connection.checked_at = stand.connection.check_not_before = None
    stand.session.commit()
    upkeep.check_tokens(stand.runtime, lambda: False)
    assert lines() == [("INFO", "connection 1 is well again")]


def test_an_answer_that_no_drain_hears_ends_it(stand: Bench, lines: Lines) -> None:
    stand.linked("p1")
    stand.fault("status", status=500, path="/v2/employee*", times=None)
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    assert lines() == [("WARNING", "connection 1 does not flow: unavailable")]
    stand.http("DELETE", "faults")
    stand.connection.checked_at = None
    stand.session.commit()
    upkeep.check_tokens(stand.runtime, lambda: False)
    stand.clock.forward(60)
    stand.drain()
    assert lines() == [("INFO", "connection 1 is well again")]


def test_whoever_is_parked_is_a_line_with_what_support_asks_for(stand: Bench, lines: Lines) -> None:
    for n in (1, 2):
        stand.linked(f"p{n}", employee_id=str(n), family_name=f"N{n}")
    stand.fault("status", status=422, path="/v2/employee/*", method="PUT", times=2)
    for n in (1, 2):
        stand.edit(f"p{n}", phone_number=f"4100000{n}")
        stand.edit(f"p{n}", date_of_birth="1990-05-18")
    stand.drain()

    told = sorted(lines())

    entries = {one.person_id: one for one in stand.entries() if one.state == "parked"}
    assert {level for level, _ in told} == {"WARNING"}
    assert len(told) == len(entries) == 2, "two entries of each, and one line"
    for number, (_, line) in zip((1, 2), told, strict=True):
        assert line.startswith(f"connection 1: person p{number} needs attention: {entries[f'p{number}'].reason} (")
        assert "phone_number" in line
    assert sorted(lines.requests) == sorted(one.request_id for one in entries.values())
    keep_on(stand)
    assert lines() == [], "once"


def test_whoever_cannot_be_loaded_is_told_by_the_fields_of_what_waits(stand: Bench, lines: Lines) -> None:
    stand.linked("p1")
    stand.linked("p2", employee_id="2")
    stand.broken.add("p2")
    stand.edit("p2", phone_number="41000002")
    keep_on(stand)
    assert stand.entry("p2").state == "parked"
    parked = [line for line in lines() if "person" in line[1]]
    assert parked == [("WARNING", "connection 1: person p2 needs attention: internal (phone_number)")]


def test_what_is_rolled_back_is_not_told(stand: Bench, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database ends the first two commits: one line, after the third."""
    stand.linked("p1")
    stand.edit("p1", phone_number="41000001")
    stand.fault("status", status=401, code=3000, path="/v2/*", times=None)
    commit, tried = stand.session.commit, []

    def failing() -> None:
        if any(isinstance(one, Connection) and one.state == "needs_attention" for one in stand.session.dirty):
            tried.append(lines())
            if len(tried) < 3:
                raise OperationalError("COMMIT", {}, Exception("gone"))
        commit()

    monkeypatch.setattr(stand.session, "commit", failing)
    stand.drain()
    assert tried == [[], [], []]
    assert lines() == [("WARNING", "connection 1 needs attention: unauthorised")]


def test_a_savepoint_is_no_commit(runtime: Any, connection: Connection, clock: Any, lines: Lines) -> None:
    Hands(clock, connection.id).change("a")
    with db.session.begin_nested():
        say_well_again(db.session(), connection.id)
    assert lines() == []
    db.session.rollback()
    db.session.commit()
    assert lines() == []
    say_well_again(db.session(), connection.id)
    db.session.commit()
    db.session.commit()
    assert lines() == [("INFO", f"connection {connection.id} is well again")]
