# ruff: noqa: F811 - fixtures are imported by their names
"""Drafting a plan: what it finds, how it is seen to go on, and that a worker may die or stop at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select, update

from huma_tripletex import connecting, planning
from huma_tripletex.clock import utc_now
from huma_tripletex.gateway.agreement import agreed_hash
from huma_tripletex.models import Conflict, Connection, LogLine, PersonLink, PlanItem, SyncPlan
from huma_tripletex.planning import NotPossible
from tests.flows.planning_parts import ANNA, ODA, Stand, blind, flows, hurried, quick, stand  # noqa: F401
from tests.parts.tripletex import NEARLY_OVER

drafting = import_module("huma_tripletex.planning.draft")


class Killed(BaseException):
    """Stands for a worker that is gone: nothing of ours catches it."""


def items(flows: Stand, plan: SyncPlan) -> dict[tuple[str, str | None], PlanItem]:
    found = flows.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id))
    return {(item.kind, item.person_id or str(item.employee_id)): item for item in found}


def conflicts(flows: Stand, plan: SyncPlan) -> dict[str, tuple[str, str | None]]:
    found = flows.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id))
    return {conflict.field: (conflict.kind, conflict.choice) for conflict in found}


def link(flows: Stand, number: int, employee: int | None, **agreed: str | None) -> PersonLink:
    connection, vault = flows.connection(), flows.runtime.vault
    hashes = {key: agreed_hash(vault, connection.id, str(number), key, value) for key, value in agreed.items()}
    row = PersonLink(
        connection_id=connection.id,
        person_id=str(number),
        employee_id=employee,
        agreed=hashes,
        linked_at=flows.clock(),
    )
    flows.session.add(row)
    flows.session.commit()
    return row


def test_everybody_is_found_once(flows: Stand) -> None:
    flows.person(1)
    flows.employee(1)
    flows.person(2)
    lonely = flows.employee(3)
    plan = flows.plan()
    assert (plan.state, plan.step) == ("ready", "done")
    assert plan.read_at == flows.clock()
    found = items(flows, plan)
    owners = plan.counts["only_in_tripletex"] - 1
    assert owners == 3, "the owners of the tokens are employees too"
    assert found["matched", "1"].matched_by == "employee_id"
    assert (found["only_in_huma", "2"].choice, found["only_in_huma", "2"].blocked) == ("add", [])
    assert found["only_in_tripletex", str(lonely)].choice == "add"
    assert [item.choice for key, item in found.items() if item.why == "no_employment"] == [None] * owners
    assert conflicts(flows, plan) == {}


def test_capture_begins_with_the_comparison(quick: Stand) -> None:
    connection = quick.connect()
    planning.begin(quick.runtime, connection, None, "drift")
    assert connection.capturing_since is None
    planning.begin(quick.runtime, connection, ANNA)
    assert connection.capturing_since == quick.clock()


def test_two_way_at_first(flows: Stand) -> None:
    missing = {"bank_account_number": None, "last_workday": "2026-01-01"}
    flows.person(1, phone_number="+47 91 23 45 67", family_name="Dahl", **missing)
    flows.employee(1, phone_number="91234567", family_name="Dale", last_workday=None)
    found = conflicts(flows, flows.plan())
    assert found == {
        "family_name": ("conflict", None),
        "bank_account_number": ("missing_in_huma", "tripletex"),
        "last_workday": ("missing_in_tripletex", "huma"),
    }


def test_three_way_once_something_was_agreed(flows: Stand) -> None:
    flows.person(1, given_name="New", family_name="Old", phone_number="40000001", employee_id=None)
    employee = flows.employee(1, given_name="Old", family_name="New", phone_number="40000002")
    link(
        flows,
        1,
        employee,
        given_name="Old",
        family_name="Old",
        phone_number="+4740000003",
        employee_id="1001",
    )
    plan = flows.plan()
    rows = {row.field: row for row in flows.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id))}
    assert {key: (row.changed_by, row.choice, row.chosen) for key, row in rows.items()} == {
        "given_name": ("huma", "huma", "preselected"),
        "family_name": ("tripletex", "tripletex", "preselected"),
        "phone_number": ("both", None, ""),
        "employee_id": ("huma", None, ""),
    }, "clearing is never preselected"
    assert items(flows, plan)["matched", "1"].matched_by == "link"


def test_tripletex_is_read_in_pages_and_never_by_person(quick: Stand) -> None:
    for number in range(30):
        quick.person(number)
        quick.employee(number)
    quick.connect()
    quick.http("DELETE", "requests")
    quick.plan()
    assert sorted(quick.requests()) == sorted(
        ("GET", f"/v2/{what}") for what in ("country", "department", "division", "employee")
    )


def test_a_session_that_was_made_is_kept(quick: Stand) -> None:
    connection = quick.connect()
    before = connection.sealed_session
    quick.clock.passes(days=3)
    quick.plan()
    quick.session.refresh(connection)
    assert connection.sealed_session != before
    assert connection.session_expires_on > quick.clock().date()


def test_progress_counts_people_and_never_goes_back(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "CHUNK", 2)
    for number in range(7):
        flows.person(number)
        flows.employee(number)
    plan = planning.begin(flows.runtime, flows.connection(), ANNA)
    flows.session.commit()
    seen: list[tuple[str, int, int, dict[str, Any]]] = []
    planning.draft(flows.runtime, plan.id, stop=watch(flows, plan.id, seen))
    steps = [step for step, *_ in seen]
    assert list(dict.fromkeys(steps)) == ["huma", "tripletex", "matching", "comparing"]
    counted = [done for _, done, total, _ in seen if total]
    assert counted == sorted(counted)
    assert len(counted) > 3
    assert {total for _, _, total, _ in seen} == {0, 10}
    assert seen[-1][3]["huma"] == 7
    assert seen[-1][3]["tripletex"] == 10


def watch(flows: Stand, plan_id: int, seen: list[Any], dies_after: int | None = None) -> Callable[[], bool]:
    """What another process sees of the plan, each time the worker asks whether to stop."""

    def stop() -> bool:
        engine = flows.session.get_bind()
        columns = (SyncPlan.step, SyncPlan.done, SyncPlan.total, SyncPlan.counts)
        with engine.connect() as connection:
            seen.append(tuple(connection.execute(select(*columns).where(SyncPlan.id == plan_id)).one()))
        if len(seen) == dies_after:
            raise Killed
        return False

    return stop


@pytest.mark.parametrize("dies_after", range(1, 9))
def test_a_killed_worker_is_followed_by_another(quick: Stand, monkeypatch: pytest.MonkeyPatch, dies_after: int) -> None:
    dies_and_is_followed(quick, monkeypatch, dies_after)


def test_a_worker_killed_while_it_compares_is_followed(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    dies_and_is_followed(flows, monkeypatch, 6)


def dies_and_is_followed(flows: Stand, monkeypatch: pytest.MonkeyPatch, dies_after: int) -> None:
    monkeypatch.setattr(drafting, "CHUNK", 3)
    for number in range(6):
        flows.person(number, phone_number=None)
        flows.employee(number)
    plan = planning.begin(flows.runtime, flows.connection(), ANNA)
    flows.session.commit()
    assert planning.due_plans(flows.session, flows.clock()) == [plan.id]
    seen: list[Any] = []
    with pytest.raises(Killed):
        planning.draft(flows.runtime, plan.id, stop=watch(flows, plan.id, seen, dies_after))
    flows.session.rollback()
    assert planning.due_plans(flows.session, flows.clock()) == []
    planning.draft(flows.runtime, plan.id)
    flows.session.refresh(plan)
    assert plan.state == "drafting", "the lease is still out"
    flows.clock.passes(seconds=21)
    assert planning.due_plans(flows.session, flows.clock()) == [plan.id]
    planning.draft(flows.runtime, plan.id, stop=watch(flows, plan.id, seen))
    flows.session.refresh(plan)
    assert (plan.state, plan.attempts) == ("ready", 2)
    counted = [done for _, done, *_ in seen]
    assert counted == sorted(counted)
    assert flows.session.query(PlanItem).count() == 9
    assert flows.session.query(Conflict).count() == 6
    assert planning.due_plans(flows.session, flows.clock()) == []


def test_a_worker_that_shuts_down_hands_the_plan_back(quick: Stand) -> None:
    plan = planning.begin(quick.runtime, quick.connection(), ANNA)
    quick.session.commit()
    planning.draft(quick.runtime, plan.id, stop=lambda: True)
    quick.session.refresh(plan)
    assert (plan.state, plan.attempts, plan.lease) == ("drafting", 0, None)
    assert planning.due_plans(quick.session, quick.clock()) == [plan.id]


def test_a_plan_that_kills_its_workers_fails(quick: Stand) -> None:
    plan = planning.begin(quick.runtime, quick.connection(), ANNA)
    quick.session.commit()
    for _ in range(3):
        with pytest.raises(Killed):
            planning.draft(quick.runtime, plan.id, stop=watch(quick, plan.id, [], 1))
        quick.session.rollback()
        quick.clock.passes(seconds=21)
    planning.draft(quick.runtime, plan.id)
    quick.session.refresh(plan)
    assert (plan.state, plan.reason) == ("failed", "internal")


def test_whoever_lost_the_plan_writes_nothing_more(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator stops the comparison, or another worker takes it over, while this one reads."""
    flows.person(1)
    plan = planning.begin(flows.runtime, flows.connection(), ANNA)
    flows.session.commit()
    read = drafting.read_both

    def interrupted(*arguments: Any) -> Any:
        both = read(*arguments)
        flows.session.commit()
        with flows.session.get_bind().begin() as connection:
            connection.execute(update(SyncPlan).values(state="discarded", lease=None))
        return both

    stored: list[Any] = []
    monkeypatch.setattr(drafting, "read_both", interrupted)
    monkeypatch.setattr(drafting, "store", lambda *row: stored.append(row))
    planning.draft(flows.runtime, plan.id)
    flows.session.expire_all()
    assert flows.session.get_one(SyncPlan, plan.id).state == "discarded"
    assert stored == [], "it stops at the first sign"


