# ruff: noqa: F811 - fixtures are imported by their names
"""Whether Tripletex lists people whose employment has ended is not known. If it does not, nobody is made twice without
being asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.connecting.token import check_token
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import bench
from tests.flows.planning_parts import ANNA, Stand, quick, stand  # noqa: F401

ENDED = {"last_workday": "2026-06-14"}


@pytest.fixture
def silent(sqlite_tables_url: str) -> Iterator[Stand]:
    """With a Tripletex that does not list whoever has left."""
    yield from stand(sqlite_tables_url, has_tables=True, switches=Switches(list_ended=False))


def only_in_huma(flows: Stand, plan: SyncPlan) -> dict[str, tuple[str, str | None]]:
    rows = select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.kind == "only_in_huma")
    items = flows.session.scalars(rows.execution_options(populate_existing=True))
    return {str(item.person_id): (item.why, item.choice) for item in items}


def test_who_has_left_and_may_be_there_unlisted_is_not_added_along_with_everybody(silent: Stand) -> None:
    for number in (1, 2, 3):
        values = {"employee_id": str(number) if number == 2 else None, **(ENDED if number < 3 else {})}
        silent.person(number, **values)
        if number < 3:
            silent.employee(number, **values)
    plan = silent.plan()
    assert only_in_huma(silent, plan) == {
        "1": ("may_be_unlisted", None),
        "2": ("employment_ended", None),
        "3": ("", "add"),
    }
    planning.choose_everybody(silent.runtime, plan, "only_in_huma", "add", by=ANNA)
    assert {person: choice for person, (_, choice) in only_in_huma(silent, plan).items()} == {
        "1": None,
        "2": "add",
        "3": "add",
    }


def test_somebody_who_has_looked_may_add_them(silent: Stand) -> None:
    silent.person(1, employee_id=None, **ENDED)
    plan = silent.plan()
    (item,) = silent.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.person_id == "1"))
    planning.choose_people(silent.runtime, plan, {item.id: ("add", None)}, by=ANNA)
    assert only_in_huma(silent, plan)["1"] == ("may_be_unlisted", "add")


def test_where_tripletex_is_seen_to_list_whoever_has_left_nobody_can_be_there_unlisted(quick: Stand) -> None:
    quick.person(1, employee_id=None, **ENDED)
    quick.employee(2, **ENDED)
    plan = quick.plan()
    assert only_in_huma(quick, plan) == {"1": ("employment_ended", None)}
    planning.choose_everybody(quick.runtime, plan, "only_in_huma", "add", by=ANNA)
    assert only_in_huma(quick, plan) == {"1": ("employment_ended", "add")}


def test_where_sessions_live_a_day_at_most_a_token_is_accepted() -> None:
    with bench(switches=Switches(session_days=1)) as one:
        assert check_token(one.runtime, one.token).company_name == "Fjord AS"
        number = one.linked("p1")
        one.edit("p1", phone_number="41000001")
        one.drain()
        assert one.employee(number)["phoneNumberMobile"] == "41000001"
