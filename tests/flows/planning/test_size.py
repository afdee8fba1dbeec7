"""Ten thousand people against ten thousand employees are compared in seconds, and a run calls once per change.

The large ones are `soak`: their figures mean something on a machine that is quiet.
"""

from __future__ import annotations

import importlib
import resource
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from huma_tripletex import planning
from huma_tripletex.core.people import EmploymentPeriod, HostPerson, TripletexEmployee
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.models import Conflict, SyncPlan
from huma_tripletex.planning import memory
from huma_tripletex.planning.company import Company
from huma_tripletex.planning.comparison import Both
from tests.flows.planning_parts import ANNA, Stand, facts, flows, stand
from tests.flows.syncing_parts import Desk, quick_desk

__all__ = ["flows", "quick_desk"]

MANY = 10_000


def both_systems(stand: Stand, connection_id: int) -> Both:
    """Everybody in both systems; every fifth has another phone number in Tripletex."""
    people, employees = [], []
    for number in range(MANY):
        here = {**facts(number), "phone_number": f"4{number:07d}"}
        there = {**here, "phone_number": "49999999"} if number % 5 == 0 else dict(here)
        people.append(HostPerson(str(number), here, f"p{number}@fjord.example"))
        job = EmploymentPeriod(number + 1, 1, "2020-01-01")
        employees.append(TripletexEmployee(number + 1, 1, there, f"p{number}@fjord.example", (job,)))
    vault = stand.runtime.vault
    return Both(
        people=people,
        employees=employees,
        links={},
        memory=memory.load(stand.runtime, connection_id),
        company=Company(today=stand.clock().date()),
        hash_for=lambda person_id: hash_for(vault, connection_id, person_id),
        whole_hash=lambda who, one: memory.whole_hash(vault, connection_id, who, one.values),
    )


@pytest.mark.soak
def test_ten_thousand_are_compared_in_seconds(flows: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = flows.connection()
    both = both_systems(flows, connection.id)
    drafting = importlib.import_module("huma_tripletex.planning.draft")
    monkeypatch.setattr(drafting, "read_both", lambda *_: both)
    plan = planning.begin(flows.runtime, connection, ANNA)
    flows.session.commit()
    memory_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    planning.draft(flows.runtime, plan.id)
    took = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_before) / 1024

    plan = flows.session.get_one(SyncPlan, plan.id, populate_existing=True)
    assert (plan.state, plan.counts["matched"], plan.counts["differences"]) == ("ready", MANY, MANY // 5)
    page = timed(lambda: (planning.differences(flows.runtime, plan), planning.totals(flows.runtime, plan)))
    last = timed(lambda: planning.differences(flows.runtime, plan, page=40))
    for_all = timed(lambda: planning.choose_for_all(flows.runtime, plan, "huma"))
    print(f"\n{took:.2f} s, {grown:.0f} MB more, first page {page:.3f} s, last {last:.3f} s, for all {for_all:.3f} s")
    assert took < 5
    assert grown < 300
    assert max(page, last) < 0.2
    assert for_all < 1


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Stand]:
    yield from stand(postgres_url)


def test_a_choice_for_all_leaves_the_indexes_alone(on_postgresql: Stand) -> None:
    """There is nothing to write but the rows then: every page has room for another version of its own."""
    flows = on_postgresql
    for number in range(300):
        flows.person(number)
        flows.employee(number, given_name="Other", phone_number="49999999")
    plan = flows.plan()
    before = on_disk(flows)

    assert planning.choose_for_all(flows.runtime, plan, "huma") == 600
    flows.session.commit()

    assert on_disk(flows) == before


def on_disk(flows: Stand) -> tuple[int, int]:
    """Bytes of the differences, and of their indexes."""
    sizes = text(f"SELECT pg_relation_size('{Conflict.__tablename__}'), pg_indexes_size('{Conflict.__tablename__}')")
    rows, indexes = flows.session.execute(sizes).one()
    flows.session.commit()
    return rows, indexes


def timed(act: Any) -> float:
    """Seconds, the better of two."""
    took = []
    for _ in range(2):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return min(took)


def test_a_run_calls_tripletex_once_per_changed_person(quick_desk: Desk) -> None:
    """So a run of many is as fast as the rate limit lets it be: nobody without a change costs a call."""
    desk = quick_desk
    for number in range(1, 61):
        desk.both(number, **({"phone_number": "49999999", "given_name": "Other"} if number % 3 == 0 else {}))
    run = desk.approve("huma")
    desk.http("DELETE", "requests")

    ended = desk.finish(run)

    calls = desk.requests()
    assert desk.outcomes(ended).count("updated") == 20
    assert sum(method == "PUT" for method, _ in calls) == 20
    assert len(calls) <= 20 * 1.1, calls
