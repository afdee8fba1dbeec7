"""New people in Tripletex: two writes, never a second employee, whatever is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import Bench, bench

POST, POST_EMPLOYMENT = "POST /employee", "POST /employee/employment"


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def approved(stand: Bench, **values: str | None) -> None:
    """Somebody whom an approved plan adds."""
    stand.person("p1", **values)
    stand.approve("p1", *stand.people["p1"].values, kind="create")


def test_two_writes(stand: Bench) -> None:
    approved(stand, email="kari@example.com")
    stand.drain()
    assert stand.calls() == [POST, POST_EMPLOYMENT]
    (row,) = stand.named("Nordmann")
    assert (row["bankAccountNumber"], row["email"]) == ("12345678903", "kari@example.com")
    assert [employment["startDate"] for employment in row["employments"]] == ["2020-01-01"]
    link = stand.link_of()
    assert (link.state, link.employee_id, link.employment_count) == ("linked", row["id"], 1)
    assert link.matched_by == "created_in_tripletex"
    assert stand.entry().outcome == "delivered"


def test_the_next_change_is_one_call(stand: Bench) -> None:
    approved(stand)
    stand.drain()
    stand.http("DELETE", "requests")
    stand.edit("p1", phone_number="41000001")
    stand.edit("p1", last_workday="2031-12-31")
    stand.drain()
    assert stand.calls() == ["PUT /employee/{id}", "PUT /employee/employment/{id}"]


def test_the_option_adds_people_by_itself(stand: Bench) -> None:
    stand.connection.options = {"add_new_people": True}
    stand.session.commit()
    stand.person("p1")
    stand.edit("p1", kind="added", given_name="Kari")
    stand.drain()
    assert len(stand.named("Nordmann")) == 1


def test_somebody_without_a_first_workday_gets_no_employment(stand: Bench) -> None:
    approved(stand, first_workday=None)
    stand.drain()
    assert stand.calls() == [POST]
    assert stand.entry().outcome == "delivered"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"date_of_birth": None}, "date_of_birth_missing"),
        ({"family_name": " "}, "name_empty"),
    ],
)
def test_what_is_required_is_asked_for_before_any_call(stand: Bench, values: Any, reason: str) -> None:
    approved(stand, **values)
    stand.drain()
    assert stand.calls() == []
    assert (stand.entry().state, stand.entry().reason) == ("parked", reason)
    assert stand.link_of() is None
    stand.edit("p1", date_of_birth="1990-05-17", family_name="Nordmann")
    stand.drain()
    assert len(stand.named("Nordmann")) == 1
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_a_bad_account_number_does_not_keep_anybody_out(stand: Bench) -> None:
    approved(stand, bank_account_number="1")
    stand.drain()
    (row,) = stand.named("Nordmann")
    assert row["bankAccountNumber"] == ""
    assert (stand.entry().state, stand.entry().reason) == ("parked", "account_invalid")
    assert stand.entry().detail == {"fields": ["bank_account_number"]}


def test_refused_is_parked_and_leaves_no_trace(stand: Bench) -> None:
    stand.http("POST", "employees", json=[{"firstName": "Ola", "lastName": "Annen", "employeeNumber": "17"}])
    approved(stand)
    stand.drain()
    assert (stand.entry().state, stand.entry().reason) == ("parked", "employee_id_taken")
    assert stand.link_of() is None
    stand.edit("p1", employee_id="18")
    stand.drain()
    assert len(stand.named("Nordmann")) == 1


@pytest.mark.parametrize("changes", [{}, {"employee_id": None}, {"given_name": "Karin"}])
@pytest.mark.parametrize("edited", [{}, {"employee_id": "99"}, {"given_name": "Nora", "family_name": "Nordmann"}])
def test_a_lost_answer_is_looked_for_and_never_created_twice(stand: Bench, changes: Any, edited: Any) -> None:
    """Also when the person was edited between the create and the look."""
    stand.fault("drop_after", method="POST", path="/v2/employee", times=1)
    approved(stand, **changes)
    stand.drain()
    assert stand.link_of().state == "creating"
    assert stand.entry().unsure
    if edited:
        stand.edit("p1", **edited)
    stand.clock.forward(10)
    stand.drain()
    (row,) = stand.named("Nordmann")
    final = stand.people["p1"].values
    assert (row["firstName"], row["employeeNumber"]) == (final["given_name"], final["employee_id"] or "")
    assert [employment["startDate"] for employment in row["employments"]] == ["2020-01-01"]
    assert stand.link_of().state == "linked"
    assert {entry.state for entry in stand.entries()} == {"done"}
    assert stand.calls().count(POST) == 1


def test_a_create_that_never_arrived_is_sent_again_after_absence_was_proven(stand: Bench) -> None:
    stand.fault("drop_before", method="POST", path="/v2/employee", times=1)
    approved(stand)
    stand.drain()
    stand.clock.forward(20)
    stand.drain()
    assert len(stand.named("Nordmann")) == 1
    # looked for by number, then whether anybody may be the same person
    assert stand.calls() == [POST, "GET /employee", "GET /employee", POST, POST_EMPLOYMENT]


def test_an_employment_that_never_arrived_is_sent_again(stand: Bench) -> None:
    stand.fault("drop_before", method="POST", path="/v2/employee/employment", times=1)
    approved(stand)
    stand.drain()
    assert stand.link_of().state == "linked"
    stand.clock.forward(20)
    stand.drain()
    (row,) = stand.named("Nordmann")
    assert len(row["employments"]) == 1
    assert stand.entry().outcome == "delivered"


def test_a_worker_that_died_after_creating_leaves_one_employee(stand: Bench) -> None:
    """It had marked the link and sent the request, and settled nothing."""
    approved(stand)
    stand.runtime.session.commit()
    real = stand.runtime.session.commit
    commits = iter(range(100))

    class Died(BaseException):
        pass

    def commit() -> None:
        if next(commits) >= 1:  # the claim and the mark are there
            raise Died
        real()

    stand.runtime.session.commit = commit  # type: ignore[method-assign]
    with pytest.raises(Died):
        stand.drain()
    stand.runtime.session.commit = real  # type: ignore[method-assign]
    assert len(stand.named("Nordmann")) == 1
    stand.clock.forward(30)
    stand.sweep()
    assert stand.entry().unsure
    stand.drain()
    assert len(stand.named("Nordmann")) == 1
    assert stand.link_of().state == "linked"
    assert stand.entry().state == "done"


def test_an_employee_of_somebody_else_is_never_taken(stand: Bench) -> None:
    """Two people of one name and birthday: the lost create of one must not become the other's employee."""
    stand.linked("twin", employee_id=None)
    stand.fault("drop_before", method="POST", path="/v2/employee", times=1)
    approved(stand, employee_id=None)
    stand.drain()
    stand.clock.forward(20)
    stand.drain()
    assert len(stand.named("Nordmann")) == 2
    assert stand.link_of("twin").employee_id != stand.link_of("p1").employee_id


