"""What a token may not see is left out of Tripletex's answers: it is not compared, not filled in without asking, and
nobody gets a second employment because the first was not shown.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.delivery import Clients
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.runtime import NAME
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import Bench, bench
from tests.flows.host_parts import Person
from tests.flows.syncing_parts import Desk, quick_desk

__all__ = ["quick_desk"]

OF = {
    "phoneNumberMobile": "phone_number",
    "phoneNumberMobileCountry": "phone_number",
    "dateOfBirth": "date_of_birth",
    "firstName": "given_name",
    "lastName": "family_name",
    "employeeNumber": "employee_id",
    "bankAccountNumber": "bank_account_number",
}


class Blind(httpx.BaseTransport):
    """A Tripletex that leaves out some properties of employees for this token."""

    def __init__(self, inner: httpx.BaseTransport, *names: str, reads_only: bool = False) -> None:
        self._inner = inner
        self._names = names
        self._methods = ("GET",) if reads_only else ("GET", "PUT", "POST")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        answer.read()
        parts = request.url.path.removeprefix("/v2/").split("/")
        if parts[0] != "employee" or "employment" in parts or request.method not in self._methods:
            return answer
        body = answer.json()
        for one in body.get("values", [body.get("value") or {}]):
            for name in self._names:
                one.pop(name, None)
        return httpx.Response(answer.status_code, headers={"x-tlx-request-id": "1"}, content=json.dumps(body))


def blinded(stand: Bench | Desk, *names: str, **how: Any) -> None:
    assert stand.runtime.transport is not None
    transport = Blind(stand.runtime.transport, *names, **how)
    stand.runtime = stand.app.extensions[NAME] = replace(stand.runtime, transport=transport)
    stand.clients.close()
    stand.clients = Clients()


def drafted(stand: Bench) -> SyncPlan:
    plan = planning.begin(stand.runtime, stand.connection, None)
    stand.session.commit()
    planning.draft(stand.runtime, plan.id)
    return stand.session.get_one(SyncPlan, plan.id, populate_existing=True)


def differing(stand: Bench, plan: SyncPlan) -> list[str]:
    return list(stand.session.scalars(select(Conflict.field).where(Conflict.plan_id == plan.id)))


@pytest.mark.parametrize("hidden", sorted(OF))
def test_what_is_not_seen_is_no_difference(hidden: str) -> None:
    changed = {
        "phoneNumberMobile": "99999999",
        "dateOfBirth": "1991-01-01",
        "employeeNumber": "99",
        "firstName": "Kåre",
    }
    with bench() as stand:
        number = stand.linked("p1")
        if hidden in changed:
            stand.http("PATCH", f"employees/{number}", json={hidden: changed[hidden]})
            assert differing(stand, drafted(stand)) == [OF[hidden]]
        blinded(stand, hidden)
        assert differing(stand, drafted(stand)) == []


def test_nobody_is_linked_as_equal_in_what_was_not_seen() -> None:
    with bench() as stand:
        number = stand.linked("p1")
        link = stand.link_of()
        stand.session.delete(link)
        stand.session.commit()
        stand.http("PATCH", f"employees/{number}", json={"phoneNumberMobile": "99999999"})
        blinded(stand, "phoneNumberMobile")
        plan = drafted(stand)
        item = stand.session.scalars(
            select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.kind == "matched")
        ).one()
        content = Seals.of(stand.runtime.vault, stand.connection, plan.id).open(item.position, item.sealed)
        assert content.employee is not None
        assert content.employee.unseen == ("phone_number",)
        assert set(content.agreed) == set(KEYS) - {"phone_number"}


@pytest.mark.parametrize("overlaps", ["accepted", "refused"])
def test_employments_that_are_not_shown_are_no_missing_ones(overlaps: Any) -> None:
    with bench(switches=Switches(overlapping_employments=overlaps)) as stand:
        number = stand.linked("p1")
        blinded(stand, "employments", reads_only=True)
        assert drafted(stand).state == "failed"
        stand.approve("p1", "first_workday", tripletex={"first_workday": None, "last_workday": None})
        stand.drain()
        assert stand.entry().state == "waiting"
        assert stand.entry().reason == "unreadable"
        assert len(stand.employee(number)["employments"]) == 1


def test_a_change_in_huma_is_sent_although_nobody_sees_what_becomes_of_it() -> None:
    with bench() as stand:
        number = stand.linked("p1")
        blinded(stand, "phoneNumberMobile")
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.employee(number)["phoneNumberMobile"] == "41000001"
        assert (stand.entry().state, stand.entry().outcome) == ("done", "delivered")


@pytest.mark.parametrize("hidden", [(), ("dateOfBirth",)])
def test_whoever_looks_like_a_lost_create_is_taken_for_it_only_when_all_is_seen(hidden: tuple[str, ...]) -> None:
    with bench() as stand:
        stand.person("p1")
        stand.approve("p1", *KEYS, kind="create")
        stand.fault("drop_after", method="POST", path="/v2/employee", times=1)
        stand.drain()
        blinded(stand, *hidden)
        for _ in range(3):
            stand.clock.forward(3600)
            stand.drain()
        assert len(stand.named("Nordmann")) == 1
        if hidden:
            assert (stand.entry().state, stand.entry().reason) == ("parked", "found_several")
        else:
            assert stand.entry().state == "done"


def test_a_number_without_its_country_is_not_taken_for_a_norwegian_one() -> None:
    with bench() as stand:
        number = stand.linked("p1", phone_number="+45 32 12 34 56")
        stand.http(
            "PATCH",
            f"employees/{number}",
            json={"phoneNumberMobile": "32123456", "phoneNumberMobileCountry": {"id": 57}},
        )
        assert differing(stand, drafted(stand)) == []
        blinded(stand, "phoneNumberMobileCountry")
        assert differing(stand, drafted(stand)) == []


def test_what_was_cleared_in_huma_is_cleared_although_it_is_not_seen_whether_it_is_there() -> None:
    with bench() as stand:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"comments": "a newer version, so it is read again"})
        blinded(stand, "phoneNumberMobile")
        stand.edit("p1", phone_number=None)
        stand.drain()
        assert stand.employee(number)["phoneNumberMobile"] == ""


def test_what_is_not_seen_any_more_when_a_run_looks_again_clears_nothing_in_huma(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.both(1, phone_number="49999999", given_name="Other")
    run = desk.approve("tripletex")
    blinded(desk, "phoneNumberMobile")

    result = desk.result(desk.finish(run), 1)

    assert (result.outcome, result.reason) == ("skipped", "changed_in_tripletex")
    assert (desk.read(1).phone_number, desk.read(1).given_name) == ("40000001", "Other")


@pytest.mark.parametrize("when", ["before", "after"])
def test_somebody_is_added_to_huma_as_seen_or_not_at_all(quick_desk: Desk, when: str) -> None:
    desk = quick_desk
    desk.employee(1, phone_number=None)
    if when == "before":
        blinded(desk, "phoneNumberMobile")
    run = desk.approve(add=True)
    if when == "after":
        blinded(desk, "phoneNumberMobile")

    desk.finish(run)

    added = desk.session.query(Person).filter(Person.employee_id == "1001").all()
    assert [one.phone_number for one in added] == ([None] if when == "before" else [])
