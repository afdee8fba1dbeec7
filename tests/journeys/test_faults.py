"""Whatever goes wrong on the way, nothing is lost and nobody is added twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from tests.parts.processes import eventually
from tests.parts.stage import Stage

FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "times": 2},
    {"kind": "status", "status": 503, "times": 2},
    {"kind": "status", "status": 409, "code": 8000, "times": 1},
    {"kind": "delay", "seconds": 2, "times": 1},
    {"kind": "drop_before", "times": 2},
    {"kind": "drop_after", "times": 2},
    {"kind": "rate_limit", "limit": 3, "period": 1, "times": None},
    {"kind": "html", "times": 2},
]
NUMBERS = [f"{number}" for number in range(1002, 1002 + len(FAULTS))]


@pytest.fixture(params=["postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """These look at Tripletex's side, so one database is enough."""
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def synchronised(empty_stage: Stage) -> Stage:
    """Connected and synchronised; the worker has gone home."""
    with empty_stage.worker():
        organisation = ("--organisation", empty_stage.organisation())
        assert empty_stage.command("connect", *organisation, stdin=empty_stage.tokens[0]).returncode == 0
        done = empty_stage.command("sync", *organisation, "--prefer", "huma", "--add-to-tripletex", "--confirm")
        assert done.returncode == 0, done.stderr
    return empty_stage


@pytest.fixture
def active(synchronised: Stage) -> Iterator[Stage]:
    """The same, with a worker."""
    with synchronised.worker():
        yield synchronised


def test_every_fault_during_delivery_ends_in_a_later_success(active: Stage) -> None:
    """Each fault meets somebody else, all at the same time."""
    people = [row for row in active.tripletex.employees() if row["employeeNumber"] in NUMBERS]
    assert len(people) == len(FAULTS)
    for row, fault in zip(people, FAULTS, strict=True):
        active.tripletex.fault(method="PUT", path=f"/v2/employee/{row['id']}", **fault)
    wanted = {row["employeeNumber"]: f"9000{row['employeeNumber']}" for row in people}
    for row in people:
        active.edit(row["firstName"], row["lastName"], phone_number=wanted[row["employeeNumber"]])

    eventually(lambda: phones(active) == wanted, 60)
    active.tripletex.no_faults()
    eventually(lambda: status(active)["waiting"] == 0, 30)
    assert status(active)["parked_people"] == 0


def phones(stage: Stage) -> dict[str, str]:
    rows = stage.tripletex.employees()
    return {row["employeeNumber"]: row["phoneNumberMobile"] for row in rows if row["employeeNumber"] in NUMBERS}


def test_a_reply_that_is_lost_never_makes_a_second_employee(empty_stage: Stage) -> None:
    organisation = ("--organisation", empty_stage.organisation())
    assert empty_stage.command("connect", *organisation, stdin=empty_stage.tokens[0]).returncode == 0
    for path in ("/v2/employee", "/v2/employee/list", "/v2/employee/employment"):
        empty_stage.tripletex.fault("drop_after", method="POST", path=path, times=2)

    with empty_stage.worker():
        done = empty_stage.command(
            "sync", *organisation, "--prefer", "huma", "--add-to-tripletex", "--confirm", "--json"
        )

    assert done.returncode == 0, done.stderr
    numbers = Counter(row["employeeNumber"] for row in empty_stage.tripletex.employees() if row["employeeNumber"])
    assert numbers["1023"] == numbers["1024"] == 1
    assert max(numbers.values()) == 1
    for number in ("1023", "1024"):
        assert len(empty_stage.tripletex.employee(number)["employments"]) == 1


def test_an_emptied_redis_costs_seconds_and_no_change(active: Stage) -> None:
    with Redis.from_url(active.environ["REDIS_URL"]) as redis:
        for number in range(10):
            active.edit("Per", "Haugen", phone_number=f"9100000{number}")
            redis.flushall()

    eventually(lambda: active.tripletex.employee("1004")["phoneNumberMobile"] == "91000009", 10)


def test_a_killed_worker_is_taken_over_within_seconds(synchronised: Stage) -> None:
    """It held the only change, whose answer would have taken longer than the test waits."""
    stage = synchronised
    stage.tripletex.fault("delay", method="PUT", path="/v2/employee/*", seconds=30, times=1)
    with stage.worker() as doomed:
        stage.edit("Per", "Haugen", phone_number="92000001")
        eventually(lambda: status(stage)["in_flight"] == 1)
        doomed.kill()
        doomed.wait()
    stage.edit("Liv", "Strand", phone_number="92000002")

    with stage.worker():
        eventually(lambda: stage.tripletex.employee("1005")["phoneNumberMobile"] == "92000002", 15)
        eventually(lambda: stage.tripletex.employee("1004")["phoneNumberMobile"] == "92000001", 15)


def test_a_revoked_token_pauses_keeps_everything_and_says_so_once(active: Stage) -> None:
    active.tripletex.fault("status", status=401, code=3000, times=None)
    active.edit("Per", "Haugen", phone_number="93000001")

    eventually(lambda: status(active)["state"] == "needs_attention", 30)
    told = [mail for mail in active.mails() if "attention" in mail["Subject"].lower()]
    active.tripletex.no_faults()
    eventually(lambda: active.tripletex.employee("1004")["phoneNumberMobile"] == "93000001", 120)

    assert len(told) <= 1
    assert status(active)["state"] == "connected"


def status(stage: Stage) -> dict[str, Any]:
    done = stage.command("status", "--organisation", stage.organisation(), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_fault_during_a_comparison_ends_in_a_plan_or_a_sentence(empty_stage: Stage) -> None:
    organisation = ("--organisation", empty_stage.organisation())
    empty_stage.command("connect", *organisation, stdin=empty_stage.tokens[0])

    for fault in FAULTS:
        empty_stage.tripletex.fault(method="GET", path="/v2/employee*", **fault)
        done = empty_stage.command("plan", *organisation, "--json")
        empty_stage.tripletex.no_faults()

        if done.returncode == 0:
            assert json.loads(done.stdout)["matched"]
        else:
            assert "Tripletex" in done.stderr, fault
            assert "Traceback" not in done.stderr, fault
