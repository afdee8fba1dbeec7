"""The way back of any run, of all of it or of one person, one field or both: each value that was written returns where
it is still there, the others stay and are named, and nothing else moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import select

from huma_tripletex import planning, syncing
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.normalise import normalise
from huma_tripletex.models import Conflict, SyncResult, SyncRun
from huma_tripletex.syncing.approved import opened
from tests.flows.planning.test_decisions_hold import Cell, both_systems, emptied
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk_on

Pair = tuple[str | None, str | None]
PEOPLE = 8
THERE = {"given_name": "firstName", "phone_number": "phoneNumberMobile", "bank_account_number": "bankAccountNumber"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from desk_on(f"sqlite:///{tmp_path_factory.mktemp('undo') / 'host.db'}")


def values(random: Random, number: int, side: int) -> dict[str, str | None]:
    """Some values, of which some are not there, none anybody else's."""
    unique = 100 * number + 10 * side
    all_of_them: dict[str, list[str | None]] = {
        "given_name": [f"Kari{unique}"],
        "phone_number": [f"41{unique:06}", f"+47 42 {unique:06}", None],
        "bank_account_number": [account(4000 + unique), None],
        "first_workday": [f"2020-0{1 + side}-01", None],
    }
    return {key: random.choice(forms) for key, forms in all_of_them.items() if random.random() < 0.7}


def any_run(desk: Desk, random: Random) -> SyncRun:
    for number in range(1, PEOPLE + 1):
        desk.person(number, **values(random, number, 1))
        desk.employee(number, **values(random, number, 2))
    plan = desk.plan()
    found = desk.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id)).all()
    choices = {one.id: random.choice([*one.only, "huma", "tripletex"]) for one in found}
    choices = {one.id: choices[one.id] for one in found if choices[one.id] in one.only}
    planning.choose(desk.runtime, plan, choices)
    desk.session.commit()
    return desk.finish(desk.start(plan))


def written(
    desk: Desk, run: SyncRun, person: str | None, field: str | None
) -> dict[Cell, tuple[str | None, str | None]]:
    """What the run wrote within what is taken back: before and after by cell."""
    cells: dict[Cell, tuple[str | None, str | None]] = {}
    for row in desk.session.scalars(select(SyncResult).where(SyncResult.run_id == run.id)):
        was = opened(desk.runtime, desk.connection(), row)
        sides = (("huma", row.person_id, was.huma, row.huma_fields),)
        sides += (("tripletex", str(row.employee_id), was.tripletex, row.tripletex_fields),)  # type: ignore[assignment]
        for system, who, writes, fields in sides:
            for key, (before, after) in writes.items():
                if key in fields and person in (None, row.person_id) and field in (None, key):
                    cells[system, str(who), key] = (normalise(key, before), normalise(key, after))
    return cells


def edit_some(desk: Desk, random: Random) -> None:
    """Edits since, in either system; those in Huma reach Tripletex by themselves."""
    rows = {row["employeeNumber"]: row["id"] for row in desk.http("GET", "employees")}
    for number in random.sample(range(1, PEOPLE + 1), 4):
        key = random.choice(list(THERE))
        new = {"given_name": f"Newest{number}", "phone_number": f"4777{number:04}"}.get(key, account(8000 + number))
        if number % 2:
            desk.change(number, **{key: new})
        else:
            desk.http("PATCH", f"employees/{rows[str(1000 + number)]}", json={THERE[key]: new})
    desk.drain()


def named(desk: Desk, back: SyncRun) -> set[Cell]:
    """What the undo says it has left."""
    cells = set()
    for row in desk.session.scalars(select(SyncResult).where(SyncResult.run_id == back.id)):
        told = row.detail or {}
        cells |= {("huma", str(row.person_id), key) for key in told.get("skipped_in_huma", [])}
        kept = [*told.get("skipped", []), *told.get("kept", [])]
        cells |= {("tripletex", str(row.employee_id), key) for key in kept}
        if row.reason == "changed_in_huma_since" and row.tripletex_outcome == "skipped" and not kept:
            cells |= {("tripletex", str(row.employee_id), key) for key in opened_fields(desk, row)}
    return cells


def opened_fields(desk: Desk, row: SyncResult) -> list[str]:
    return list(opened(desk.runtime, desk.connection(), row).tripletex)


@pytest.mark.parametrize("scope", ["run", "person", "field", "value"])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_still_there_returns_and_the_rest_is_named(desk: Desk, seed: int, scope: str) -> None:
    emptied(desk)
    random = Random(f"{seed} {scope}")
    run = any_run(desk, random)
    edit_some(desk, random)
    person = str(random.randint(1, PEOPLE)) if scope in ("person", "value") else None
    field = random.choice(list(THERE)) if scope in ("field", "value") else None
    choice = syncing.Choice(people={person} if person else None, fields={field} if field else None)
    cells, before = written(desk, run, person, field), both_systems(desk)
    try:
        back = syncing.undo(desk.runtime, run, ANNA, choice)
    except syncing.CannotUndo:
        desk.session.rollback()
        assert all(system == "tripletex" and not BY_KEY[key].clearable for system, _, key in cells)
        return
    desk.session.commit()

    desk.finish(back)
    desk.drain()

    after, told = both_systems(desk), named(desk, back)
    for cell, now in after.items():
        was, wrote = cells.get(cell, (None, None))
        stuck = cell[0] == "tripletex" and was is None and not BY_KEY[cell[2]].clearable
        if cell in cells and stuck:
            assert now == before[cell], f"{cell} was touched"
            assert cell in told, f"{cell} could not be emptied, and nobody says so"
        elif cell not in cells or before[cell] != wrote:
            assert now == before[cell], f"{cell} was touched"
            assert cell not in cells or now == was or cell in told, f"{cell} was left, and nobody says so"
        else:
            assert now == was, f"{cell} did not return"
            assert cell not in told
