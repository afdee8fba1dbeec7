"""However a mixed company is counted, the numbers agree: on the connection's page, in each step, before and after.

One definition: a difference is a field in which somebody who is in both systems differs by meaning; it is open unless
it was left so in an earlier sync and neither side has changed since.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import func, select

from huma_tripletex import planning, reporting
from huma_tripletex.models import Connection, PlanItem, SyncPlan
from tests.flows.mixed_company import company, decide
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def drift(desk: Desk) -> dict[str, Any]:
    """What the connection's page says differs."""
    found = dict(desk.session.query(Connection).populate_existing().one().drift)
    found.pop("at")
    return found


def look(desk: Desk) -> dict[str, Any]:
    desk.plan(purpose="drift")
    return drift(desk)


@pytest.mark.parametrize("seed", range(6))
def test_every_count_of_a_company_agrees_before_and_after_each_sync(quick_desk: Desk, seed: int) -> None:
    desk, chance = quick_desk, random.Random(seed)
    company(desk, chance)
    for _sync in range(3):
        seen = look(desk)
        plan = desk.plan()
        assert drift(desk) == seen, "a look and a comparison find the same"
        asked(desk, plan, seen)
        decide(desk, chance, plan)
        promised(desk, plan)
        _edits(desk, chance)


def asked(desk: Desk, plan: SyncPlan, seen: dict[str, Any]) -> None:
    """Steps 2 and 3 show what the connection's page counted."""
    counts, people = planning.difference_counts(desk.runtime, plan), planning.people_counts(desk.runtime, plan)
    kinds = counts.conflicts + counts.missing_in_huma + counts.missing_in_tripletex
    assert counts.all == kinds == sum(counts.by_field.values())
    assert seen["fields"] + seen["on_the_way"] == counts.all
    assert seen["on_the_way"] or seen["people"] == counts.people
    assert seen["left"] == counts.remembered
    assert seen["alone"] == people.all + people.left
    shown = planning.differences(desk.runtime, plan, size=1000)
    assert (len(shown.people), sum(len(one.rows) for one in shown.people)) == (counts.people, counts.all)


def promised(desk: Desk, plan: SyncPlan) -> None:
    """The running sums, the summary and the account afterwards are one."""
    sums, counts = planning.totals(desk.runtime, plan), planning.difference_counts(desk.runtime, plan)
    summary = planning.summary(desk.runtime, plan, size=1000)
    assert summary.totals == sums
    assert sums.huma_values + sums.tripletex_values + sums.left + sums.undecided == counts.all + counts.remembered
    apart = desk.session.scalar(select(func.count()).where(PlanItem.plan_id == plan.id, PlanItem.choice == "none"))
    before = reporting.left_of_plan(desk.runtime, plan)
    assert len(summary.left) == min(20, before.values) + min(20, before.lines - before.values)

    run = desk.finish(desk.start(plan))

    report, left = reporting.report(desk.runtime, run), reporting.left_of(desk.runtime, run)
    assert (report.huma.values, report.huma.people) == (sums.huma_values, sums.huma_people)
    assert (report.tripletex.values, report.tripletex.people) == (sums.tripletex_values, sums.tripletex_people)
    assert (report.huma.added, report.tripletex.added) == (sums.huma_added, sums.tripletex_added)
    assert left == before, "what was said before is what is told after"
    assert (left.values, left.chosen) == (sums.left + sums.undecided, sums.left)
    alone = left.not_added + left.cannot_be_added + left.unsettled
    assert alone == sums.not_added + sums.decide_later + (apart or 0)
    assert len(reporting.left_people(desk.runtime, run, size=1000)) == left.told


def _edits(desk: Desk, chance: random.Random) -> None:
    """Somebody edits in Huma, which is delivered, and somebody in Tripletex, which is not."""
    for person in desk.session.query(PlanItem.person_id).filter(PlanItem.kind == "matched").distinct():
        if person.person_id and chance.random() < 0.2:
            desk.change(int(person.person_id), phone_number=f"4777{chance.randrange(10_000):04}")
    desk.drain()
    for row in desk.http("GET", "employees"):
        if row["firstName"].startswith("Given") and chance.random() < 0.2:
            desk.http("PATCH", f"employees/{row['id']}", json={"phoneNumberMobile": "46666666"})


def test_what_is_on_its_way_from_huma_has_not_drifted_and_what_is_stuck_has(desk: Desk) -> None:
    desk.both(1)
    desk.both(2)
    employee = desk.both(3)
    desk.finish(desk.approve("huma"))
    desk.change(1, phone_number="47770001")
    desk.fault("status", method="PUT", path=f"/v2/employee/{employee}", status=422, code=18000, times=1)
    desk.change(3, phone_number="47770003")
    assert (look(desk)["fields"], look(desk)["on_the_way"]) == (0, 2)

    desk.drain()

    assert look(desk) == {"fields": 1, "people": 1, "on_the_way": 0, "left": 0, "alone": 3}, "it was refused"
    counts = planning.difference_counts(desk.runtime, desk.plan())
    assert (counts.all, counts.people) == (1, 1)
