"""The command line when something cannot be done: who failed and why, what passes by itself, the way out of trouble."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import event

from huma_tripletex import connecting, reporting
from huma_tripletex.cli import waiting
from huma_tripletex.models import SyncPlan, SyncRun
from tests.flows.cli.test_commands import asked, call, worker
from tests.flows.host_parts import db, make_host_app
from tests.flows.reporting.test_summaries import mixed
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk", "worker"]


@pytest.mark.usefixtures("worker")
def test_whoever_cannot_be_added_has_failed_and_the_result_says_why(desk: Desk) -> None:
    desk.person(1, date_of_birth=None)
    desk.person(2)
    nameless = desk.employee(3, family_name="")
    desk.connect()

    answer = asked(desk, "sync", "--prefer", "huma", "--add-to-tripletex", "--add-to-huma", "--email", "ops@f.example")

    results = {row["person_id"] or row["employee_id"]: row for row in answer["results"]}
    assert results["1"] == {
        "person_id": "1",
        "employee_id": None,
        "outcome": "failed",
        "reason": "date_of_birth_missing",
    }
    assert results["2"]["outcome"] == "created"
    assert (results[str(nameless)]["outcome"], results[str(nameless)]["reason"]) == ("failed", "name_empty")
    assert answer["counts"]["failed"] == 2
    assert desk.named("Family1") == []
    reporting.send_due_mail(desk.runtime, desk.clock())
    (mail,) = desk.mails
    assert "Given1 Family1" in mail.text
    assert asked(desk, "sync", "--prefer", "huma")["counts"]["failed"] == 0, "nobody asked for them"


@pytest.mark.usefixtures("worker")
def test_a_value_that_cannot_go_where_it_was_preferred_has_failed(desk: Desk) -> None:
    desk.person(1, date_of_birth=None, phone_number="49999991")
    desk.employee(1, date_of_birth=None)
    desk.person(2, phone_number="call me", bank_account_number=None)
    desk.employee(2)
    desk.connect()

    answer = asked(desk, "sync", "--prefer", "huma")

    results = {row["person_id"]: (row["outcome"], row["reason"]) for row in answer["results"]}
    assert results["1"] == ("failed", "date_of_birth_missing")
    assert results["2"] == ("failed", "phone_invalid"), "although something else of this person was done"
    assert desk.read(2).bank_account_number
    assert answer["counts"]["failed"] == 2


@pytest.mark.parametrize("command", [["connect"], ["plan"]])
def test_what_passes_is_to_be_tried_again_by_whoever_called(quick_desk: Desk, command: list[str]) -> None:
    if command == ["plan"]:
        quick_desk.connect()
    quick_desk.fault("html", path="*", times=None)

    refused = call(quick_desk, *command, stdin=quick_desk.token())

    assert refused.exit_code == 1
    assert "not available" in refused.stderr
    assert "try again" in refused.stderr
    assert "by itself" not in refused.stderr


@pytest.mark.parametrize("status", [404, 409, 422])
def test_a_plan_that_failed_does_not_speak_of_one_person(quick_desk: Desk, status: int) -> None:
    quick_desk.connect()
    quick_desk.fault("status", path="*", status=status, times=None)

    assert "could not be compared" in call(quick_desk, "plan").stderr


def test_a_plan_finds_out_that_the_trouble_is_over(desk: Desk) -> None:
    desk.both(1)
    desk.connect()
    desk.fault("status", path="*", status=401, times=None)
    assert "no longer accepts" in call(desk, "plan").stderr
    assert asked(desk, "status")["state"] == "needs_attention"
    assert call(desk, "plan").exit_code == 1, "it is not over yet"
    desk.http("DELETE", "faults")

    assert asked(desk, "plan")["matched"]
    assert asked(desk, "status")["state"] == "connected"


def test_a_new_token_is_the_way_out(desk: Desk) -> None:
    connection = desk.connect()
    connection.change_state("needs_attention", desk.clock(), "unauthorised")
    desk.session.commit()
    other = call(desk, "connect", stdin=desk.token(company=1))
    assert other.exit_code == 1
    assert "another Tripletex company" in other.stderr

    assert asked(desk, "connect", stdin=desk.token())["state"] == "connected"
    assert call(desk, "connect", stdin=desk.token()).exit_code == 1, "it works, so it is left alone"


def pause(desk: Desk) -> None:
    connecting.pause(desk.runtime, desk.connection(), None)
    desk.session.commit()


def test_what_is_put_back_while_it_is_paused_is_not_said_to_be_sent(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk, by=None)
    pause(desk)

    said = call(desk, "retry")

    assert said.exit_code == 0
    assert said.stdout.startswith("1 changes wait to be sent again. The integration is paused. Resume it on the page")
    assert "Resume it on the page" in call(desk, "status").stdout


@pytest.mark.parametrize("command", [["sync", "--prefer", "huma"], ["undo", "--confirm"]])
def test_what_would_wait_until_somebody_resumes_is_not_begun(quick_desk: Desk, command: list[str]) -> None:
    desk = quick_desk
    mixed(desk, by=None)
    pause(desk)
    before = desk.session.query(SyncRun).count(), desk.session.query(SyncPlan).count()

    refused = call(desk, *command, "--json")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "The integration is paused. Resume it on the page" in refused.stderr
    assert "Nothing was begun." in refused.stderr
    assert (desk.session.query(SyncRun).count(), desk.session.query(SyncPlan).count()) == before
    assert call(desk, "plan").exit_code == 0, "to compare needs nobody to send anything"


def test_a_pause_while_a_sync_waits_ends_the_waiting(quick_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    desk.connect()
    passed, pauses = iter(range(0, 10_000, 4)), iter([pause])
    monkeypatch.setattr(waiting.time, "monotonic", lambda: float(next(passed)))
    monkeypatch.setattr(waiting.time, "sleep", lambda _seconds: next(pauses, lambda _desk: None)(desk))
    monkeypatch.setattr(waiting, "is_worker_there", lambda _runtime: True)

    refused = call(desk, "sync", "--prefer", "huma")

    assert refused.exit_code == 1
    assert "The integration is paused." in refused.stderr
    assert "goes on then" in refused.stderr
    assert next(passed) < 100


NOBODY = "postgresql+psycopg://huma:s3cret@127.0.0.1:1/huma"


@pytest.mark.parametrize("command", ["status", "entries", "retry", "plan", "connect", "rotate-keys", "db upgrade"])
def test_a_database_that_is_away_is_one_sentence(command: str) -> None:
    app = make_host_app(NOBODY, has_tables=True)
    given = [] if command in ("rotate-keys", "db upgrade") else ["--organisation", "1"]

    refused = app.test_cli_runner().invoke(args=["tripletex", *command.split(), *given], input="token")

    said_in_one_sentence(refused, "OperationalError")


def said_in_one_sentence(refused: Result, error: str) -> None:
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert refused.stdout == ""
    assert refused.stderr.startswith("Error: The database does not answer, or does not take what it is asked for: ")
    assert error in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert "s3cret" not in refused.stderr


@pytest.mark.parametrize("trouble", ["read-only", "gone in the middle"])
@pytest.mark.parametrize("tables_url", ["postgresql"], indirect=True)
def test_a_database_that_takes_nothing_is_one_sentence(desk: Desk, trouble: str) -> None:
    mixed(desk, by=None)
    setting, error = {
        "read-only": ("SET TRANSACTION READ ONLY", "InternalError (ReadOnlySqlTransaction, 25006)"),
        "gone in the middle": ("SELECT pg_terminate_backend(pg_backend_pid())", "(AdminShutdown, 57P01)"),
    }[trouble]

    def before(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE huma_tripletex_outbox_entry"):
            cursor.execute(setting)

    desk.session.rollback()
    event.listen(db.engine, "before_cursor_execute", before)
    try:
        refused = call(desk, "retry")
    finally:
        event.remove(db.engine, "before_cursor_execute", before)

    said_in_one_sentence(refused, error)
