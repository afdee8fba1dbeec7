"""The option "add new people": nobody has been asked, so whoever may be in Tripletex already is not added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex import planning
from huma_tripletex.delivery import asking
from huma_tripletex.models import Conflict, RememberedChoice
from huma_tripletex.outbox import wait
from tests.flows.delivery_parts import KARI, Bench, bench, employee_json
from tests.flows.planning_parts import account, facts
from tests.flows.syncing_parts import Desk, desk

__all__ = ["desk"]
LOOK, POST, LIST = "GET /employee", "POST /employee", "POST /employee/list"
SAME: dict[str, dict[str, Any]] = {
    "everything but the number": {"employeeNumber": ""},
    "another number": {"employeeNumber": "777"},
    "name and date of birth": {"employeeNumber": "", "phoneNumberMobile": "", "bankAccountNumber": ""},
    "name and phone number": {"employeeNumber": "", "dateOfBirth": None, "bankAccountNumber": ""},
    "a name that is nearly the same, and the date of birth": {"employeeNumber": "", "firstName": "Karin"},
}


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        made.connection.options = {"add_new_people": True}
        made.session.commit()
        yield made


def hire(stand: Bench, person_id: str = "p1", **values: str | None) -> None:
    stand.person(person_id, **values)
    stand.edit(person_id, kind="added", given_name=stand.people[person_id].values["given_name"])


def is_there(stand: Bench, **otherwise: Any) -> int:
    """Somebody in Tripletex, who is Kari but for what is given; nobody in Huma is linked to them."""
    stand.person("somebody")
    (row,) = stand.http("POST", "employees", json=[{**employee_json(stand.people.pop("somebody")), **otherwise}])
    stand.http("DELETE", "requests")
    return int(row["id"])


@pytest.mark.parametrize("how", SAME)
def test_who_may_be_there_is_asked_about(stand: Bench, how: str) -> None:
    is_there(stand, **SAME[how])
    hire(stand, employee_id="5")
    stand.drain()
    assert len(stand.named("Nordmann")) == 1
    assert (stand.entry().state, stand.entry().reason) == ("parked", "resembles_somebody")
    assert stand.link_of() is None
    assert stand.calls() == [LOOK]


def test_who_is_like_nobody_is_added(stand: Bench) -> None:
    is_there(stand, firstName="Ola", lastName="Hansen", employeeNumber="", dateOfBirth="1970-01-01")
    hire(stand, phone_number="41234567", bank_account_number=None)
    stand.drain()
    assert stand.entry().outcome == "delivered"
    assert stand.calls()[:2] == [LOOK, POST]


def test_whom_somebody_else_is_linked_to_is_no_obstacle(stand: Bench) -> None:
    stand.linked("p0", employee_id="5")
    hire(stand, employee_id="6")
    stand.drain()
    assert len(stand.named("Nordmann")) == 2


def test_many_are_looked_for_at_once(stand: Bench) -> None:
    is_there(stand, firstName="Kari 2", employeeNumber="", dateOfBirth="1992-05-17")
    is_there(stand, firstName="Kari 3", lastName="Hansen", employeeNumber="", dateOfBirth="1963-05-17")
    for number in range(5):
        own = {"employee_id": str(100 + number), "date_of_birth": f"199{number}-05-17"}
        hire(stand, f"p{number}", given_name=f"Kari {number}", phone_number=None, bank_account_number=None, **own)
    stand.drain()
    states = {entry.person_id: entry.state for entry in stand.entries()}
    assert states == {"p0": "done", "p1": "done", "p2": "parked", "p3": "done", "p4": "done"}
    assert [call for call in stand.calls() if call in (LOOK, POST, LIST)] == [LOOK, LIST]


def test_whoever_could_not_be_looked_for_is_not_added(stand: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was to look for all lost the lease in that moment; the others must not go on without."""
    everybody, looks = asking.Asking.everybody, list[str]()

    def lost_the_first_time(self: asking.Asking) -> Any:
        looks.append("")
        if len(looks) == 1:
            raise asking.LeaseLost
        return everybody(self)

    monkeypatch.setattr(asking.Asking, "everybody", lost_the_first_time)
    is_there(stand, employeeNumber="")
    hire(stand, employee_id="5")
    other = {"given_name": "Ola", "family_name": "Hansen", "date_of_birth": "1970-01-01"}
    hire(stand, "p2", employee_id="6", phone_number=None, bank_account_number=None, **other)
    stand.drain()
    assert not [call for call in stand.calls() if call.startswith("POST")]
    stand.clock.forward(120)
    stand.sweep()
    stand.drain()
    assert {entry.person_id: entry.state for entry in stand.entries()} == {"p1": "parked", "p2": "done"}


