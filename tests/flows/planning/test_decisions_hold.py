"""Whatever is decided: decided fields agree, nothing else is written, and the way back leads back.

Every example is two systems with a few people, any decisions, a run without faults over the simulator, and its undo.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from huma_tripletex import planning, syncing
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.models import Base, Conflict, PlanItem, SyncPlan, SyncResult, SyncRun
from tests.flows.host_parts import Person
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk_on

Values = dict[str, str | None]
Cell = tuple[str, str, str]
"""A system, somebody in it, and a field."""

SOAK = bool(os.environ.get("SOAK"))
EXAMPLES = 400 if SOAK else 12
pytestmark = pytest.mark.timeout(3600 if SOAK else 300)
PEOPLE = 4
BAD = ("failed", "different", "waiting", "skipped")
FIELDS: dict[str, list[str | None]] = {
    "given_name": ["Kari", "Kåre", " Kari "],
    "phone_number": ["41000001", "+47 410 00 001", "0046701740605", "ask Kari", None],
    "date_of_birth": ["1980-05-17", "1981-06-18", None],
    "bank_account_number": [account(900), account(901), "1234", None],
    "first_workday": ["2020-01-01", "2021-02-01", None],
    "last_workday": ["2024-03-31", "2027-12-31", None],
}
WHERE = st.sampled_from(["both", "both", "both", "huma", "tripletex"])


def _values() -> st.SearchStrategy[Values]:
    return st.fixed_dictionaries({}, optional={key: st.sampled_from(forms) for key, forms in FIELDS.items()})


@dataclass(frozen=True)
class Somebody:
    """In which systems, and how each differs from what is usual for the number."""

    where: str
    huma: Values
    tripletex: Values


CAST = st.lists(st.builds(Somebody, WHERE, _values(), _values()), min_size=1, max_size=PEOPLE)
EDITS = st.lists(
    st.tuples(st.integers(1, PEOPLE), st.sampled_from(["huma", "tripletex"]), _values()), min_size=0, max_size=3
)
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not SOAK,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all examples, which begin with `emptied`: what SQLAlchemy has compiled stays compiled."""
    yield from desk_on(f"sqlite:///{tmp_path_factory.mktemp('decisions') / 'host.db'}")


def emptied(desk: Desk) -> None:
    """Nobody in either system but the owners of the tokens, and a connection that never synced."""
    desk.session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        desk.session.execute(table.delete())
    desk.session.execute(Person.__table__.delete())
    desk.session.commit()
    desk.session.expunge_all()
    for row in desk.http("GET", "employees"):
        if row["employeeNumber"]:  # the owners of the tokens have none
            desk.http("DELETE", f"employees/{row['id']}")


def peopled(desk: Desk, cast: list[Somebody]) -> None:
    for number, one in enumerate(cast, start=1):
        if one.where != "tripletex":
            desk.person(number, **one.huma)
        if one.where != "huma":
            desk.employee(number, **_possible(one.tripletex))


def edited(desk: Desk, edits: list[tuple[int, str, Values]]) -> None:
    for number, system, values in edits:
        if system == "huma" and desk.session.get(Person, number):
            desk.change(number, **values)
        rows = [row for row in desk.http("GET", "employees") if row["employeeNumber"] == str(1000 + number)]
        if system == "tripletex" and rows:
            sent = {"phone_number": "phoneNumberMobile", "bank_account_number": "bankAccountNumber"}
            body = {there: values[key] or "" for key, there in sent.items() if key in values}
            desk.http("PATCH", f"employees/{rows[0]['id']}", json=body)


def _possible(values: Values) -> Values:
    """Nobody has left in Tripletex: there an employment that has ended has a reason, which the stand does not give."""
    return {key: value for key, value in values.items() if key != "last_workday"}


def decided(desk: Desk, data: st.DataObject) -> SyncPlan:
    """Any decision that is possible, about everything."""
    plan = desk.plan()
    conflicts = desk.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id).order_by(Conflict.id)).all()
    chosen = {one.id: data.draw(st.sampled_from([*one.only, None]), label=one.field) for one in conflicts}
    try:
        planning.choose(desk.runtime, plan, chosen)
    except planning.NotPossible:  # not all of them together: then every value by itself, as far as it goes
        desk.session.rollback()
        for conflict_id, choice in chosen.items():
            one_by_one(desk, plan, conflict_id, choice)
    items = desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id).order_by(PlanItem.id)).all()
    alone = [one for one in items if one.kind.startswith("only_in")]
    people = {
        one.id: (data.draw(st.sampled_from(["leave", None] if one.blocked else ["add", "leave", None])), None)
        for one in alone
    }
    planning.choose_people(desk.runtime, plan, people)
    desk.session.commit()
    return plan


def one_by_one(desk: Desk, plan: SyncPlan, conflict_id: int, choice: str | None) -> None:
    try:
        planning.choose(desk.runtime, plan, {conflict_id: choice})
    except planning.NotPossible:
        desk.session.rollback()
    else:
        desk.session.commit()


def approved_cells(desk: Desk, run: SyncRun) -> set[Cell]:
    """What may change in either system: as the results were frozen, before anything ran."""
    cells = set()
    for row in desk.session.scalars(select(SyncResult).where(SyncResult.run_id == run.id)):
        cells |= {("huma", str(row.person_id), key) for key in row.huma_fields}
        cells |= {("tripletex", str(row.employee_id), key) for key in row.tripletex_fields}
    return cells


