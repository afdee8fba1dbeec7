"""Whatever Tripletex does to us ends in a later success or in a clear reason; nothing is lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from huma_tripletex.delivery.health import LONGEST_SNOOZE
from tests.flows.delivery_parts import Bench, bench
from tests.simulator.shapes import MEANT

PUT = "PUT /employee/{id}"


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def work_until_done(stand: Bench, seconds: float = 600, step: float = 5) -> float:
    """Lets time pass as a worker would see it; returns how long it took."""
    passed = 0.0
    while any(entry.state in ("waiting", "in_flight") for entry in stand.entries()):
        assert passed < seconds, [(entry.state, entry.reason) for entry in stand.entries()]
        stand.clock.forward(step)
        passed += step
        stand.sweep()
        stand.drain()
    return passed


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "status", "status": 503},
        {"kind": "html"},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "lie"},
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 409, "code": 8000},
        {"kind": "status", "status": 200, "headers": {MEANT: "cut off"}, "body": '{"value": {"id":'},
        {"kind": "status", "status": 200, "headers": {MEANT: "wrong type"}, "body": {"value": {"id": "x"}}},
        {"kind": "revoke_token"},
        {"kind": "status", "status": 403},
    ],
    ids=lambda fault: "-".join(str(value)[:12] for value in fault.values()),
)
@pytest.mark.parametrize("what", ["change", "create"])
def test_a_fault_passes_and_everything_arrives_once(stand: Bench, fault: dict[str, Any], what: str) -> None:
    if what == "change":
        stand.linked("p1")
        stand.fault(**fault, path="/v2/*", times=2)
        stand.edit("p1", phone_number="41000001")
    else:
        stand.person("p1", phone_number="41000001")
        stand.fault(**fault, path="/v2/*", times=2)
        stand.approve("p1", *stand.people["p1"].values, kind="create")
    stand.drain()
    work_until_done(stand)
    (row,) = stand.named("Nordmann")
    assert row["phoneNumberMobile"] == "41000001"
    assert len(row["employments"]) == 1
    assert {entry.state for entry in stand.entries()} == {"done"}
    assert stand.connection.state == "connected"


def test_a_slow_answer_does_not_lose_the_lease() -> None:
    with bench(clock=real(), lease=0.6) as stand:
        stand.linked("p1")
        stand.fault("delay", method="PUT", path="/v2/*", seconds=1.5, times=1)
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.entry().outcome == "delivered"
        assert stand.calls() == [PUT]


def real() -> Any:
    from huma_tripletex.clock import utc_now

    return utc_now


class TestRevokedToken:
    def test_everything_waits_and_goes_when_it_is_well_again(self, stand: Bench) -> None:
        for n in range(30):
            stand.linked(f"p{n}", employee_id=str(n))
        stand.fault("revoke_token", path="/v2/*")
        for n in range(30):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        connection = stand.connection
        assert (connection.state, connection.state_reason) == ("needs_attention", "unauthorised")
        assert {(entry.state, entry.attempts) for entry in stand.entries()} == {("waiting", 0)}
        asked = len(stand.http("GET", "requests"))
        for _ in range(12):
            stand.clock.forward(5)
            stand.drain()
        assert len(stand.http("GET", "requests")) - asked <= 12, "it probes gently"
        stand.http("DELETE", "faults")
        passed = 0
        while stand.connection.state != "connected":
            stand.clock.forward(1)
            passed += 1
            stand.drain()
        assert passed <= 62
        assert {entry.state for entry in stand.entries()} == {"done"}

    def test_a_connection_that_needs_attention_for_another_reason_is_not_probed(self, stand: Bench) -> None:
        stand.linked("p1")
        stand.connection.change_state("needs_attention", stand.clock(), "token_read_only")
        stand.session.commit()
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.calls() == []


class TestForbidden:
    def test_one_person_who_may_not_be_changed_is_parked_and_the_rest_goes(self, stand: Bench) -> None:
        numbers = [stand.linked(f"p{n}", employee_id=str(n)) for n in range(5)]
        stand.fault("status", status=403, method="PUT", path=f"/v2/employee/{numbers[0]}")
        for n in range(5):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        work_until_done(stand)
        assert [stand.entry(f"p{n}").state for n in range(5)] == ["parked", "done", "done", "done", "done"]
        assert stand.entry("p0").reason == "forbidden"
        assert stand.connection.state == "connected"

    def test_a_right_that_is_gone_stops_the_connection_and_keeps_everything(self, stand: Bench) -> None:
        for n in range(5):
            stand.linked(f"p{n}", employee_id=str(n))
        stand.fault("status", status=403, method="PUT", path="/v2/*")
        for n in range(5):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        assert (stand.connection.state, stand.connection.state_reason) == ("needs_attention", "forbidden")
        assert {entry.state for entry in stand.entries()} == {"waiting"}
        stand.http("DELETE", "faults")
        work_until_done(stand)
        assert {entry.state for entry in stand.entries()} == {"done"}
        assert stand.connection.state == "connected"


class TestDown:
    def test_many_people_are_not_tried_one_after_the_other(self, stand: Bench) -> None:
        for n in range(40):
            stand.linked(f"p{n}", employee_id=str(n))
        stand.fault("status", status=502, path="/v2/*")
        for n in range(40):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        assert len(stand.calls()) < 30
        assert stand.connection.snoozed_until is not None

    def test_everything_goes_within_seconds_of_the_first_good_answer(self, stand: Bench) -> None:
        """Down for two hours: the entries' own pauses are long by then, and must not matter."""
        for n in range(12):
            stand.linked(f"p{n}", employee_id=str(n))
        stand.fault("status", status=502, path="/v2/*")
        for n in range(12):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        for _ in range(240):
            stand.clock.forward(30)
            stand.drain()
        assert {entry.state for entry in stand.entries()} == {"waiting"}
        stand.http("DELETE", "faults")
        while not any(entry.state == "done" for entry in stand.entries()):
            stand.clock.forward(5)
            stand.drain()
        stand.clock.forward(5)
        stand.drain()
        assert {entry.state for entry in stand.entries()} == {"done"}


