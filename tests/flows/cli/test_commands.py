"""The command line keeps its word: JSON alone on standard output, exit codes, a sentence for what goes wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from huma_tripletex import planning, reporting, syncing
from huma_tripletex.cli import tripletex, waiting
from huma_tripletex.models import Connection, SyncPlan, SyncRun
from huma_tripletex.runtime import NAME
from huma_tripletex.vault import Vault, new_key
from tests.flows.planning_parts import ANNA, ORGANISATION, facts
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def call(desk: Desk, *arguments: str, stdin: str = "", organisation: str = ORGANISATION) -> Result:
    given = [*arguments, "--organisation", organisation]
    return desk.app.test_cli_runner().invoke(args=["tripletex", *given], input=stdin)


def asked(desk: Desk, *arguments: str, stdin: str = "") -> Any:
    """The JSON of a command that ran to its end."""
    done = call(desk, *arguments, "--json", stdin=stdin)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the command waits, a worker works."""

    def work(_seconds: float) -> None:
        for run_id in syncing.due_runs(desk.session, desk.clock()):
            syncing.carry_out(desk.runtime, run_id)
        desk.drain()

    monkeypatch.setattr(waiting.time, "sleep", work)


def test_connect_reads_the_token_from_standard_input(desk: Desk) -> None:
    assert asked(desk, "status")["state"] == "not_connected"

    made = asked(desk, "connect", stdin=desk.token() + "\n")

    assert made["company"]
    assert made["state"] == "connected"
    status = asked(desk, "status")
    assert (status["state"], status["active"], status["reason"]) == ("connected", False, "not_active")
    assert desk.token() not in json.dumps(made)


@pytest.mark.parametrize(
    ("stdin", "says"), [("", "No employee token"), ("no-such-token\n", "does not know this employee token")]
)
def test_a_token_that_is_no_good_is_a_sentence_and_nothing_is_stored(quick_desk: Desk, stdin: str, says: str) -> None:
    refused = call(quick_desk, "connect", "--json", stdin=stdin)

    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert says in refused.stderr
    assert "no-such-token" not in refused.stderr
    assert quick_desk.session.query(Connection).count() == 0


@pytest.mark.parametrize(
    "command", [["plan"], ["sync", "--prefer", "huma"], ["undo"], ["entries"], ["retry"], ["disconnect"]]
)
def test_without_a_connection_every_command_says_how_to_make_one(quick_desk: Desk, command: list[str]) -> None:
    refused = call(quick_desk, *command)

    assert refused.exit_code == 1
    assert "is not connected to Tripletex" in refused.stderr
    assert "flask tripletex connect" in refused.stderr


def test_an_organisation_must_be_named(quick_desk: Desk) -> None:
    refused = quick_desk.app.test_cli_runner().invoke(args=["tripletex", "entries"])

    assert refused.exit_code == 2
    assert "--organisation" in refused.stderr


def test_the_plan_is_the_one_object_that_was_promised_and_writes_nothing(desk: Desk) -> None:
    conflict = desk.both(1, phone_number="49999999")
    desk.person(2, phone_number=None)
    missing = desk.employee(2)
    desk.person(3)
    desk.person(4, employee_id=None)
    desk.person(5, **{**facts(4), "employee_id": None})
    alone = desk.employee(6)
    twin = desk.employee(4, employee_id=None)
    desk.connect()
    desk.http("DELETE", "requests")

    plan = asked(desk, "plan")

    assert set(plan) == {"matched", "only_in_huma", "only_in_tripletex", "uncertain"}
    matched = {match["person_id"]: match for match in plan["matched"]}
    assert matched["1"] == {
        "person_id": "1",
        "employee_id": str(conflict),
        "matched_by": "employee_id",
        "differences": [{"field": "phone_number", "huma": "40000001", "tripletex": "+4749999999", "kind": "conflict"}],
    }
    assert matched["2"]["employee_id"] == str(missing)
    assert [one["kind"] for one in matched["2"]["differences"]] == ["missing_in_huma"]
    assert plan["only_in_huma"] == ["3"]
    assert str(alone) in plan["only_in_tripletex"]
    (group,) = plan["uncertain"]
    assert sorted(group["person_ids"]) == ["4", "5"]
    assert group["employee_ids"] == [str(twin)]
    assert group["why"]
    assert {method for method, _ in desk.requests()} <= {"GET"}