def test_a_lease_outlives_a_slow_call(hurried: Stand) -> None:
    """The lease is shorter than one call to Tripletex takes."""
    ahead = hurried.clock() - utc_now()

    def clock() -> datetime:
        return utc_now() + ahead

    runtime = replace(hurried.runtime, clock=clock)
    plan = planning.begin(runtime, hurried.connection(), ANNA)
    hurried.session.commit()
    hurried.fault("delay", path="/v2/employee", seconds=1, times=1)
    left: list[bool] = []

    def alive() -> bool:
        with hurried.session.get_bind().connect() as connection:
            left.append(connection.scalar(select(SyncPlan.leased_until)) > clock())
        return False

    planning.draft(runtime, plan.id, stop=alive)
    assert len(left) > 4
    assert all(left)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "drop_before"}, "no_answer"),
        ({"kind": "drop_after"}, "no_answer"),
        ({"kind": "html"}, "unavailable"),
        ({"kind": "status", "status": 500}, "unavailable"),
        ({"kind": "status", "status": 403}, "forbidden"),
        ({"kind": "status", "status": 429, "headers": NEARLY_OVER}, "rate_limited"),
        ({"kind": "revoke_token"}, "unauthorised"),
    ],
)
def test_tripletex_in_trouble_is_said_and_the_next_plan_succeeds(
    quick: Stand, fault: dict[str, Any], reason: str
) -> None:
    connection = quick.connect()
    quick.fault(**fault, path="/v2/*", times=None)
    plan = quick.plan(connection)
    assert (plan.state, plan.reason) == ("failed", reason)
    assert planning.current_plan(quick.runtime, connection) is None
    quick.session.refresh(connection)
    assert connection.state == ("needs_attention" if reason == "unauthorised" else "connected")
    quick.http("DELETE", "faults")
    if reason == "unauthorised":
        with pytest.raises(NotPossible, match="unauthorised"):
            planning.begin(quick.runtime, connection, ANNA)
        connecting.replace_token(quick.runtime, connection, quick.token(), ANNA)
    if reason != "rate_limited":
        assert quick.plan(connection).state == "ready"


