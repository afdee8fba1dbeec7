"""The command line when something cannot be done: who failed and why, what passes by itself, the way out of trouble."""

from __future__ import annotations

import pytest

from huma_tripletex import reporting
from tests.flows.syncing_parts import Desk, desk, quick_desk
from tests.flows.test_cli import asked, call, worker

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