def test_a_comparison_in_which_somebody_has_made_choices_is_not_put_away_unasked(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma", by=ANNA)
    desk.session.commit()
    plan_id = plan.id

    stopped = call(desk, "plan")

    assert stopped.exit_code == 3
    assert "Anna Berg" in stopped.stderr
    assert "--confirm" in stopped.stderr
    assert desk.session.get_one(SyncPlan, plan_id, populate_existing=True).state == "ready"
    assert call(desk, "plan", "--confirm").exit_code == 0


@pytest.mark.usefixtures("worker")
def test_sync_plans_approves_runs_waits_and_prints_the_result(desk: Desk) -> None:
    changed = desk.both(1, phone_number="49999999")
    desk.both(2)
    desk.person(3)
    desk.both(4, bank_account_number="15100000072")
    desk.connect()
    refused = {"method": "PUT", "status": 422, "code": 18000, "times": None}
    desk.fault("status", path=f"/v2/employee/{desk.named('Family4')[0]['id']}", **refused)

    answer = asked(desk, "sync", "--prefer", "huma", "--add-to-tripletex", "--confirm")

    assert set(answer) == {"results", "counts"}
    results = {row["person_id"]: row for row in answer["results"]}
    created = str(desk.named("Family3")[0]["id"])
    assert results["1"] == {"person_id": "1", "employee_id": str(changed), "outcome": "updated", "reason": ""}
    assert results["2"]["outcome"] == "nothing_to_do"
    assert results["3"] == {"person_id": "3", "employee_id": created, "outcome": "created", "reason": ""}
    assert (results["4"]["outcome"], results["4"]["reason"]) == ("failed", "rejected")
    assert answer["counts"]["created"] == answer["counts"]["updated"] == answer["counts"]["failed"] == 1
    assert desk.in_tripletex(changed)["phoneNumberMobile"] == "40000001"
    assert desk.session.query(SyncRun).one().mail_state == "none", "a command mails nobody"
    waiting_now = asked(desk, "entries")
    assert [entry["state"] for entry in waiting_now["entries"]] == ["parked"]
    assert waiting_now["entries"][0]["reason"] == "rejected"


@pytest.mark.usefixtures("worker")
def test_nobody_is_added_unless_told(desk: Desk) -> None:
    desk.person(1)
    desk.employee(2)
    desk.connect()

    answer = asked(desk, "sync", "--prefer", "tripletex")

    assert answer["results"] == []
    assert desk.named("Family1") == []
    again = asked(desk, "plan")
    assert again["only_in_huma"] == ["1"], "and they are asked about again"


@pytest.mark.usefixtures("worker")
def test_what_still_differs_is_counted_and_what_could_not_be_done_is_told_once(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.person(2, date_of_birth=None)
    desk.person(3, bank_account_number="12345678901")
    desk.employee(3)
    desk.person(4)
    desk.connect()
    planning.never_sync(desk.runtime, desk.connection(), "4", ANNA)
    desk.session.commit()

    said = call(desk, "sync", "--prefer", "huma", "--add-to-tripletex")

    assert said.exit_code == 0, said.stderr
    assert "failed: 2" in said.stdout
    owners = "3 people are in one system only, and are not added to the other."
    assert said.stdout.splitlines()[-3:] == ["still different: 3", owners, "1 person is left out of every sync."]
    answer = call(desk, "sync", "--prefer", "huma", "--json")
    assert set(json.loads(answer.stdout)) == {"results", "counts"}, "standard output is the JSON alone"
    assert "1 person is in one system only, and cannot be added to the other as they are." in answer.stderr


@pytest.mark.usefixtures("worker")
def test_the_result_is_mailed_to_whom_the_command_says(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.connect()
    asked(desk, "sync", "--prefer", "huma", "--email", "ops@fjord.example")

    reporting.send_due_mail(desk.runtime, desk.clock())

    assert [mail.to for mail in desk.mails] == ["ops@fjord.example"]


@pytest.mark.usefixtures("worker")
def test_a_plan_that_changes_many_stops_to_ask(desk: Desk) -> None:
    for number in range(1, 5):
        desk.both(number, phone_number=f"4999999{number}")
    desk.connect()

    stopped = call(desk, "sync", "--prefer", "huma", "--json")

    assert stopped.exit_code == 3
    assert stopped.stdout == ""
    assert "--confirm" in stopped.stderr
    assert desk.session.query(SyncRun).count() == 0
    assert not [call for call in desk.requests() if call[0] == "PUT"]
    assert asked(desk, "sync", "--prefer", "huma", "--confirm")["counts"]["updated"] == 4


def test_sync_without_a_worker_says_so_rather_than_wait_for_ever(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999")
    desk.connect()
    passed = iter(range(0, 10_000, 4))
    monkeypatch.setattr(waiting.time, "monotonic", lambda: float(next(passed)))
    monkeypatch.setattr(waiting.time, "sleep", lambda _seconds: None)

    refused = call(desk, "sync", "--prefer", "huma", "--json")

    assert refused.exit_code == 1
    assert "no worker is running" in refused.stderr
    assert "flask tripletex worker" in refused.stderr
    assert refused.stdout == ""


def test_retry_and_disconnect_do_what_the_buttons_do(desk: Desk) -> None:
    employee = desk.both(1)
    desk.finish(desk.approve())
    desk.change(1, bank_account_number="123")
    desk.drain()
    assert asked(desk, "retry") == {"retried": 1}
    assert [entry["state"] for entry in asked(desk, "entries")["entries"]] == ["waiting"]

    stopped = call(desk, "disconnect")
    assert (stopped.exit_code, stopped.stdout) == (3, "")
    assert asked(desk, "disconnect", "--confirm")["disconnected"]
    assert asked(desk, "status")["state"] == "not_connected"
    assert employee


def test_pause_and_resume_do_what_the_buttons_do(desk: Desk) -> None:
    desk.both(1)
    desk.finish(desk.approve())

    said = call(desk, "pause")
    desk.change(1, phone_number="41111111")
    desk.drain()

    assert f"tripletex resume --organisation {ORGANISATION}" in said.stdout
    assert asked(desk, "pause")["paused"], "it stays paused, whoever says so twice"
    assert asked(desk, "status")["state"] == "paused"
    assert [entry["state"] for entry in asked(desk, "entries")["entries"]] == ["waiting"]

    assert call(desk, "resume").stdout.endswith(" is resumed. Waiting: 1.\n")
    desk.drain()
    assert asked(desk, "entries")["entries"] == []
    refused = call(desk, "resume")
    assert (refused.exit_code, "not paused" in refused.stderr) == (1, True)


def test_what_needs_attention_is_not_paused_and_the_command_says_what_it_needs(desk: Desk) -> None:
    desk.both(1)
    connection = desk.finish(desk.approve()).connection_id
    desk.session.get_one(Connection, connection).change_state("needs_attention", desk.clock(), "unauthorised")
    desk.session.commit()

    refused = call(desk, "pause")

    assert refused.exit_code == 1
    assert "Nothing is sent" in refused.stderr
    assert "token" in refused.stderr


def test_people_read_sentences(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.connect()

    plan, status, entries = (call(desk, command).stdout for command in ("plan", "status", "entries"))

    assert "1 people are in both systems; 1 differences in 1 of them." in plan
    assert "Not active." in status
    assert "Complete a first sync." in status
    assert "Nothing waits" in entries


def test_a_new_key_is_one_that_works_and_needs_no_application() -> None:
    printed = CliRunner().invoke(tripletex, ["new-key", "--name", "k9"])

    assert printed.exit_code == 0
    vault = Vault.from_settings(printed.stdout.strip())
    assert vault.open(vault.seal(b"x", 1), 1) == b"x"


def test_after_rotating_the_old_key_may_go(desk: Desk) -> None:
    desk.both(1, phone_number="49999999")
    desk.finish(desk.approve())
    old = desk.runtime.vault
    fresh = Vault.from_settings(new_key("new"))
    both = Vault({**fresh.keys, **old.keys}, old.hash_key)
    desk.app.extensions[NAME] = replace(desk.runtime, vault=both)

    turned = desk.app.test_cli_runner().invoke(args=["tripletex", "rotate-keys"])

    assert turned.exit_code == 0, turned.stderr
    desk.session.expire_all()
    desk.runtime = desk.app.extensions[NAME] = replace(desk.runtime, vault=Vault(fresh.keys, old.hash_key))
    run = desk.session.query(SyncRun).one()
    assert [row.name for row in reporting.every_row(desk.runtime, run)] == ["Given1 Family1"]
    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1
    assert desk.plan().state == "ready", "the token opens too"
    again = desk.app.test_cli_runner().invoke(args=["tripletex", "rotate-keys"])
    assert again.stdout.startswith("0 values")


def test_the_tables_are_made_by_a_command(quick_desk: Desk) -> None:
    done = quick_desk.app.test_cli_runner().invoke(args=["tripletex", "db", "upgrade"])

    assert done.exit_code == 0
    assert "up to date" in done.stdout