def test_statements_grow_by_the_thousand_and_not_by_people(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "CHUNK", 20)
    flows.plan()  # every comparison looks at the one before it
    used = []
    for many in (17, 57, 97):  # with the three owners: one, three and five chunks
        for number in range(many):
            flows.person(number, phone_number=None)
        have = {row["employeeNumber"] for row in flows.http("GET", "employees")}
        for number in range(many):
            if str(1000 + number) not in have:
                flows.employee(number)
        connection = flows.connection()
        with flows.statements() as seen:
            assert flows.plan(connection).counts["differences"] == many
        used.append(len(seen))
    assert used[2] - used[1] == used[1] - used[0] <= 2 * 4, "items, differences, progress and what it reads"


def test_one_open_plan_per_connection(flows: Stand) -> None:
    flows.person(1)
    first = flows.plan()
    connection = flows.connection()
    drift = flows.plan(connection, "drift")
    assert drift.state == "ready"
    assert planning.current_plan(flows.runtime, connection) is first
    second = flows.plan(connection)
    flows.session.refresh(first)
    assert first.state == "discarded"
    assert not any(item.sealed for item in items(flows, first).values())
    assert planning.current_plan(flows.runtime, connection) is second
    flows.clock.passes(hours=25)
    assert planning.current_plan(flows.runtime, connection) is None


def test_nothing_is_compared_for_a_disconnected_company(quick: Stand) -> None:
    connection = quick.connect()
    connecting.disconnect(quick.runtime, connection, ANNA)
    with pytest.raises(NotPossible, match="not_connected"):
        planning.begin(quick.runtime, connection, ANNA)