def test_several_that_it_may_be_are_asked_about(stand: Bench) -> None:
    stand.fault("drop_after", method="POST", path="/v2/employee", times=1)
    approved(stand, employee_id=None)
    stand.drain()
    from tests.flows.delivery_parts import employee_json

    stand.http("POST", "employees", json=[employee_json(stand.people["p1"])])
    stand.clock.forward(10)
    stand.drain()
    assert (stand.entry().state, stand.entry().reason) == ("parked", "found_several")
    assert stand.calls().count(POST) == 1


def test_a_change_of_somebody_whose_create_was_lost_and_dismissed_is_no_create(stand: Bench) -> None:
    stand.fault("drop_before", method="POST", path="/v2/employee", times=1)
    approved(stand)
    stand.drain()
    stand.entry().state = "dismissed"
    stand.session.commit()
    stand.clock.forward(20)
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    assert stand.named("Nordmann") == []
    assert (stand.entry().outcome, stand.entry().reason) == ("nothing_to_do", "not_linked")
    assert stand.link_of() is None


def test_a_company_with_several_divisions_needs_a_choice(stand: Bench) -> None:
    stand.connection.company_facts = {"departments": [], "divisions": [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]}
    stand.session.commit()
    approved(stand)
    stand.drain()
    assert stand.calls() == []
    assert (stand.entry().state, stand.entry().reason) == ("parked", "division_missing")


def test_the_duplicate_number_may_be_a_409() -> None:
    with bench(switches=Switches(duplicate_employee_number="409")) as stand:
        stand.http("POST", "employees", json=[{"firstName": "Ola", "lastName": "Annen", "employeeNumber": "17"}])
        approved(stand)
        stand.drain()
        assert stand.entry().state == "parked"
        assert stand.link_of() is None
