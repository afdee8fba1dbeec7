"""The way back at the command line: it says what it would put back, and does so when that is confirmed."""

from __future__ import annotations

import pytest

from huma_tripletex import reporting, syncing
from huma_tripletex.cli import waiting
from tests.flows.cli.test_commands import asked, call
from tests.flows.syncing_parts import Desk, quick_desk

__all__ = ["quick_desk"]


@pytest.fixture
def synced(quick_desk: Desk) -> Desk:
    """Two people whose phone numbers and one whose name Huma has just written, and somebody who was added."""
    quick_desk.both(1, phone_number="49999999", given_name="Other")
    quick_desk.both(2, phone_number="49999998")
    quick_desk.person(3)
    quick_desk.finish(quick_desk.approve("huma", add=True))
    return quick_desk


@pytest.fixture
def with_worker(quick_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def work(_seconds: float) -> None:
        for run_id in syncing.due_runs(quick_desk.session, quick_desk.clock()):
            syncing.carry_out(quick_desk.runtime, run_id)
        quick_desk.drain()

    monkeypatch.setattr(waiting.time, "sleep", work)
    return quick_desk


def phones(desk: Desk) -> list[str]:
    rows = {row["lastName"]: row["phoneNumberMobile"] for row in desk.http("GET", "employees")}
    return [rows["Family1"], rows["Family2"]]


def test_it_says_what_it_would_put_back_and_asks(synced: Desk) -> None:
    before = phones(synced)

    stopped = call(synced, "undo")

    assert stopped.exit_code == 3
    assert "This puts back 3 values of 2 people from the sync" in stopped.stderr
    assert "people whom it added stay." in stopped.stderr
    assert "--confirm" in stopped.stderr
    assert phones(synced) == before


def test_confirmed_it_is_put_back_and_the_result_is_the_json_alone(synced: Desk, with_worker: Desk) -> None:
    done = asked(synced, "undo", "--confirm")

    assert phones(synced) == ["49999999", "49999998"]
    assert done["counts"]["updated"] == 2
    assert {row["reason"] for row in done["results"] if row["outcome"] == "skipped"} == {"added_stays"}
    assert synced.mails == []
    again = call(synced, "undo", "--confirm")
    assert again.exit_code == 1
    assert "It has been put back already" in again.stderr
    undone = call(synced, "undo", "--run", str(done["run"]), "--confirm")
    assert (undone.exit_code, "An undo is not undone." in undone.stderr) == (1, True)


def test_one_field_of_one_person(synced: Desk, with_worker: Desk) -> None:
    stopped = call(synced, "undo", "--person", "1", "--field", "phone_number")
    assert "This puts back 1 values of 1 people" in stopped.stderr
    assert "added" not in stopped.stderr

    asked(synced, "undo", "--person", "1", "--field", "phone_number", "--confirm", "--email", "kari@fjord.example")

    assert phones(synced) == ["49999999", "40000002"]
    assert next(row["firstName"] for row in synced.http("GET", "employees") if row["lastName"] == "Family1") == "Given1"
    reporting.send_due_mail(synced.runtime, synced.clock())
    assert [mail.to for mail in synced.mails][-1] == "kari@fjord.example"


@pytest.mark.parametrize("arguments", [["--run", "99999"], ["--run", "99999", "--confirm"]])
def test_a_sync_that_is_not_there_is_a_sentence(synced: Desk, arguments: list[str]) -> None:
    refused = call(synced, "undo", *arguments)
    assert refused.exit_code == 1
    assert "There is no sync 99999 here." in refused.stderr
    assert call(synced, "undo", "--field", "salary").exit_code == 2