def both_systems(desk: Desk) -> dict[Cell, str | None]:
    """Everything both systems hold, in the form in which values are compared; read past our own code."""
    cells: dict[Cell, str | None] = {}
    for row in desk.session.query(Person).populate_existing():
        values = {key: _text(getattr(row, key)) for key in KEYS}
        cells |= _cells("huma", row.id, values)
    for row in desk.http("GET", "employees"):
        cells |= _cells("tripletex", row["id"], _employee(row))
    return cells


def _employee(row: Mapping[str, Any]) -> Values:
    code = {161: "", None: ""}.get((row["phoneNumberMobileCountry"] or {}).get("id"), "+46")
    days = sorted(row["employments"], key=lambda one: one["startDate"])
    return {
        "given_name": row["firstName"],
        "family_name": row["lastName"],
        "phone_number": code + row["phoneNumberMobile"] if row["phoneNumberMobile"] else None,
        "date_of_birth": row["dateOfBirth"],
        "bank_account_number": row["bankAccountNumber"],
        "employee_id": row["employeeNumber"],
        "first_workday": days[-1]["startDate"] if days else None,
        "last_workday": days[-1]["endDate"] if days else None,
    }


def _cells(system: str, who: object, values: Values) -> dict[Cell, str | None]:
    return {(system, str(who), key): normalise(key, value) for key, value in values.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def settled(desk: Desk, plan: SyncPlan) -> list[tuple[Cell, Cell]]:
    """The fields that were decided for one side or the other, in both systems."""
    rows = desk.session.execute(
        select(PlanItem.person_id, PlanItem.employee_id, Conflict.field)
        .join(Conflict, Conflict.item_id == PlanItem.id)
        .where(Conflict.plan_id == plan.id, Conflict.choice.in_(("huma", "tripletex")))
    )
    return [(("huma", person, key), ("tripletex", str(employee), key)) for person, employee, key in rows]


def results(desk: Desk, run: SyncRun) -> list[SyncResult]:
    found = select(SyncResult).where(SyncResult.run_id == run.id).execution_options(populate_existing=True)
    return list(desk.session.scalars(found))


def check(desk: Desk, data: st.DataObject) -> None:
    plan = decided(desk, data)
    wanted = settled(desk, plan)
    before = both_systems(desk)
    run = desk.start(plan)
    allowed = approved_cells(desk, run)

    ended = desk.finish(run)

    after = both_systems(desk)
    assert [(row.employee_id, row.outcome, row.reason) for row in results(desk, ended) if row.outcome in BAD] == []
    assert [(here, after[here], after[there]) for here, there in wanted if after[here] != after[there]] == []
    assert {cell for cell in before if after[cell] != before[cell]} <= allowed
    taken_back(desk, ended, before, after)


def taken_back(desk: Desk, run: SyncRun, before: dict[Cell, str | None], after: dict[Cell, str | None]) -> None:
    """Everything that was there before is again, but for what Tripletex does not let anybody empty."""
    try:
        back = syncing.undo(desk.runtime, run, ANNA)
    except syncing.CannotUndo:
        desk.session.rollback()
        stays = {(one.person_id, key) for one in syncing.written(desk.runtime, run) for key in one.stuck}
        stuck = {
            ("tripletex", str(row.employee_id), key)
            for row in results(desk, run)
            for key in row.tripletex_fields
            if (row.person_id, key) in stays
        }
        changed = {cell for cell in before if after[cell] != before[cell]}
        assert changed <= stuck
        assert all(before[cell] is None for cell in changed)
        return
    desk.session.commit()
    kept = {
        ("tripletex", str(row.employee_id), key)
        for row in desk.session.scalars(select(SyncResult).where(SyncResult.run_id == back.id))
        for key in (row.detail or {}).get("kept", [])
    }
    desk.finish(back)
    now = both_systems(desk)
    lost = {cell for cell in before if now[cell] != before[cell] and cell not in kept}
    told = {("tripletex", str(row.employee_id)) for row in results(desk, back) if row.outcome in BAD and row.reason}
    impossible = {cell for cell in lost if cell[:2] in told and problem(cell[2], before[cell])}
    assert {cell: (before[cell], now[cell]) for cell in lost - impossible} == {}
    assert all(before[cell] is None for cell in kept)
    added = set(after) - set(before)
    assert {cell for cell in added if now[cell] != after[cell]} == set(), "who was added stays as they are"


@QUICK
@given(cast=CAST, data=st.data())
def test_a_first_run_does_what_was_decided_and_can_be_taken_back(
    desk: Desk, cast: list[Somebody], data: st.DataObject
) -> None:
    emptied(desk)
    peopled(desk, cast)
    check(desk, data)


@QUICK
@given(cast=CAST, edits=EDITS, data=st.data())
def test_so_does_a_later_one_after_edits_on_either_side(
    desk: Desk, cast: list[Somebody], edits: list[tuple[int, str, Values]], data: st.DataObject
) -> None:
    emptied(desk)
    peopled(desk, cast)
    desk.finish(desk.approve(data.draw(st.sampled_from(["huma", "tripletex"]))))
    edited(desk, edits)
    desk.drain()
    check(desk, data)
