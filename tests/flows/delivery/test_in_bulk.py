"""Many new people at once: a share of one call each and an employment; never a second employee, whatever becomes of
that one call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex.core.fields import KEYS
from huma_tripletex.delivery.batch import Batch
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import Bench, bench

LIST, POST, POST_EMPLOYMENT, LOOK = (
    "POST /employee/list",
    "POST /employee",
    "POST /employee/employment",
    "GET /employee",
)
PEOPLE = 8


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def approved(stand: Bench, people: int = PEOPLE, **values: Any) -> None:
    for number in range(people):
        stand.person(f"p{number}", given_name=f"Kari {number}", employee_id=str(100 + number), **values)
        stand.approve(f"p{number}", *KEYS, kind="create")


def calls(stand: Bench) -> Counter[str]:
    return Counter(stand.calls())


def settled(stand: Bench) -> None:
    for _ in range(8):
        stand.drain()
        stand.sweep()
        if all(entry.state in ("done", "parked") for entry in stand.entries()):
            return
        stand.clock.forward(120)


def everybody_is_there_once(stand: Bench, people: int = PEOPLE) -> None:
    rows = stand.named("Nordmann")
    assert Counter(row["firstName"] for row in rows) == {f"Kari {number}": 1 for number in range(people)}
    by_id = {row["id"]: row for row in rows}
    for number in range(people):
        link = stand.link_of(f"p{number}")
        assert (link.state, by_id[link.employee_id]["firstName"]) == ("linked", f"Kari {number}")
        assert len(by_id[link.employee_id]["employments"]) == 1
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_who_gave_up_before_the_call_is_not_made_by_it(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease was nearly over for one of them, and prolonged for the others a moment later.

    They have no employee number, by which Tripletex would notice.
    """
    for number in range(PEOPLE):
        stand.person(
            f"p{number}", given_name=f"Kari {number}", employee_id=None
        )  # without a number, by which Tripletex would notice
        stand.approve(f"p{number}", *KEYS, kind="create")
    may_write, refused = Batch.may_write, list[Batch]()

    def all_but_once(batch: Batch) -> bool:
        refused.append(batch)
        return len(refused) > 1 and may_write(batch)

    monkeypatch.setattr(Batch, "may_write", all_but_once)
    settled(stand)
    everybody_is_there_once(stand)


def test_a_share_of_one_call_each(stand: Bench) -> None:
    approved(stand)
    stand.drain()
    assert calls(stand) == {LIST: 1, POST_EMPLOYMENT: PEOPLE}
    everybody_is_there_once(stand)
    assert {entry.outcome for entry in stand.entries()} == {"delivered"}
    assert all(entry.request_id and entry.sent_at for entry in stand.entries())


def test_one_call_for_every_twenty_five(stand: Bench) -> None:
    approved(stand, 60)
    settled(stand)
    assert calls(stand)[LIST] <= 4
    assert calls(stand)[POST] <= 1
    everybody_is_there_once(stand, 60)


def test_nobody_is_made_together_with_somebody_who_cannot_be_made(stand: Bench) -> None:
    approved(stand, 2)
    stand.person("p2", date_of_birth=None)
    stand.approve("p2", *KEYS, kind="create")
    stand.drain()
    assert calls(stand) == {LIST: 1, POST_EMPLOYMENT: 2}
    assert stand.entry("p2").reason == "date_of_birth_missing"


@pytest.mark.parametrize("kept", ["atomic", "partial"])
def test_one_who_is_refused_does_not_keep_the_others_out(kept: Any) -> None:
    with bench(switches=Switches(employee_list=kept)) as stand:
        stand.http("POST", "employees", json=[{"firstName": "Ola", "lastName": "Annen", "employeeNumber": "104"}])
        approved(stand)
        settled(stand)
        assert (stand.entry("p4").state, stand.entry("p4").reason) == ("parked", "employee_id_taken")
        rows = stand.named("Nordmann")
        assert Counter(row["firstName"] for row in rows) == {f"Kari {n}": 1 for n in range(PEOPLE) if n != 4}
        alone = PEOPLE if kept == "atomic" else PEOPLE - 4
        assert calls(stand) == {LIST: 1, LOOK: 1, POST: alone, POST_EMPLOYMENT: PEOPLE - 1}


@pytest.mark.parametrize(("kind", "looks"), [("drop_after", 1), ("drop_before", 2)])
def test_a_lost_answer_is_looked_for_person_by_person(stand: Bench, kind: str, looks: int) -> None:
    """Twice where nobody was made: whether anybody else may be the same person, before one is made again."""
    stand.fault(kind, method="POST", path="/v2/employee/list", times=1)
    approved(stand)
    settled(stand)
    everybody_is_there_once(stand)
    assert calls(stand)[LOOK] == PEOPLE * looks


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_an_answer_about_everybody(stand: Bench, status: int) -> None:
    stand.fault("status", status=status, method="POST", path="/v2/employee/list", times=2)
    approved(stand)
    settled(stand)
    if status == 403:
        stand.http("DELETE", "faults")
        assert {entry.reason for entry in stand.entries()} <= {"forbidden", ""}
    else:
        everybody_is_there_once(stand)


@pytest.mark.parametrize("patience", range(1, 8))
def test_a_drain_that_must_end_in_between(stand: Bench, patience: int) -> None:
    """Whom the call has made is finished, and whom it has not is handed back without a trace."""
    approved(stand)
    asked: list[None] = []
    stand.drain(stop=lambda: bool(asked.append(None)) or len(asked) > patience)
    settled(stand)
    everybody_is_there_once(stand)
    assert calls(stand)[LOOK] == 0


def test_whom_the_call_has_made_is_finished_though_the_drain_must_end() -> None:
    with bench(in_flight=1) as stand:
        approved(stand)
        stand.fault("delay", seconds=0.3, method="POST", path="/v2/employee/employment", times=None)
        stand.drain(stop=lambda: LIST in stand.calls())
        assert calls(stand) == {LIST: 1, POST_EMPLOYMENT: PEOPLE}
        everybody_is_there_once(stand)
