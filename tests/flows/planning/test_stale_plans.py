"""Every kind of edit, on either side and at every moment between comparison and run: nothing unseen is overwritten.

Each edit has a person of its own in one large run, so that a run per moment tells of all of them. What is asked of
both systems afterwards knows nothing of how it is done:

- whatever the run changed in a system held there, when it ran, exactly what was approved to be replaced, came from a
  value that the other system still held, and was approved;
- what was edited is still there, or, where Huma was edited, has gone to Tripletex by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from huma_tripletex import connecting, planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.models import PersonLink, SyncResult, SyncRun
from huma_tripletex.syncing.approved import opened
from tests.flows.host_parts import Person, db
from tests.flows.planning.test_decisions_hold import Cell, both_systems, emptied
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk_on

State = Mapping[Cell, str | None]
Act = Callable[[Desk, int, int], None]


def in_tripletex(**body: Any) -> Act:
    return lambda desk, _, employee: desk.http("PATCH", f"employees/{employee}", json=body)


def in_huma(**values: Any) -> Act:
    return lambda desk, number, _: desk.change(number, **values)


def deleted_in_huma(desk: Desk, number: int, _: int) -> None:
    db.session.delete(db.session.get_one(Person, number))
    db.session.commit()


def deleted_in_tripletex(desk: Desk, _: int, employee: int) -> None:
    desk.http("DELETE", f"employees/{employee}")


def never_synced(desk: Desk, number: int, _: int) -> None:
    planning.never_sync(desk.runtime, desk.connection(), str(number), ANNA)
    desk.session.commit()


def newly_linked(desk: Desk, number: int, employee: int) -> None:
    """The employee has become somebody else in the meantime."""
    desk.clock.forward(1)  # type: ignore[attr-defined]
    mine = PersonLink.employee_id == employee
    link = desk.session.scalar(select(PersonLink).where(mine)) or PersonLink()
    link.linked_at = desk.clock()
    link.connection_id, link.person_id, link.employee_id = desk.connection().id, f"9{number}", employee
    desk.session.add(link)
    desk.session.commit()


def token_replaced(desk: Desk, _number: int, _employee: int) -> None:
    connecting.replace_token(desk.runtime, desk.connection(), desk.token(), ANNA)
    desk.session.commit()


def edited_and_sent(desk: Desk, number: int, employee: int) -> None:
    """Tripletex is edited, and then something else goes there from Huma, so that we know its newest version."""
    desk.http("PATCH", f"employees/{employee}", json={"phoneNumberMobile": "47777777"})
    desk.change(number, given_name="Newest")
    desk.drain()


def edited_back(desk: Desk, number: int, _: int) -> None:
    old = desk.read(number).phone_number
    desk.change(number, phone_number="48888888")
    desk.change(number, phone_number=old)


NOW: dict[str, str] = {
    "given_name": "Newest",
    "family_name": "Newname",
    "phone_number": "48888888",
    "date_of_birth": "1971-02-03",
    "employee_id": "77",
    "first_workday": "2022-05-05",
    "last_workday": "2031-01-31",
}
THERE = {
    "given_name": "firstName",
    "family_name": "lastName",
    "phone_number": "phoneNumberMobile",
    "date_of_birth": "dateOfBirth",
    "bank_account_number": "bankAccountNumber",
    "employee_id": "employeeNumber",
}
EMPTY_THERE: dict[str, Any] = {"date_of_birth": None}
OPEN = {"startDate": "2020-01-01"}
OVER = {"startDate": "2020-01-01", "endDate": "2021-12-31", "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE"}

EDITS: dict[str, Act] = {
    **{f"huma {key} set": in_huma(**{key: value}) for key, value in NOW.items()},
    "huma bank_account_number set": in_huma(bank_account_number=account(700)),
    **{
        f"huma {key} cleared": in_huma(**{key: "" if key.endswith("name") else None})
        for key in (*NOW, "bank_account_number")
    },
    **{f"tripletex {key} set": in_tripletex(**{there: NOW.get(key, account(701))}) for key, there in THERE.items()},
    **{f"tripletex {key} cleared": in_tripletex(**{there: EMPTY_THERE.get(key, "")}) for key, there in THERE.items()},
    "tripletex employment ended": in_tripletex(employments=[OVER]),
    "tripletex employment ended before": in_tripletex(employments=[{**OVER, "endDate": "2020-06-30"}]),
    "tripletex employment added": in_tripletex(employments=[OVER, {"startDate": "2023-03-03"}]),
    "tripletex employment moved": in_tripletex(employments=[{"startDate": "2019-09-09"}]),
    "tripletex employment gone": in_tripletex(employments=[]),
    "tripletex employment begun anew": in_tripletex(employments=[OPEN]),
    "tripletex email changed": in_tripletex(email="other@fjord.example"),
    "huma email changed": in_huma(email="other@fjord.example"),
    "huma form changed": in_huma(phone_number="+47 499 99 999"),
    "huma name of another": in_huma(given_name="Per", family_name="Hansen"),
    "tripletex name of another": in_tripletex(firstName="Per", lastName="Hansen"),
    "left the scope": in_huma(on_payroll=False),
    "deleted in huma": deleted_in_huma,
    "deleted in tripletex": deleted_in_tripletex,
    "never synced": never_synced,
    "newly linked": newly_linked,
    "token replaced": token_replaced,
    "tripletex edited and huma sent": edited_and_sent,
    "huma edited and edited back": edited_back,
    "huma something else edited": in_huma(shoe_size=44),
    "nothing": lambda *_: None,
}
"""What may happen to one person."""
OUT = {"left the scope", "deleted in huma", "deleted in tripletex", "never synced", "newly linked"}
"""After these, nothing of the person is written any more."""


@dataclass(frozen=True)
class Case:
    """One person of the run, and what happens to them."""

    name: str
    act: Act
    number: int
    where: str
    employee: int


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from desk_on(f"sqlite:///{tmp_path_factory.mktemp('stale') / 'host.db'}")


@pytest.fixture(autouse=True)
def nobody(desk: Desk) -> Iterator[None]:
    """Each run begins with two empty systems."""
    owners = {row["id"] for row in desk.http("GET", "employees")}
    emptied(desk)
    yield
    for row in desk.http("GET", "employees"):
        if row["id"] not in owners:
            desk.http("DELETE", f"employees/{row['id']}")


def differing(number: int) -> dict[str, Any]:
    """How an employee differs from the person; the number, the name and the mailbox bring them together."""
    return {
        "email": mailbox(number),
        "given_name": f"Given{number} Middle",
        "phone_number": f"49{number:06}",
        "bank_account_number": account(3000 + number),
        "date_of_birth": "1966-06-06",
        "first_workday": "2020-01-01",
    }


def mailbox(number: int) -> str:
    return f"person{number}@fjord.example"


def cast(desk: Desk, linked: bool) -> list[Case]:
    """Somebody in both systems for every edit, and somebody on each side only who is to be added."""
    cases = []
    for place, (name, act) in enumerate(EDITS.items()):
        number = 1 + 3 * place
        desk.person(number, email=mailbox(number), first_workday="2021-01-01", last_workday="2030-12-31")
        there = {"first_workday": "2021-01-01", "last_workday": None} if linked else differing(number)
        cases.append(Case(name, act, number, "both", desk.employee(number, **there)))
        if not name.startswith("tripletex") and name not in ("deleted in tripletex", "newly linked"):
            desk.person(number + 1)
            cases.append(Case(name, act, number + 1, "huma", 0))
        if (name.startswith("tripletex") and "sent" not in name) or name in ("deleted in tripletex", "newly linked"):
            cases.append(Case(name, act, number + 2, "tripletex", desk.employee(number + 2)))
    if linked:
        desk.finish(desk.approve("huma"))
        desk.drain()
        for case in cases:
            if case.where == "both":
                body = {THERE[key]: value for key, value in differing(case.number).items() if key in THERE}
                desk.http("PATCH", f"employees/{case.employee}", json={**body, "employments": [OPEN]})
    return cases


def edited(desk: Desk, cases: list[Case]) -> None:
    for case in cases:
        case.act(desk, case.number, case.employee)
        desk.session.rollback()


def approved_cells(desk: Desk, run: SyncRun) -> dict[Cell, tuple[str | None, str | None, Cell]]:
    """Before and after by cell of the people in both systems, and the cell that the value comes from."""
    cells = {}
    for row in desk.session.scalars(select(SyncResult).where(SyncResult.run_id == run.id)):
        was = opened(desk.runtime, desk.connection(), row)
        huma, tripletex = ("huma", str(row.person_id)), ("tripletex", str(row.employee_id))
        for here, writes, there in ((huma, was.huma, tripletex), (tripletex, was.tripletex, huma)):
            for key, (before, after) in writes.items():
                cells[*here, key] = (normalise(key, before), normalise(key, after), (*there, key))
    return cells


def check(case: Case, run_cells: Mapping[Cell, Any], then: State, before: State, after: State) -> list[str]:
    """What is wrong with one person in both systems. `then`: at the comparison; `before`: when the run wrote them."""
    wrong = []
    for key in KEYS:
        huma, tripletex = ("huma", str(case.number), key), ("tripletex", str(case.employee), key)
        for cell in (huma, tripletex):
            if cell not in before or cell not in after or after[cell] == before[cell]:
                continue
            was, wanted, source = run_cells.get(cell, (None, None, None))
            as_approved = cell in run_cells and (was, wanted) == (before[cell], after[cell])
            still_held = source in before and before[source] == wanted
            from_huma = cell == tripletex and after[cell] == after.get(huma) and before.get(huma) != then.get(huma)
            if case.name in OUT or not ((as_approved and still_held) or from_huma):
                wrong.append(
                    f"{case.name}: {cell[0]} {key} {before[cell]} -> {after[cell]}, approved {was} -> {wanted}"
                )
    return wrong


def run_with_edits(desk: Desk, prefer: str, linked: bool, moment: str) -> tuple[list[str], list[Case], SyncRun]:
    cases = cast(desk, linked)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, prefer)
    for kind in ("only_in_huma", "only_in_tripletex"):
        planning.choose_everybody(desk.runtime, plan, kind, "add")
    desk.session.commit()
    then = both_systems(desk)
    if moment == "before the approval":
        edited(desk, cases)
    run = desk.start(plan)
    run_cells = approved_cells(desk, run)
    written = both_systems(desk)
    if moment == "before the run":
        edited(desk, cases)
    if moment == "during the run":
        steps = iter(range(10))
        desk.carry_out(run, stop=lambda: next(steps) > 5)
        half = both_systems(desk)
        assert half != written or prefer == "huma"
        written = half
        edited(desk, cases)
    if moment == "before the delivery":
        desk.carry_out(run)
        written = both_systems(desk)
        edited(desk, cases)
    before = both_systems(desk)
    ended = desk.finish(run)
    desk.drain()
    desk.clock.forward(60)  # type: ignore[attr-defined]
    desk.drain()
    after = both_systems(desk)
    wrong = [one for case in cases if case.where == "both" for one in check(case, run_cells, then, before, after)]
    wrong += [one for case in cases if case.where != "both" for one in check_added(case, before, after)]
    return wrong, cases, ended


def check_added(case: Case, before: State, after: State) -> list[str]:
    """Somebody to be added is there once at most, and as the other system has them."""
    here, there = ("huma", "tripletex") if case.where == "huma" else ("tripletex", "huma")
    mine = of(after, here, str(case.number if case.where == "huma" else case.employee))
    known = {who for system, who, _ in before if system == there}
    theirs = {who for system, who, _ in after if system == there} - known
    new = [who for who in theirs if after[there, who, "bank_account_number"] == account(case.number)]
    wrong = [f"{case.name}: added {len(new)} times"] if len(new) > 1 else []
    added = [of(after, there, who) for who in new]
    return wrong + [f"{case.name}: added as {one} and not as {mine}" for one in added if mine and one != mine]


def of(state: State, system: str, who: str) -> dict[str, str | None]:
    return {cell[2]: value for cell, value in state.items() if cell[:2] == (system, who)}


@pytest.mark.parametrize("moment", ["before the approval", "before the run", "during the run", "before the delivery"])
@pytest.mark.parametrize("linked", [False, True], ids=["first", "later"])
@pytest.mark.parametrize("prefer", ["huma", "tripletex"])
def test_nothing_unseen_is_overwritten(desk: Desk, prefer: str, linked: bool, moment: str) -> None:
    wrong, cases, run = run_with_edits(desk, prefer, linked, moment)
    assert wrong == []
    assert len(cases) > len(EDITS)
    untouched = next(case for case in cases if case.name == "nothing" and case.where == "both")
    assert desk.result(run, untouched.number).outcome == "updated", "the run does what was approved"
