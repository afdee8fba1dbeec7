"""The whole job without a browser: connect, plan, sync, and then an edit in Huma arrives in Tripletex."""

from __future__ import annotations

import json
from typing import Any

from tests.parts.processes import eventually
from tests.parts.stage import Stage

KEYS = {
    "given_name",
    "family_name",
    "phone_number",
    "date_of_birth",
    "bank_account_number",
    "employee_id",
    "first_workday",
    "last_workday",
}


def asked(stage: Stage, *arguments: str, stdin: str = "") -> dict[str, Any]:
    """The JSON of a command that ran to its end."""
    done = stage.command(*arguments, "--organisation", stage.organisation(), "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_operator_connects_plans_syncs_and_an_edit_arrives(stage: Stage) -> None:
    asked(stage, "connect", stdin=stage.tokens[0] + "\n")

    plan = asked(stage, "plan")
    assert {"matched", "only_in_huma", "only_in_tripletex", "uncertain"} <= plan.keys()
    fields = {difference["field"] for match in plan["matched"] for difference in match["differences"]}
    assert fields == KEYS
    assert len(plan["uncertain"]) == 1
    assert all(isinstance(number, str) for number in plan["only_in_huma"] + plan["only_in_tripletex"])
    assert not any(
        row["method"] in {"POST", "PUT"} and "session" not in row["path"] for row in stage.tripletex.requests()
    )

    result = asked(stage, "sync", "--prefer", "huma", "--add-to-huma", "--add-to-tripletex", "--confirm")
    outcomes = {row["outcome"] for row in result["results"]}
    assert {"created", "updated"} <= outcomes
    assert stage.tripletex.employee("1010")["phoneNumberMobile"] == "91234567"
    assert stage.tripletex.employee("1023")["firstName"] == "Ingvild"

    stage.edit("Per", "Haugen", phone_number="+47 987 65 432")
    eventually(lambda: stage.tripletex.employee("1004")["phoneNumberMobile"] == "98765432")
    status = asked(stage, "status")
    assert status["waiting"] == 0


def test_a_plan_needs_neither_worker_nor_redis(empty_stage: Stage) -> None:
    environ = dict(empty_stage.environ)
    environ["REDIS_URL"] = "redis://127.0.0.1:1/0"
    empty_stage.environ = environ

    asked(empty_stage, "connect", stdin=empty_stage.tokens[0])
    plan = asked(empty_stage, "plan")

    assert plan["matched"]


def test_a_wrong_token_is_refused_with_a_sentence_and_nothing_is_stored(empty_stage: Stage) -> None:
    refused = empty_stage.command("connect", "--organisation", empty_stage.organisation(), stdin="not a token")

    assert refused.returncode not in (0, 3)
    assert "token" in refused.stderr
    assert "not a token" not in refused.stderr
    assert empty_stage.command("plan", "--organisation", empty_stage.organisation()).returncode != 0


def test_a_database_that_is_away_is_said_in_a_sentence(empty_stage: Stage) -> None:
    empty_stage.environ = {**empty_stage.environ, "DATABASE_URL": "postgresql+psycopg://huma:s3cret@127.0.0.1:1/huma"}

    refused = empty_stage.command("status", "--organisation", "1")

    assert refused.returncode == 1
    assert [line for line in refused.stderr.splitlines() if line] == [
        "Error: The database that DATABASE_URL names does not answer (OperationalError). Start it."
    ]