def test_drift_is_counted_and_nothing_is_stored(flows: Stand) -> None:
    flows.person(1, given_name="Huma")
    employee = flows.employee(1, phone_number="49999999", family_name="Tripletex")
    link(flows, 1, employee, given_name="Given1", phone_number="+4740000001", family_name="Family1")
    flows.person(2)
    flows.employee(2)
    plan = flows.plan(purpose="drift")
    connection = flows.session.query(Connection).one()
    assert (plan.state, items(flows, plan)) == ("ready", {})
    counts = {"fields": 3, "people": 1, "on_the_way": 0, "left": 0, "alone": 3}
    assert connection.drift == {**counts, "at": flows.clock().isoformat()}
    assert [method for method, path in flows.requests() if method != "GET" and "session" not in path] == []


def test_a_token_that_sees_no_account_numbers_finds_none_missing(blind: Stand) -> None:
    blind.person(1)
    blind.employee(1)
    plan = blind.plan()
    assert conflicts(blind, plan) == {}
    assert blind.connection().company_facts["accounts_hidden"] is True


def test_account_numbers_missing_in_tripletex_are_seen_by_a_token_that_may(quick: Stand) -> None:
    quick.person(1)
    quick.employee(1, bank_account_number=None)
    assert conflicts(quick, quick.plan()) == {"bank_account_number": ("missing_in_tripletex", "huma")}


def test_who_takes_no_part_is_neither_compared_nor_a_stranger(flows: Stand) -> None:
    flows.person(1, takes_part=False)
    flows.employee(1)
    flows.person(2)
    flows.employee(2)
    connection = flows.connection()
    for _ in range(2):
        planning.never_sync(flows.runtime, connection, "2", ANNA)
    flows.session.commit()
    found = items(flows, flows.plan())
    assert {kind for kind, _ in found} == {"left_out", "only_in_tripletex"}
    assert found["left_out", "2"].differences == 0
    assert len(found) == 1 + 3, "the owners of the tokens"
    planning.sync_again(flows.runtime, connection, "2", ANNA)
    assert ("matched", "2") in items(flows, flows.plan())
    assert [line.what for line in flows.session.query(LogLine) if line.person_id == "2"] == ["never_sync", "sync_again"]


def test_two_administrators_begin_at_once(flows: Stand, tables_url: str) -> None:
    """The second waits for the first, and then puts its plan away."""
    connection = flows.connect()
    connection.capturing_since = flows.clock()
    flows.session.commit()
    planning.begin(flows.runtime, connection, ANNA)
    begun: list[int] = []

    def second() -> None:
        for other in stand(tables_url, has_tables=True):
            row = other.session.get_one(Connection, connection_id)
            begun.append(planning.begin(other.runtime, row, ODA).id)
            other.session.commit()

    connection_id = connection.id
    thread = threading.Thread(target=second)
    thread.start()
    time.sleep(0.5)
    assert begun == []
    flows.session.commit()
    thread.join(20)
    flows.session.expire_all()
    assert [plan.id for plan in flows.session.query(SyncPlan) if plan.state == "drafting"] == begun
    assert flows.session.query(SyncPlan).count() == 2


def test_who_left_huma_stays_linked_and_is_shown_apart(flows: Stand) -> None:
    employee, other = flows.employee(1), flows.employee(2)
    flows.person(2)
    gone, here = link(flows, 1, employee), link(flows, 2, other)
    plan = flows.plan()
    found = items(flows, plan)
    assert (found["only_in_tripletex", str(employee)].why, found["only_in_tripletex", str(employee)].choice) == (
        "left_huma",
        None,
    )
    page = planning.people(flows.runtime, plan)
    assert [lonely.item.employee_id for lonely in page.left] == [employee]
    assert page.counts.only_in_tripletex == 3
    flows.session.expire_all()
    assert (gone.state, here.state) == ("left_huma", "linked")
    flows.person(1)
    found = items(flows, flows.plan())
    assert found["matched", "1"].matched_by == "link"
    flows.session.expire_all()
    assert gone.state == "linked"


def test_an_empty_huma_does_not_mean_that_everybody_left(quick: Stand) -> None:
    row = link(quick, 1, quick.employee(1))
    quick.plan()
    quick.session.refresh(row)
    assert row.state == "linked"


def test_somebody_entered_anew_in_huma_is_recognised(quick: Stand) -> None:
    employee = quick.employee(1)
    link(quick, 1, employee)
    quick.person(2)
    quick.person(77, **dict(quick.person(1).values.items()))
    del quick.people["1"]
    item = items(quick, quick.plan())["matched", "77"]
    assert (item.employee_id, item.matched_by) == (employee, "employee_id")