def test_an_approved_plan_has_asked_already(stand: Bench) -> None:
    is_there(stand, employeeNumber="")
    stand.person("p1", employee_id="5")
    stand.approve("p1", *KARI, kind="create")
    stand.drain()
    assert len(stand.named("Nordmann")) == 2


def test_once_it_is_said_who_they_are_nothing_waits(desk: Desk) -> None:
    """Carried out later, the wish to add them would bring all of Huma's values over what was decided."""
    desk.both(1)
    desk.finish(desk.approve())
    desk.connection().options = {"add_new_people": True}
    desk.session.commit()
    desk.employee(2, employee_id=None)
    desk.person(2, employee_id=None)
    desk.drain()
    assert [(entry.state, entry.reason) for entry in desk.entries()][-1] == ("parked", "resembles_somebody")
    desk.finish(desk.approve())
    assert "2" in desk.links()
    assert [(entry.state, entry.outcome) for entry in desk.entries()][-1] == ("done", "superseded")


def asked_about(desk: Desk) -> int:
    """Person 2 waits to hear who of Tripletex they are; returns the employee's id."""
    desk.both(1)
    desk.finish(desk.approve())
    desk.connection().options = {"add_new_people": True}
    desk.session.commit()
    employee = desk.employee(2, employee_id=None)
    desk.person(2, employee_id=None)
    desk.drain()
    assert desk.entries()[-1].reason == "resembles_somebody"
    return employee


def open_entries(desk: Desk) -> list[str]:
    return [entry.state for entry in desk.entries() if entry.state != "done"]


@pytest.mark.parametrize("side", ["huma", "tripletex", "leave"])
def test_what_was_edited_meanwhile_is_decided_about_and_not_sent_later(desk: Desk, side: str) -> None:
    employee = asked_about(desk)
    desk.change(2, phone_number="41111111")
    desk.drain()
    desk.clock.forward(60)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    for conflict in desk.session.query(Conflict).filter_by(plan_id=plan.id, field="phone_number"):
        planning.choose(desk.runtime, plan, {conflict.id: side})
    desk.finish(desk.start(plan))
    assert open_entries(desk) == []
    wait.retry(desk.session(), desk.connection().id, desk.clock())
    desk.session.commit()
    desk.drain()
    phone = {"huma": "41111111"}.get(side, facts(2)["phone_number"].removeprefix("+47"))
    assert desk.in_tripletex(employee)["phoneNumberMobile"] == phone


def test_what_was_edited_after_the_comparison_is_sent_once_they_are_linked(desk: Desk) -> None:
    employee = asked_about(desk)
    desk.clock.forward(60)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "huma")
    desk.clock.forward(60)
    desk.change(2, bank_account_number=account(77))
    desk.drain()
    desk.finish(desk.start(plan))
    desk.drain()
    assert open_entries(desk) == []
    assert desk.in_tripletex(employee)["bankAccountNumber"] == account(77)


@pytest.mark.parametrize("birth", [None, "1991-01-01"])
def test_not_added_is_not_added_whatever_is_edited(desk: Desk, birth: str | None) -> None:
    """Tripletex cannot delete anybody, so the wish of the option ends with the choice of the administrator."""
    desk.both(1)
    desk.finish(desk.approve())
    desk.connection().options = {"add_new_people": True}
    desk.session.commit()
    desk.fault("status", method="POST", path="/v2/employee", status=422, times=1)
    desk.person(2, date_of_birth=birth)
    desk.drain()
    assert open_entries(desk) == ["parked"]
    desk.clock.forward(60)
    plan = desk.plan()
    planning.choose_everybody(desk.runtime, plan, "only_in_huma", "leave")
    desk.finish(desk.start(plan))
    desk.change(2, date_of_birth="1990-05-17")
    desk.drain()
    assert desk.named(facts(2)["family_name"]) == []
    assert open_entries(desk) == []


def test_who_is_not_the_same_is_not_asked_about_again(stand: Bench) -> None:
    number = is_there(stand, employeeNumber="")
    hire(stand, employee_id="5")
    ruled_out = {"person_id": "p1", "employee_id": number, "choice": "not_same", "made_at": stand.clock()}
    stand.session.add(RememberedChoice(connection_id=stand.connection_id, **ruled_out))
    stand.session.commit()
    stand.drain()
    assert (stand.entry().outcome, len(stand.named("Nordmann"))) == ("delivered", 2)


def test_those_just_made_are_nobodys_double(stand: Bench) -> None:
    """More than go into one call, of one family and with one phone, come on the same day."""
    for number in range(30):
        own = {"employee_id": str(100 + number), "date_of_birth": f"19{60 + number}-05-17"}
        hire(stand, f"p{number}", bank_account_number=None, **own)
    stand.drain()
    assert {entry.state for entry in stand.entries()} == {"done"}
    assert len(stand.named("Nordmann")) == 30