def test_what_may_pass_is_tried_for_days_and_then_parked() -> None:
    with bench() as stand:
        stand.linked("p1")
        stand.fault("status", status=500, path="/v2/*")
        stand.edit("p1", phone_number="41000001")
        passed = work_until_done(stand, seconds=120 * 3600, step=600)
        assert passed >= 72 * 3600
        assert (stand.entry().state, stand.entry().reason) == ("parked", "exhausted")
        assert stand.entry().attempts < 200


def test_what_tripletex_refuses_for_its_content_is_never_tried_again(stand: Bench) -> None:
    stand.linked("p1")
    stand.http("POST", "employees", json=[{"firstName": "Ola", "lastName": "Annen", "employeeNumber": "99"}])
    stand.edit("p1", employee_id="99")
    stand.drain()
    assert (stand.entry().state, stand.entry().reason) == ("parked", "employee_id_taken")
    assert stand.entry().detail == {"fields": ["employee_id"], "status": 422, "code": 18000}
    for _ in range(10):
        stand.clock.forward(3600)
        stand.drain()
    assert stand.calls() == [PUT]


def test_what_is_refused_does_not_hold_back_what_is_not(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.http("POST", "employees", json=[{"firstName": "Ola", "lastName": "Annen", "employeeNumber": "99"}])
    stand.edit("p1", employee_id="99", phone_number="41000001", last_workday="2031-12-31")
    stand.drain()
    row = stand.employee(number)
    assert (row["phoneNumberMobile"], row["employeeNumber"]) == ("41000001", "17")
    assert row["employments"][0]["endDate"] == "2031-12-31"
    assert (stand.entry().state, stand.entry().detail["fields"]) == ("parked", ["employee_id"])


def test_somebody_who_is_gone_in_tripletex_is_said_so(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.http("DELETE", f"employees/{number}")
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    assert (stand.entry().state, stand.entry().reason) == ("parked", "not_in_tripletex")
    assert stand.link_of().state == "left_tripletex"


def test_a_lie_that_stays_is_parked_as_different(stand: Bench) -> None:
    stand.linked("p1")
    stand.fault("lie", method="PUT", path="/v2/*", answer="stored")
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    work_until_done(stand)
    assert (stand.entry().state, stand.entry().reason) == ("parked", "different")


def test_a_lost_answer_and_an_edit_back_still_end_equal(stand: Bench) -> None:
    """What was lost may have been carried out, so the agreement proves nothing until somebody has looked."""
    number = stand.linked("p1")
    stand.fault("drop_after", method="PUT", path="/v2/*", times=1)
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    stand.edit("p1", phone_number="91234567")
    stand.clock.forward(10)
    stand.drain()
    assert stand.employee(number)["phoneNumberMobile"] == "91234567"
    assert {entry.state for entry in stand.entries()} == {"done"}


class TestPoison:
    def test_somebody_whom_the_host_cannot_load_holds_up_nobody(self, stand: Bench) -> None:
        for n in range(5):
            stand.linked(f"p{n}", employee_id=str(n))
        stand.broken.add("p2")
        for n in range(5):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        assert [stand.entry(f"p{n}").state for n in range(5)] == ["done", "done", "waiting", "done", "done"]
        work_until_done(stand)
        assert (stand.entry("p2").state, stand.entry("p2").reason) == ("parked", "internal")

    @pytest.mark.parametrize("edited", [1, 5])
    def test_a_host_that_can_load_nobody_for_a_while_parks_nobody(self, postgres_url: str, edited: int) -> None:
        """As during a migration: it is not about anybody, and all of it goes as soon as it has passed."""
        with bench(postgres_url) as stand:
            for n in range(5):
                stand.linked(f"p{n}", employee_id=str(n))
            for n in range(edited):
                stand.edit(f"p{n}", phone_number=f"410000{n:02}")
            load = stand.runtime.host.load_people

            def migrating(*_: Any) -> Any:
                stand.session.execute(text("SELECT not_there_yet FROM huma_tripletex_connection"))

            object.__setattr__(stand.runtime.host, "load_people", migrating)
            for _ in range(100):
                stand.drain()
                stand.clock.forward(60)
            waiting = {(entry.state, entry.reason, entry.attempts) for entry in stand.entries()}
            assert waiting <= {("waiting", "internal", 0), ("waiting", "", 0)}
            object.__setattr__(stand.runtime.host, "load_people", load)
            stand.clock.forward(LONGEST_SNOOZE + 1)
            stand.drain()
            assert {entry.state for entry in stand.entries()} == {"done"}
            assert stand.connection.failures == 0

    def test_nor_does_whoever_cannot_be_loaded_while_others_can_wait_for_it(self, stand: Bench) -> None:
        """Edited alone, they are told from a host that can load nobody: somebody else is tried."""
        stand.linked("p1")
        stand.linked("p2", employee_id="2")
        stand.broken.add("p2")
        stand.edit("p2", phone_number="41000002")
        work_until_done(stand)
        assert (stand.entry("p2").state, stand.entry("p2").reason) == ("parked", "internal")
        assert stand.connection.failures == 0

    def test_an_error_of_our_own_is_counted_and_parked_and_tells_no_value(
        self, stand: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        from huma_tripletex.delivery import employee_part

        def broken(*_: Any, **__: Any) -> Any:
            raise ZeroDivisionError("41000001 is a secret")

        stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        monkeypatch.setattr(employee_part, "employee_body", broken)
        stand.drain()
        assert (stand.entry().state, stand.entry().attempts) == ("waiting", 1)
        work_until_done(stand)
        assert (stand.entry().state, stand.entry().reason) == ("parked", "internal")
        assert "ZeroDivisionError" in caplog.text
        assert "41000001" not in caplog.text
